//! The calls that the scenarios make, each with a word of its own, by which the helpdesk's log knows it again.

use serde_json::{Value, json};
use tickiti_relay_scratch::Running;

/// One logical call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Stands in the body of the request that it makes, and in no other's.
    pub word: String,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

impl Call {
    /// What `tools/call` takes.
    #[must_use]
    pub fn params(&self) -> Value {
        json!({"name": self.tool, "arguments": self.arguments})
    }
}

/// Numbers of the tickets that a helpdesk has and that take responses.
#[must_use]
pub fn tickets(helpdesk: &Running) -> Vec<String> {
    helpdesk.world(|world| {
        let open = world.tickets.iter().filter(|ticket| ticket.deleted_at.is_none() && ticket.merged_to.is_none());
        open.map(|ticket| ticket.number.to_string()).collect()
    })
}

/// `create_ticket`, from an originator of its own.
#[must_use]
pub fn create(word: &str) -> Call {
    let originator = format!("{word}@example.com");
    let arguments =
        json!({"originator_email_address": originator, "subject": word, "content": "It broke.", "is_public": true});
    Call { word: word.to_owned(), tool: "create_ticket", arguments }
}

/// `respond_to_ticket`, to one of the tickets.
#[must_use]
pub fn respond(word: &str, ticket: &str) -> Call {
    let arguments = json!({"ticket_number": ticket, "from_email": "priya.nair@kestrel.example", "content": word});
    Call { word: word.to_owned(), tool: "respond_to_ticket", arguments }
}

/// `tickiti_call tickets.close`, of one of the tickets. Some queues want to know how it was resolved.
#[must_use]
pub fn close(word: &str, ticket: &str) -> Call {
    let payload =
        json!({"ticket_number": ticket, "from_email": "priya.nair@kestrel.example", "content": word, "resolved": 1});
    passed("tickets", "close", word, payload)
}

/// `tickiti_call workflow.queues.create`: it takes no key.
#[must_use]
pub fn queue(word: &str) -> Call {
    passed("workflow", "queues.create", word, json!({"name": word}))
}

fn passed(family: &str, action: &str, word: &str, payload: Value) -> Call {
    let arguments = json!({"family": family, "action": action, "payload": payload});
    Call { word: word.to_owned(), tool: "tickiti_call", arguments }
}
