//! `kill -9` during writes under a key; the same call again from a new process, until it has an answer. Each happens once.

use std::time::Duration;

use serde_json::{Value, json};

use super::calls::Call;
use super::row::Row;
use super::scene::Scene;
use super::unkeyed::write_named;
use crate::client::Answer;
use crate::relay::Session;
use crate::trouble::Trouble;

/// How often a call is made again before it counts as never answered, and the pause before.
const TRIES: usize = 12;
const PAUSE: Duration = Duration::from_millis(250);
/// What the relay says when an answer is an earlier call's, too.
const SETTLES: &str = "settles the earlier call";

/// One call that somebody meant to make once.
struct Intent {
    call: Call,
    /// The relay that is asked first.
    relay: usize,
    answered: bool,
    settles: bool,
    /// What it was told last.
    told: String,
}

/// What is known of all calls with one word.
struct Tally {
    word: String,
    wanted: usize,
    settles: usize,
}

/// Where the kills fell, by the calls that were under way.
#[derive(Debug, Default)]
struct Spread {
    before_the_send: usize,
    helpdesk_worked: usize,
    effect_done: usize,
    answered: usize,
}

/// Kills so many relays, `relays` of them alive at a time on one state folder. With `pairs`, every second call is meant twice.
///
/// # Errors
/// When a relay does not start.
pub fn kills(kills: usize, relays: usize, pairs: bool, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let mut alive: Vec<Session> = (0..relays).map(|_| scene.setup.start()).collect::<Result<_, _>>()?;
    if let Some(relay) = alive.first_mut() {
        scene.calibrate(relay)?;
    }
    let (mut done, mut spread) = (0, Spread::default());
    let (mut tallies, mut silent): (Vec<Tally>, Vec<String>) = Default::default();
    while done < kills {
        let together = 1 + usize::try_from(scene.dice.below(2)).unwrap_or(0);
        let mut intents = Vec::new();
        for relay in 0..relays {
            for _ in 0..together {
                let call = scene.keyed_call();
                // A pair is meant at once by both relays or by one, or one after the other.
                let twice = pairs && scene.dice.below(2) == 0;
                let second = (relay + usize::try_from(scene.dice.below(2)).unwrap_or(0)) % relays;
                let intent =
                    |relay| Intent { call: call.clone(), relay, answered: false, settles: false, told: String::new() };
                intents.push(intent(relay));
                intents.extend(twice.then(|| intent(second)));
            }
        }
        done += round(&mut scene, &mut alive, &mut intents, &mut spread)?;
        for intent in intents {
            let word = intent.call.word;
            if !intent.answered {
                silent.push(format!("{} {word}: {}", intent.call.tool, intent.told));
            }
            let settles = usize::from(intent.settles);
            match tallies.iter_mut().find(|tally| tally.word == word) {
                Some(tally) => {
                    tally.wanted += 1;
                    tally.settles += settles;
                }
                None => tallies.push(Tally { word, wanted: 1, settles }),
            }
        }
    }
    let what = format!("kills during keyed writes, {relays} at a time{}", if pairs { ", pairs" } else { "" });
    Ok(rows(&scene, &what, &tallies, &silent, &spread, &format!("{done} kills, seed {seed}")))
}

/// One relay dies while all work; what it left unanswered is called again, by whoever is alive then.
fn round(
    scene: &mut Scene,
    alive: &mut [Session],
    intents: &mut [Intent],
    spread: &mut Spread,
) -> Result<usize, Trouble> {
    let victim = usize::try_from(scene.dice.below(u64::try_from(alive.len()).unwrap_or(1))).unwrap_or(0);
    // Those who live through it begin first.
    let mut begun = Vec::new();
    for (place, intent) in intents.iter().enumerate().filter(|(_, intent)| intent.relay != victim) {
        if let Some(relay) = alive.get_mut(intent.relay) {
            begun.push((place, relay.begin("tools/call", intent.call.params())?));
        }
    }
    let own: Vec<usize> =
        (0..intents.len()).filter(|place| intents.get(*place).is_some_and(|intent| intent.relay == victim)).collect();
    let mut kills = 0;
    // Sometimes the first repeat is killed, too.
    for again in 0..2 {
        let open: Vec<usize> =
            own.iter().copied().filter(|place| intents.get(*place).is_some_and(|intent| !intent.answered)).collect();
        if open.is_empty() || (again == 1 && scene.dice.below(3) > 0) {
            break;
        }
        let calls: Vec<Call> =
            open.iter().filter_map(|place| intents.get(*place)).map(|intent| intent.call.clone()).collect();
        let when = scene.when();
        let Some(relay) = alive.get_mut(victim) else { break };
        let answers = scene.killed(relay, &calls.iter().collect::<Vec<_>>(), when)?;
        kills += 1;
        for ((place, call), answer) in open.iter().zip(&calls).zip(answers) {
            let seen = scene.seen(&call.word);
            match &answer {
                Some(_) => spread.answered += 1,
                None if seen.sends == 0 => spread.before_the_send += 1,
                None if seen.effects == 0 => spread.helpdesk_worked += 1,
                None => spread.effect_done += 1,
            }
            if let (Some(answer), Some(intent)) = (answer, intents.get_mut(*place)) {
                take(intent, &answer);
            }
        }
        *relay = scene.setup.start()?;
    }
    for (place, id) in begun {
        if let Some(intent) = intents.get_mut(place)
            && let Some(relay) = alive.get_mut(intent.relay)
        {
            take(intent, &Answer(relay.answer(id)?.get("result").cloned().unwrap_or_default()));
        }
    }
    for _ in 0..TRIES {
        // All at once, each by any relay.
        let mut begun = Vec::new();
        for (place, intent) in intents.iter().enumerate().filter(|(_, intent)| !intent.answered) {
            let by = usize::try_from(scene.dice.below(u64::try_from(alive.len()).unwrap_or(1))).unwrap_or(0);
            if let Some(relay) = alive.get_mut(by) {
                begun.push((place, by, relay.begin("tools/call", intent.call.params())?));
            }
        }
        if begun.is_empty() {
            break;
        }
        for (place, by, id) in begun {
            if let (Some(intent), Some(relay)) = (intents.get_mut(place), alive.get_mut(by)) {
                take(intent, &Answer(relay.answer(id)?.get("result").cloned().unwrap_or_default()));
            }
        }
        for intent in intents.iter().filter(|intent| !intent.answered) {
            if let (Some(id), Some(relay)) = (write_named(&intent.told), alive.first_mut()) {
                settle(scene, relay, &id)?;
            }
        }
        if intents.iter().any(|intent| !intent.answered) {
            std::thread::sleep(PAUSE);
        }
    }
    Ok(kills)
}

/// An earlier write, which may have happened, holds another one to the same target back. Looks at the helpdesk, and says so.
fn settle(scene: &Scene, relay: &mut Session, id: &str) -> Result<(), Trouble> {
    let unsettled = relay.call("unsettled_writes", json!({}))?.json()?;
    let writes = unsettled.get("writes").and_then(Value::as_array).cloned().unwrap_or_default();
    let record = writes.iter().find(|record| record.get("id").and_then(Value::as_str) == Some(id));
    // Another call may have settled it meanwhile.
    let Some(key) = record.and_then(|record| record.get("key")?.as_str()) else { return Ok(()) };
    scene.rest();
    let happened = scene.helpdesk.effects().iter().any(|effect| effect.key.as_deref() == Some(key));
    // One that is under way says so, and is asked for again.
    relay.call("settle_write", json!({"id": id, "happened": happened}))?;
    Ok(())
}

/// Only a success is an answer that ends the calling.
fn take(intent: &mut Intent, answer: &Answer) {
    let text = answer.text();
    intent.answered |= !answer.is_error();
    intent.settles |= text.contains(SETTLES);
    intent.told = text;
}

fn rows(scene: &Scene, what: &str, tallies: &[Tally], silent: &[String], spread: &Spread, note: &str) -> Vec<Row> {
    let (mut twice, mut missing) = (Vec::new(), Vec::new());
    for Tally { word, wanted, settles } in tallies {
        let seen = scene.seen(word);
        let told =
            format!("{word} was meant {wanted} times, {settles} answers settled another, the helpdesk saw {seen:?}");
        // An answer that settles an earlier call may stand for that one and for its own.
        if seen.effects > *wanted {
            twice.push(told);
        } else if seen.effects < wanted.saturating_sub(*settles).max(1) {
            missing.push(told);
        }
    }
    let first = |list: &[String]| list.first().cloned();
    let none = |name: &str, list: &[String]| {
        Row::none_of(format!("{what}: {name}"), list.len(), tallies.len(), first(list).as_deref()).note(note)
    };
    let unanswered = spread.before_the_send + spread.helpdesk_worked + spread.effect_done;
    vec![
        none("writes that happened too often", &twice),
        none("writes that were answered and did not happen", &missing),
        none("calls without an answer in the end", silent),
        Row {
            name: format!("{what}: where they fell"),
            demand: "some calls without an answer".to_owned(),
            found: format!("{spread:?}"),
            ok: unanswered > 0,
        },
    ]
}
