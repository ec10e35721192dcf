//! What an assistant does after an error that leaves open whether it happened: it calls again, from a new process, with its
//! arguments written otherwise, or with one word changed.

use serde_json::{Value, json};
use tickiti_relay_scratch::Switches;

use super::drive::{Intent, Lived, Manner, Said, drive};
use super::keyed::{create, respond};
use super::row::{Demand, Row};
use super::stage::{Stage, TIMEOUT};
use super::words::written_otherwise;
use super::{Numbers, Server, word};
use crate::client::Client;
use crate::history::Told;
use crate::proxy::{Kind, Plan};
use crate::random::Random;
use crate::trouble::Trouble;

/// Calls that one process makes before another takes over.
const BATCH: usize = 25;
/// The word that is changed.
const BEFORE: &str = "broken";
/// What it is changed to.
const AFTER: &str = "cracked";

/// The same call again: it must take the old key and happen once.
///
/// # Errors
/// When the server ends, or helpdesk or proxy do not start.
pub fn repeated(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::new(server, Switches::default())?;
    let mut random = Random::named(numbers.seed, "retries");
    let tickets = stage.tickets(numbers.retries)?;
    let intents: Vec<Intent> =
        tickets.iter().enumerate().map(|(number, ticket)| intent('r', number, ticket, BEFORE)).collect();
    let mut lives = Vec::new();
    for batch in intents.chunks(BATCH) {
        let mut batch = ambiguous(&stage, random.number(), batch)?;
        let mut session = stage.start()?;
        for life in &mut batch {
            let call = json!({"name": life.intent.tool, "arguments": life.intent.arguments});
            let id = session.begin_text("tools/call", &written_otherwise(&call, &mut random))?;
            life.said.push(Said::of(&session.answer(id)?));
        }
        session.finish()?;
        lives.extend(batch);
    }

    let seen = stage.seen_at_rest();
    let open: Vec<&Lived> = lives.iter().filter(|life| is_open(life.said.first())).collect();
    let once = |life: &&&Lived| seen.of(&life.intent.word).effects == 1;
    let one_key = |life: &&&Lived| {
        let of = seen.of(&life.intent.word);
        of.keys.len() == 1 && of.sends > 1
    };
    let told = |life: &&&Lived| {
        life.said.last().is_some_and(|said| said.told == Told::Done && said.text.contains("settles the earlier call"))
    };
    let first = |right: &dyn Fn(&&&Lived) -> bool| match open.iter().find(|life| !right(life)) {
        Some(life) => format!("{:?}\n  {:?}", life, seen.of(&life.intent.word)),
        None => String::new(),
    };
    let all = |figure: &str, right: &dyn Fn(&&&Lived) -> bool| {
        let count = open.iter().filter(|life| right(life)).count();
        Row::new(format!("retries: {figure}"), count, open.len(), Demand::All).because(first(right))
    };
    Ok(vec![
        Row::new("retries: the first was left open", open.len(), lives.len(), Demand::All),
        all("took the old key", &one_key),
        all("happened once", &once),
        all("told that it settles the earlier", &told),
    ])
}

/// The same call with one word changed: it must be held until somebody says how the first ended, then be a write of its own.
///
/// # Errors
/// As [`repeated`].
pub fn changed(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::new(server, Switches::default())?;
    let mut random = Random::named(numbers.seed, "changed");
    let tickets = stage.tickets(numbers.changed)?;
    let mut found = Changed::default();
    let pairs: Vec<(Intent, Intent)> = tickets
        .iter()
        .enumerate()
        // A word of its own for the second, in the same place: else the log could not tell them apart.
        .map(|(number, ticket)| (intent('h', number, ticket, BEFORE), intent('c', number, ticket, AFTER)))
        .collect();
    for batch in pairs.chunks(BATCH) {
        let firsts: Vec<Intent> = batch.iter().map(|(first, _)| first.clone()).collect();
        let lives = ambiguous(&stage, random.number(), &firsts)?;
        let mut session = stage.start()?;
        let seen = stage.seen_at_rest();
        for (life, (_, second)) in lives.iter().zip(batch) {
            let happened = seen.of(&life.intent.word).effects > 0;
            found.one(&stage, &mut session, life, second, happened)?;
        }
        session.finish()?;
    }
    let row = |figure: &str, count| {
        Row::new(format!("changed: {figure}"), count, found.open, Demand::All).because(found.wrong.join("\n  "))
    };
    Ok(vec![
        Row::new("changed: the first was left open", found.open, numbers.changed, Demand::All),
        row("held until settled", found.held),
        row("then sent under a new key", found.sent),
    ])
}

#[derive(Default)]
struct Changed {
    open: usize,
    held: usize,
    sent: usize,
    /// The first few that went otherwise.
    wrong: Vec<String>,
}

impl Changed {
    fn one(
        &mut self,
        stage: &Stage,
        session: &mut Client,
        first: &Lived,
        second: &Intent,
        happened: bool,
    ) -> Result<(), Trouble> {
        if !is_open(first.said.first()) {
            return Ok(());
        }
        self.open += 1;
        let call = json!({"name": second.tool, "arguments": second.arguments});
        let held = Said::of(&session.request("tools/call", call.clone())?);
        let write = write_named(&held.text);
        let unsent = stage.seen().of(&second.word).sends == 0;
        let (Told::NotSent, Some(write), true) = (held.told, write, unsent) else {
            self.note(format!("{}: not held: {held:?}", second.word));
            return Ok(());
        };
        self.held += 1;
        let settle = json!({"name": "settle_write", "arguments": {"id": write, "happened": happened}});
        let settled = Said::of(&session.request("tools/call", settle)?);
        let then = Said::of(&session.request("tools/call", call)?);
        let seen = stage.seen();
        let (before, after) = (seen.of(&first.intent.word), seen.of(&second.word));
        let new_key = after.keys.len() == 1 && before.keys.is_disjoint(&after.keys);
        let effects = (before.effects, after.effects) == (usize::from(happened), 1);
        if settled.told == Told::Done && then.told == Told::Done && new_key && effects {
            self.sent += 1;
        } else {
            self.note(format!("{}: settled {settled:?}, then {then:?}; {before:?} {after:?}", second.word));
        }
        Ok(())
    }

    fn note(&mut self, what: String) {
        if self.wrong.len() < 3 {
            self.wrong.push(what);
        }
    }
}

/// Calls each once from a process of its own, on a wire on which no answer arrives whole; then the wire is calm again.
fn ambiguous(stage: &Stage, seed: u64, intents: &[Intent]) -> Result<Vec<Lived>, Trouble> {
    let mut session = stage.start()?;
    stage.proxy.plan(Plan::faults(1.0, seed, TIMEOUT).only(&Kind::AMBIGUOUS));
    let lives = drive(&mut session, intents.to_vec(), Manner { in_flight: BATCH, invocations: 1 })?;
    stage.proxy.plan(Plan { patience: TIMEOUT, ..Plan::calm() });
    session.finish()?;
    Ok(lives)
}

/// A reply, or a new ticket, with a word that may be changed.
fn intent(part: char, number: usize, ticket: &str, lamp: &str) -> Intent {
    let word = word(part, number);
    let content = format!("<p>The lamp at this pole is {lamp} ({word}).</p>");
    if number.is_multiple_of(2) {
        return Intent { word, tool: "respond_to_ticket", arguments: respond(ticket, &content) };
    }
    let from = format!("citizen-{number}@example.org");
    Intent { word, tool: "create_ticket", arguments: create(&from, "A lamp", &content) }
}

fn is_open(said: Option<&Said>) -> bool {
    said.is_some_and(|said| matches!(said.told, Told::Unknown | Told::Silent))
}

/// The id of the write that a text names: `w12`.
fn write_named(text: &str) -> Option<Value> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut ids = words.filter(|word| {
        word.strip_prefix('w').is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    });
    ids.next().map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_write_that_a_text_names_is_found() {
        let text = "Not sent: the earlier write w12 is unsettled.\nOutcome: not sent. See w13.";
        assert_eq!(write_named(text), Some(json!("w12")));
        assert_eq!(write_named("a write with w or wx1 or 12"), None);
    }
}
