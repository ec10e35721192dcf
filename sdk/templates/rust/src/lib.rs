//! The plugin `{{name}}`: a tool that says who answered a ticket. Make it yours.

use std::collections::BTreeMap;

use tickiti_relay_sdk::prelude::*;

/// Arguments of `who_answered`; the comments of its fields are what the assistant reads.
#[derive(Deserialize, JsonSchema)]
pub struct WhoAnswered {
    /// Six digits.
    #[schemars(regex(pattern = "^[0-9]{6}$"))]
    pub ticket_number: String,
}

/// What is read of an answer; the rest is forgotten.
#[derive(Serialize, Deserialize)]
struct Answer {
    data: Thread,
}

#[derive(Serialize, Deserialize)]
struct Thread {
    responses: Vec<Response>,
}

#[derive(Serialize, Deserialize)]
struct Response {
    created_by_email: String,
    staff_response: bool,
    is_internal: bool,
}

#[derive(Serialize)]
struct Asked<'a> {
    ticket_number: &'a str,
    /// The texts are not needed.
    max_body_chars: u32,
}

impl Tool for WhoAnswered {
    const ABOUT: About = About::read("who_answered", "Who answered a ticket")
        .description("Who of the team wrote to the customer on a ticket, and how often. Needs tickets:read.")
        .routes(&["tickets.responses"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let asked = Asked { ticket_number: &self.ticket_number, max_body_chars: 0 };
        let answer = cx.send::<Answer>(Request::new("tickets.responses", &asked)?).await?;
        let mut replies: BTreeMap<&str, u32> = BTreeMap::new();
        for response in answer.body.data.responses.iter().filter(|one| one.staff_response && !one.is_internal) {
            *replies.entry(&response.created_by_email).or_default() += 1;
        }
        if replies.is_empty() {
            return Err(format!("Nobody has answered ticket {} yet.", self.ticket_number).into());
        }
        let lines: Vec<String> = replies.iter().map(|(email, count)| format!("{email}: {count}")).collect();
        Ok(Output::new().text(lines.join("\n")).into())
    }
}

tickiti_relay_sdk::plugin! {
    name: "{{name}}",
    about: "Says who answered a ticket.",
    tools: [WhoAnswered],
}
