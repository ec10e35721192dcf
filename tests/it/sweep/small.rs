//! Who one is, and a key. The FAQs are in `templates`, `interventions.accept` is in `tickets`.

use serde_json::json;

use super::step::{Step, step};

pub(super) fn beginning() -> Vec<Step> {
    vec![
        step("token.show", json!({}))
            .shows("/abilities", json!(["*"]))
            .shows("/owner", json!({"role": "superuser", "is_sysadmin": true}))
            .shows("/families/tickets", json!({"write": true, "usable_endpoints": 30})),
        step("idempotency_key.create", json!({})).keeps("key", "/idempotency_key"),
    ]
}
