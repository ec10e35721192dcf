//! Writes with a key, under faults, once for each thing that is not known of the real server.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};
use tickiti_relay_scratch::{Fault, Moment, Planned, Switches};

use super::drive::{Intent, Lived, Manner, drive};
use super::row::{Demand, Row, of_tally};
use super::stage::{Flicker, Stage, TIMEOUT};
use super::words::word_in;
use super::{Numbers, Server, word};
use crate::history::Tally;
use crate::proxy::{Counts, Kind, Passage, Plan};
use crate::random::Random;
use crate::trouble::Trouble;

/// How often an assistant asks for the same thing before it gives up.
const INVOCATIONS: usize = 5;
/// How long the helpdesk works on a request: long enough that a repeat may meet the first still at work.
const WORK_MILLIS: u64 = 120;
/// One request in so many breaks inside the helpdesk, which may keep its error under the key.
const BROKEN: usize = 40;
/// A ticket that no helpdesk has.
const NO_TICKET: &str = "9999999";
/// Writes to one ticket or originator, about: some meet one another, most do not.
const SHARED_BY: usize = 6;
/// A staff member of the scratch company.
const STAFF: &str = "priya.nair@kestrel.example";

/// One setting of the helpdesk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Name of its rows.
    pub name: &'static str,
    /// Switch and setting; none for the default.
    pub switch: Option<(&'static str, &'static str)>,
    /// Whether it is demanded that nothing is duplicated. A server that runs one key twice leaves nobody a chance.
    pub demanded: bool,
}

/// Every setting that is looked at.
pub const CASES: [Case; 6] = [
    Case { name: "default", switch: None, demanded: true },
    Case { name: "key after validation", switch: Some(("key_looked_at", "after_validation")), demanded: true },
    Case { name: "409 while running", switch: Some(("same_key_running", "conflict")), demanded: true },
    Case { name: "5xx stored", switch: Some(("server_error_stored", "yes")), demanded: true },
    Case { name: "refusal stored", switch: Some(("refusal_stored", "yes")), demanded: true },
    Case { name: "runs a key twice", switch: Some(("same_key_running", "execute_twice")), demanded: false },
];

/// What one case came to.
#[derive(Debug)]
pub struct Came {
    /// What the checker says.
    pub tally: Tally,
    /// What the proxy did.
    pub counts: Counts,
    /// Requests on a connection that had carried another: a late answer to that one may be taken for theirs.
    pub reused: usize,
    /// All that is known of the calls that the tally shows as wrong.
    pub wrong: String,
}

/// All cases.
///
/// # Errors
/// When the server ends, or helpdesk or proxy do not start.
pub fn run(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    // Side by side, each with a helpdesk, a proxy and a server of its own: most of the time is waiting.
    let results: Vec<Result<Came, Trouble>> = std::thread::scope(|scope| {
        let run = |case| {
            let plan = Plan::faults(numbers.share, numbers.seed, TIMEOUT);
            scope.spawn(move || one(server, numbers, case, plan))
        };
        let running: Vec<_> = CASES.iter().map(run).collect();
        let ended = |case: std::thread::ScopedJoinHandle<'_, _>| {
            case.join().unwrap_or_else(|_| Err(Trouble::shape("a scenario that ends", "a panic")))
        };
        running.into_iter().map(ended).collect()
    });
    let mut rows = Vec::new();
    for (case, came) in CASES.iter().zip(results) {
        let came = came?;
        let name = format!("keyed, {}", case.name);
        for row in of_tally(&name, &came.tally, case.demanded) {
            let why = format!("{}{}", row.why, came.wrong);
            rows.push(row.because(why));
        }
        let (sent, none) = (usize::try_from(came.counts.requests).unwrap_or_default(), Demand::None);
        rows.push(Row::new(format!("{name}: on a connection used before"), came.reused, sent, none));
        let requests = usize::try_from(came.counts.exchanges()).unwrap_or_default();
        let struck = usize::try_from(came.counts.struck()).unwrap_or_default();
        rows.push(Row::new(format!("{name}: struck by a fault"), struck, requests, Demand::Shown));
        rows.push(Row::new(
            format!("{name}: kinds of fault"),
            came.counts.faults.len(),
            Kind::ALL.len(),
            Demand::Shown,
        ));
    }
    Ok(rows)
}

/// One case.
///
/// # Errors
/// As [`run`].
pub fn one(server: &Server, numbers: &Numbers, case: &Case, plan: Plan) -> Result<Came, Trouble> {
    let mut switches = Switches::default();
    if let Some((name, setting)) = case.switch {
        switches.set(name, setting).map_err(|error| Trouble::shape("a switch of the helpdesk", error))?;
    }
    let stage = Stage::new(server, switches)?;
    let mut random = Random::named(numbers.seed, case.name);
    let closable = stage.tickets(numbers.keyed)?;
    let open = stage.tickets(numbers.keyed / SHARED_BY + 1)?;
    let intents = (0..numbers.keyed).zip(&closable);
    let intents = intents.map(|(number, own)| intent(number, own, &open, &mut random)).collect();

    for after in (0..numbers.keyed).filter(|_| random.below(BROKEN) == 0) {
        let broken = Planned::next(Fault::Status { status: 500, worked: false });
        stage.helpdesk.fault(broken.after(u32::try_from(after).unwrap_or(u32::MAX)));
    }
    stage.helpdesk.fault(Planned::next(Fault::Delay { milliseconds: WORK_MILLIS, at: Moment::Claimed }).always());
    let mut session = stage.start()?;
    let flicker = Flicker::start(&stage.proxy);
    stage.proxy.plan(plan);
    let manner = Manner { in_flight: numbers.in_flight, invocations: INVOCATIONS };
    let lives = drive(&mut session, intents, manner)?;
    drop(flicker);
    let seen = stage.seen_at_rest();
    let tally = Tally::of(lives.iter().map(|life| life.logical(&seen)));
    let wrong = tally.wrong.iter().map(|wrong| all_of(&stage, &lives, &wrong.word)).collect();
    let passages = stage.proxy.passages();
    let connections: HashSet<u64> = passages.iter().map(|passage| passage.connection).collect();
    Ok(Came { tally, counts: stage.proxy.counts(), reused: passages.len() - connections.len(), wrong })
}

/// What was said of a call, and its requests as proxy and helpdesk saw them.
fn all_of(stage: &Stage, lives: &[Lived], word: &str) -> String {
    let mut text = format!("\n  {word}");
    for life in lives.iter().filter(|life| life.intent.word == word) {
        let _ = write!(text, " {} {}", life.intent.tool, life.intent.arguments);
        for said in &life.said {
            let _ = write!(text, "\n    {said:?}");
        }
    }
    let passages = stage.proxy.passages();
    let keys = passages.iter().filter(|passage| word_in(&passage.body).as_deref() == Some(word));
    let keys: Vec<_> = keys.filter_map(|passage| passage.key.clone()).collect();
    for passage in passages.iter().filter(|passage| passage.key.as_ref().is_some_and(|key| keys.contains(key))) {
        let Passage { connection, key, whole, forwarded, fault, .. } = passage;
        let _ = write!(text, "\n    wire: {connection} {key:?} whole {whole} forwarded {forwarded} fault {fault:?}");
    }
    for request in stage.helpdesk.requests() {
        if word_in(&request.body).as_deref() == Some(word) {
            let (key, status, replayed) = (request.header("idempotency-key"), request.status, request.replayed);
            let _ = write!(
                text,
                "\n    helpdesk: {} {key:?} {status:?} replayed {replayed} {:?}",
                request.number, request.fault
            );
        }
    }
    text
}

/// A new ticket, a reply, a note, or the closing of a ticket of its own; at times a reply that the helpdesk refuses.
fn intent(number: usize, own: &str, open: &[String], random: &mut Random) -> Intent {
    let word = word('k', number);
    let content = format!("<p>The lamp at pole {word} is out.</p>");
    let ticket = random.one(open).map_or(own, String::as_str);
    let (tool, arguments) = match random.below(30) {
        0 => ("respond_to_ticket", respond(NO_TICKET, &content)),
        1..12 => {
            let from = if random.chance(0.2) { random.below(SHARED_BY * 4) } else { 1_000 + number };
            ("create_ticket", create(&format!("citizen-{from}@example.org"), &word, &content))
        }
        12..21 => ("respond_to_ticket", respond(ticket, &content)),
        21..24 => (
            "respond_to_ticket",
            json!({"ticket_number": ticket, "from_email": STAFF, "content": content, "is_internal": true}),
        ),
        _ => {
            let payload = json!({"ticket_number": own, "content": content});
            ("tickiti_call", json!({"family": "tickets", "action": "close", "payload": payload}))
        }
    };
    Intent { word, tool, arguments }
}

/// Arguments of `create_ticket`.
pub(super) fn create(from: &str, subject: &str, content: &str) -> Value {
    json!({"originator_email_address": from, "subject": subject, "content": content, "is_public": true})
}

/// Arguments of `respond_to_ticket`.
pub(super) fn respond(ticket: &str, content: &str) -> Value {
    json!({"ticket_number": ticket, "from_email": STAFF, "content": content})
}
