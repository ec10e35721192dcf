//! The contract at its hardest: the tools of October's server that need more than one request, written against the SDK.
//!
//! They are not served; they show that the contract holds what the first-party tools do not yet ask of it. `wit/README.md`
//! says how each of the 65 is written.

#[path = "october/create_ticket.rs"]
mod create_ticket;
#[path = "october/download_attachment.rs"]
mod download_attachment;
#[path = "october/export_responses.rs"]
mod export_responses;
#[path = "october/update_template.rs"]
mod update_template;

tickiti_relay_sdk::plugin! {
    name: "october",
    about: "Tools of October's server.",
    tools: [
        create_ticket::CreateTicket,
        download_attachment::DownloadAttachment,
        export_responses::ExportResponses,
        update_template::UpdateTemplate,
    ],
}
