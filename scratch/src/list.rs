//! `scratch --list`: every route with how its answer is known, and every guess that can be switched.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tickiti_relay_routes::Table;

use crate::families::{self, Known};
use crate::switches::Switches;

/// How the answer of a route is known; `None` when this helpdesk does not serve it.
#[must_use]
pub fn known(route: &str) -> Option<Known> {
    families::find(route).map(|(entry, _)| entry.known)
}

/// Routes and switches as JSON.
#[must_use]
pub fn as_json() -> Value {
    let routes: Vec<Value> = Table::builtin()
        .iter()
        .map(|route| {
            json!({
                "name": route.name, "method": route.method.word(), "path": format!("/api/v1/{}", route.uri),
                "served": known(&route.name).is_some(), "known": known(&route.name).map(Known::text),
            })
        })
        .collect();
    json!({"routes": routes, "counts": counts(), "switches": Switches::default().as_json()})
}

/// Routes and switches as text.
#[must_use]
pub fn as_text() -> String {
    let mut text = String::new();
    for route in Table::builtin() {
        let known = known(&route.name).map_or("not served", Known::text);
        let _ = writeln!(text, "{known:<11} {:<4} /api/v1/{:<44} {}", route.method.word(), route.uri, route.name);
    }
    let _ = writeln!(text, "\nWhat is guessed of the real server, and can be switched (--switch NAME=SETTING):");
    for switch in Switches::ALL {
        let _ = writeln!(text, "\n{}: {}", switch.name, switch.settings.join(" | "));
        let _ = writeln!(text, "    {}", switch.about);
    }
    let count = |name: &str| counts().get(name).and_then(Value::as_u64).unwrap_or_default();
    let _ = writeln!(
        text,
        "\n{} routes: {} recorded, {} documented, {} guessed, {} not served. {} switches.",
        Table::builtin().len(),
        count("recorded"),
        count("documented"),
        count("guess"),
        count("not_served"),
        Switches::ALL.len(),
    );
    text
}

fn counts() -> Value {
    let of = |wanted: Option<Known>| Table::builtin().iter().filter(|route| known(&route.name) == wanted).count();
    json!({
        "recorded": of(Some(Known::Recorded)), "documented": of(Some(Known::Documented)),
        "guess": of(Some(Known::Guess)), "not_served": of(None), "switches": Switches::ALL.len(),
    })
}
