//! First-party tools for every endpoint that has no tool of its own, and for the relay's record of writes.

pub mod list_endpoints;
pub mod settle_write;
pub mod tickiti_call;
pub mod unsettled_writes;

tickiti_relay_sdk::plugin! {
    name: "generic",
    about: "Lists all endpoints of the helpdesk and calls any of them; shows and settles writes whose end nobody knows.",
    tools: [
        list_endpoints::ListEndpoints,
        tickiti_call::TickitiCall,
        unsettled_writes::UnsettledWrites,
        settle_write::SettleWrite,
    ],
}
