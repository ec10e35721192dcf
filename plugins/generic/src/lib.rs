//! First-party tools for every endpoint that has no tool of its own.

pub mod list_endpoints;
pub mod tickiti_call;

tickiti_relay_sdk::plugin! {
    name: "generic",
    about: "Lists all endpoints of the helpdesk and calls any of them.",
    tools: [list_endpoints::ListEndpoints, tickiti_call::TickitiCall],
}
