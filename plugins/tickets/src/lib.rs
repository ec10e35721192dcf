//! First-party tools for tickets: open, answer, search, read, fetch attachments, export.

pub mod create_ticket;
pub mod export_responses;
pub mod get_attachment;
mod images;
pub mod query_responses;
pub mod query_tickets;
pub mod read_ticket;
pub mod respond_to_ticket;
mod thread;

tickiti_relay_sdk::plugin! {
    name: "tickets",
    about: "Opens, answers, searches and reads tickets; fetches attachments; exports responses to a file.",
    tools: [
        create_ticket::CreateTicket,
        respond_to_ticket::RespondToTicket,
        query_tickets::QueryTickets,
        read_ticket::GetTicket,
        read_ticket::ListResponses,
        get_attachment::GetAttachment,
        query_responses::QueryResponses,
        export_responses::ExportResponses,
    ],
}
