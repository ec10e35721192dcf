//! First-party tools for tickets: search, read, open, answer, attachments, export.

pub mod query_tickets;

tickiti_relay_sdk::plugin! {
    name: "tickets",
    about: "Searches, reads, opens and answers tickets; fetches attachments; exports responses to a file.",
    tools: [query_tickets::QueryTickets],
}
