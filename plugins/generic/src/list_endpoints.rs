//! `list_endpoints`. The relay has the table and answers itself.

use tickiti_relay_sdk::prelude::*;

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListEndpoints {
    /// One family, to see its endpoints.
    pub family: Option<String>,
}

impl Tool for ListEndpoints {
    const ABOUT: About = About::read("list_endpoints", "List Tickiti API endpoints")
        .description(
            "What tickiti_call can reach. Without family: one line for each family (administration, axial, faqs, \
             idempotency_key, interventions, mail, reports, settings, supervisor, templates, tickets, token, workflow). With \
             one: its endpoints with action, path parameters, known body fields, how the body is sent, what it does at most, and \
             the abilities, role and plan it needs. Asks the relay, not the helpdesk, and needs no ability.",
        )
        .routes(&["relay.endpoints"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        relay("relay.endpoints", &cx.arguments()?)
    }
}
