//! `get_ticket` and `list_responses`: one ticket's thread.

use serde_json::value::RawValue;
use tickiti_relay_sdk::prelude::*;

use crate::thread;

/// How a thread is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub enum View {
    #[default]
    Thread,
    Full,
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct GetTicket {
    /// Six digits.
    pub ticket_number: String,
    /// thread (default) or full.
    pub view: Option<View>,
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListResponses {
    /// Six digits.
    pub ticket_number: String,
    /// thread (default) or full.
    pub view: Option<View>,
}

impl Tool for GetTicket {
    const ABOUT: About = About::read("get_ticket", "Read a ticket with its thread")
        .description(
            "One ticket: its fields and its responses. view thread, made for reading: the newest 20 responses, oldest first, \
             each with author (customer or staff), internal note or not, time, attachments (id, name) and its plain text with \
             quoted history folded, 24,000 characters in all; it says what was left out. view full: the helpdesk's JSON with \
             all HTML, which can be hundreds of kilobytes. Needs tickets:read or tickets:write, and a queue that the token's \
             owner may see.",
        )
        .routes(&["tickets.show"])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        read(cx, "tickets.show", &self.ticket_number, self.view).await
    }
}

impl Tool for ListResponses {
    const ABOUT: About = About::read("list_responses", "List a ticket's responses")
        .description(
            "The responses of one ticket without the ticket's fields; views as in get_ticket. For parts of a long thread, or \
             many tickets, use query_responses. Needs tickets:read or tickets:write.",
        )
        .routes(&["tickets.responses"])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        read(cx, "tickets.responses", &self.ticket_number, self.view).await
    }
}

async fn read(cx: &Context<'_>, route: &str, ticket_number: &str, view: Option<View>) -> Result<End> {
    let mut body = Object::new();
    body.set("ticket_number", ticket_number)?;
    if view.unwrap_or_default() == View::Full {
        return relay(route, &body);
    }
    let answer = cx.send::<Box<RawValue>>(Request::new(route, &body)?).await?.body;
    // A helpdesk that answers in another shape is better read raw than not at all.
    let text = thread::render(answer.get(), ticket_number).unwrap_or_else(|| answer.get().to_owned());
    Ok(Output::new().text(text).into())
}
