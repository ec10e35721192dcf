//! `kill -9` during writes that take no key. What may have happened is not sent a second time, unless somebody who looked
//! says that it did not happen.

use serde_json::json;

use super::calls;
use super::row::Row;
use super::scene::Scene;
use crate::relay::Session;
use crate::trouble::Trouble;

/// Kills a relay so many times during `workflow.queues.create`, calls again from a new one, and settles every other write that
/// is held back, truthfully.
///
/// # Errors
/// When a relay does not start or answer.
pub fn kills(kills: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let mut relay = scene.setup.start()?;
    scene.calibrate(&mut relay)?;
    let (mut again, mut lost, mut unsaid) = (Vec::new(), Vec::new(), Vec::new());
    let (mut held, mut settled) = (0, 0);
    for _ in 0..kills {
        let call = calls::queue(&scene.word());
        let when = scene.when();
        let answer = scene.killed(&mut relay, &[&call], when)?.pop().flatten();
        relay = scene.setup.start()?;
        let mut may_be_sent = 1;
        if answer.is_none_or(|answer| answer.is_error()) {
            let told = relay.call(call.tool, call.arguments.clone())?;
            if told.is_error() {
                held += 1;
                match write_named(&told.text()) {
                    None => unsaid.push(format!("{}: {}", call.word, told.text())),
                    Some(id) if scene.dice.below(2) == 0 => {
                        settled += 1;
                        may_be_sent += settle(&scene, &mut relay, &call, &id, &mut lost)?;
                    }
                    Some(_) => {}
                }
            }
        }
        let seen = scene.seen(&call.word);
        if seen.sends > may_be_sent || seen.effects > 1 {
            again.push(format!("{}: {seen:?}, {may_be_sent} allowed", call.word));
        }
    }
    let note = format!("seed {seed}, {held} were held back, {settled} settled");
    let none = |name: &str, list: &[String]| {
        Row::none_of(
            format!("kills during unkeyed writes: {name}"),
            list.len(),
            kills,
            list.first().map(String::as_str),
        )
    };
    let shown = held > 0 && settled > 0;
    Ok(vec![
        none("second sends", &again).note(note),
        none("held back without the id of the write", &unsaid),
        none("settled as not happened, called again, and not done once", &lost),
        Row {
            name: "kills during unkeyed writes: held back and settled".to_owned(),
            demand: "some of each".to_owned(),
            found: format!("{held} and {settled}"),
            ok: shown,
        },
    ])
}

/// Looks, says what is true, and calls again where it did not happen. Answers how many more sends that allows.
fn settle(
    scene: &Scene,
    relay: &mut Session,
    call: &calls::Call,
    id: &str,
    lost: &mut Vec<String>,
) -> Result<usize, Trouble> {
    scene.rest();
    let happened = scene.seen(&call.word).effects > 0;
    let answer = relay.call("settle_write", json!({"id": id, "happened": happened}))?;
    if answer.is_error() {
        lost.push(format!("{}: settle_write {id} {happened}: {}", call.word, answer.text()));
        return Ok(0);
    }
    if happened {
        return Ok(0);
    }
    let told = relay.call(call.tool, call.arguments.clone())?;
    if told.is_error() || scene.seen(&call.word).effects != 1 {
        lost.push(format!("{}: {}", call.word, told.text()));
    }
    Ok(1)
}

/// The write that a text names: `w12`, where the text says that nothing was sent.
pub(super) fn write_named(text: &str) -> Option<String> {
    let is_id = |word: &&str| {
        word.strip_prefix('w').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let word = text.split(|letter: char| !letter.is_ascii_alphanumeric()).find(is_id)?;
    text.contains("Outcome: not sent").then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_write_is_found_in_the_text() {
        let told = "x failed. Outcome: not sent. An earlier, equal write w12 may have happened.";
        assert_eq!(write_named(told).as_deref(), Some("w12"));
        assert_eq!(write_named("Outcome: unknown. See w12."), None);
        assert_eq!(write_named("Outcome: not sent. Who knows why."), None);
    }
}
