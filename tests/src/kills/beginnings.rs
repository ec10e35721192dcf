//! Several relays that begin on one fresh state folder at the same instant, each with a write at once.

use super::calls;
use super::row::Row;
use super::scene::Scene;
use crate::client::Answer;
use crate::relay::Session;
use crate::trouble::Trouble;

/// Starts so many relays at once, so many times, kills them all, and starts as many again: none of them is refused a write, and
/// each write happens once.
///
/// # Errors
/// When a relay does not start or answer.
pub fn at_once(rounds: usize, relays: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let (mut refused, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let folder = scene.setup.ground()?.folder("state").join(format!("begin{round}"));
        let setup = scene.setup.clone().env("TICKITI_RELAY_STATE", folder);
        for _ in 0..2 {
            let mut alive: Vec<Session> = (0..relays).map(|_| setup.start()).collect::<Result<_, _>>()?;
            let mut begun = Vec::new();
            for relay in &mut alive {
                let call = calls::create(&scene.word());
                begun.push((relay.begin("tools/call", call.params())?, call.word));
            }
            for (relay, (id, word)) in alive.iter_mut().zip(begun) {
                let answer = Answer(relay.answer(id)?.get("result").cloned().unwrap_or_default());
                if answer.is_error() {
                    refused.push(format!("round {round}: {}", answer.text()));
                } else if scene.seen(&word).effects != 1 {
                    wrong.push(format!("round {round}, {word}: {:?}", scene.seen(&word)));
                }
            }
            // They leave the files of dead owners for those who begin next.
            alive.iter_mut().for_each(|relay| relay.kill());
        }
    }
    let of = rounds * 2 * relays;
    let none = |name: &str, list: &[String]| {
        let name = format!("{relays} relays that begin at once: {name}");
        Row::none_of(name, list.len(), of, list.first().map(String::as_str)).note(format!("seed {seed}"))
    };
    Ok(vec![none("writes refused", &refused), none("writes that did not happen once", &wrong)])
}
