//! Equal writes that are meant twice: both must happen, one after the other and side by side.

use serde_json::json;
use tickiti_relay_scratch::Switches;

use super::drive::Said;
use super::keyed::{create, respond};
use super::row::{Demand, Row};
use super::stage::{Seen, Stage};
use super::{Numbers, Server, word};
use crate::history::Told;
use crate::trouble::Trouble;

/// A pair, and what both were answered.
#[derive(Debug)]
struct Pair {
    word: String,
    said: [Said; 2],
}

impl Pair {
    fn is_twice(&self, seen: &Seen) -> bool {
        let of = seen.of(&self.word);
        self.said.iter().all(|said| said.told == Told::Done) && of.effects == 2 && of.keys.len() == 2
    }
}

/// Makes the pairs on a calm wire.
///
/// # Errors
/// When the server ends, or helpdesk or proxy do not start.
pub fn run(server: &Server, numbers: &Numbers) -> Result<Vec<Row>, Trouble> {
    let stage = Stage::new(server, Switches::default())?;
    let tickets = stage.tickets(numbers.pairs * 2)?;
    let mut session = stage.start()?;
    let (mut after, mut beside) = (Vec::new(), Vec::new());
    for (number, ticket) in tickets.iter().enumerate() {
        let word = word('p', number);
        let content = format!("<p>The lamp is out again ({word}).</p>");
        let (tool, arguments) = if number % 4 < 2 {
            ("respond_to_ticket", respond(ticket, &content))
        } else {
            ("create_ticket", create(&format!("citizen-{number}@example.org"), "A lamp", &content))
        };
        let call = json!({"name": tool, "arguments": arguments});
        if number.is_multiple_of(2) {
            let first = Said::of(&session.request("tools/call", call.clone())?);
            after.push(Pair { word, said: [first, Said::of(&session.request("tools/call", call)?)] });
        } else {
            let ids = [session.begin("tools/call", call.clone())?, session.begin("tools/call", call)?];
            let first = Said::of(&session.answer(ids[0])?);
            beside.push(Pair { word, said: [first, Said::of(&session.answer(ids[1])?)] });
        }
    }
    let seen = stage.seen();
    let row = |figure: &str, pairs: &[Pair]| {
        let twice = pairs.iter().filter(|pair| pair.is_twice(&seen)).count();
        let wrong = pairs.iter().find(|pair| !pair.is_twice(&seen));
        let why = wrong.map_or_else(String::new, |pair| format!("{pair:?}\n  {:?}", seen.of(&pair.word)));
        Row::new(format!("pairs: happened twice, {figure}"), twice, pairs.len(), Demand::All).because(why)
    };
    Ok(vec![row("one after the other", &after), row("side by side", &beside)])
}
