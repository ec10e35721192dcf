//! Writes that no key protects: sent once, whatever happens on the way.

use serde_json::json;
use tickiti_relay_scratch::Switches;

use super::drive::{Intent, Manner, drive};
use super::row::{Demand, Row, of_tally};
use super::stage::{Flicker, Stage, TIMEOUT};
use super::{Numbers, Server, word};
use crate::history::Tally;
use crate::proxy::Plan;
use crate::trouble::Trouble;

/// Long enough that half of a body holds the word before it.
const FILLER: &str = "for the street lamps of the western districts and what belongs to them";

/// Calls each once: an assistant that is told `unknown` looks before it acts.
///
/// # Errors
/// When the server ends, or helpdesk or proxy do not start.
pub fn run(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::new(server, Switches::default())?;
    let mut session = stage.start()?;
    let flicker = Flicker::start(&stage.proxy);
    stage.proxy.plan(Plan::faults(numbers.share, numbers.seed, TIMEOUT));
    let intents = (0..numbers.unkeyed).map(intent).collect();
    let lives = drive(&mut session, intents, Manner { in_flight: numbers.in_flight, invocations: 1 })?;
    drop(flicker);

    let seen = stage.seen_at_rest();
    let again: Vec<&str> =
        lives.iter().map(|life| life.intent.word.as_str()).filter(|word| seen.of(word).sends > 1).collect();
    let shown = again.iter().take(Tally::SHOWN).copied().collect::<Vec<_>>().join(", ");
    let row = Row::new("unkeyed: sent again after bytes left", again.len(), lives.len(), Demand::None);
    let mut rows = vec![row.because(shown)];
    rows.extend(of_tally("unkeyed", &Tally::of(lives.iter().map(|life| life.logical(&seen))), true));
    Ok(rows)
}

fn intent(number: usize) -> Intent {
    let word = word('u', number);
    let name = format!("{word} {FILLER}");
    let arguments = match number % 3 {
        0 => json!({"family": "workflow", "action": "queues.create", "payload": {"name": name}}),
        1 => json!({"family": "workflow", "action": "resolutions.create", "payload": {"name": name}}),
        _ => {
            let payload = json!({"identifier": name, "category": "Soak"});
            json!({"family": "settings", "action": "stock_responses.create", "payload": payload})
        }
    };
    Intent { word, tool: "tickiti_call", arguments }
}
