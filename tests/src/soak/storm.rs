//! The helpdesk is down: whoever keeps asking must not make it worse.

use std::time::{Duration, Instant};

use serde_json::json;
use tickiti_relay_scratch::Switches;

use super::drive::Said;
use super::keyed::create;
use super::row::{Demand, Row};
use super::stage::{Stage, TIMEOUT};
use super::{Numbers, Server, word};
use crate::history::Told;
use crate::proxy::{Kind, Plan};
use crate::trouble::Trouble;

/// Twenty calls a second.
const EVERY: Duration = Duration::from_millis(50);

/// Offers calls at a steady pace to a helpdesk that resets every connection, and counts the connections.
///
/// # Errors
/// When the server ends, or helpdesk or proxy do not start.
pub fn run(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::new(server, Switches::default())?;
    let mut session = stage.start()?;
    stage.proxy.plan(Plan::faults(1.0, numbers.seed, TIMEOUT).only(&[Kind::Refuse]));
    let begun = Instant::now();
    let mut ids = Vec::new();
    while begun.elapsed() < numbers.down {
        let number = ids.len();
        let call = if number.is_multiple_of(2) {
            json!({"name": "list_queues", "arguments": {}})
        } else {
            let from = format!("citizen-{number}@example.org");
            json!({"name": "create_ticket", "arguments": create(&from, "A lamp", &word('s', number))})
        };
        ids.push(session.begin("tools/call", call)?);
        let next = EVERY * u32::try_from(ids.len()).unwrap_or(u32::MAX);
        std::thread::sleep(next.saturating_sub(begun.elapsed()));
    }
    let mut failed = 0;
    for id in &ids {
        failed += usize::from(Said::of(&session.answer(*id)?).told != Told::Done);
    }
    let offered = ids.len();
    let sends = usize::try_from(stage.proxy.counts().connections).unwrap_or(usize::MAX);
    let most = offered + offered / 5 + 10;
    Ok(vec![
        Row::new("storm: sends", sends, offered, Demand::AtMost(most)),
        Row::new("storm: calls that failed, as all must", failed, offered, Demand::All),
    ])
}
