//! The end of input and SIGTERM with writes in flight: an orderly end, and nothing under way is forgotten.

use std::time::{Duration, Instant};

use serde_json::Value;
use tickiti_relay_scratch::{Fault, Moment, Planned};

use super::calls;
use super::row::Row;
use super::scene::Scene;
use crate::relay::{Session, Setup};
use crate::trouble::Trouble;

/// Writes in flight when the end comes.
const IN_FLIGHT: usize = 20;
/// The relay's own promise.
const WITHIN: Duration = Duration::from_secs(2);

/// Ends so many relays, by turns in the one way and in the other. `slack` is what an end may be late.
///
/// # Errors
/// When a relay does not start, or its ledger cannot be listed.
pub fn ends(runs: usize, seed: u64, slack: Duration) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let (mut unclean, mut late, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
    let mut in_flight = 0;
    for run in 0..runs {
        let how = if run % 2 == 0 { "end of input" } else { "SIGTERM" };
        // Each with a ledger of its own, so that no write of the run before is in the way.
        let setup = scene.setup.clone().env("TICKITI_RELAY_STATE", state(&scene.setup, run)?);
        let mut relay = setup.start()?;
        scene.helpdesk.clear_logs();
        scene.helpdesk.fault(Planned::next(Fault::Delay { milliseconds: 5_000, at: Moment::Claimed }).always());
        let words: Vec<String> = (0..IN_FLIGHT).map(|_| scene.word()).collect();
        for word in &words {
            relay.begin("tools/call", calls::create(word).params())?;
        }
        // The end comes somewhere between the first send and the last.
        let wanted = 1 + scene.dice.below(u64::try_from(IN_FLIGHT).unwrap_or(1));
        let until = Instant::now() + Duration::from_secs(10);
        while u64::try_from(scene.helpdesk.requests().len()).unwrap_or(0) < wanted && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        let began = Instant::now();
        if run % 2 == 0 {
            relay.close_input();
        } else {
            terminate(&relay)?;
        }
        let status = relay.wait()?;
        let took = began.elapsed();
        scene.helpdesk.clear_faults();
        if !status.success() {
            unclean.push(format!("run {run}, {how}: {status}"));
        }
        if took > WITHIN + slack {
            late.push(format!("run {run}, {how}: {} ms", took.as_millis()));
        }
        let sent = keys(&scene);
        in_flight += sent.len();
        let listed = listed(&setup)?;
        for key in sent {
            let record = listed.iter().find(|record| holds(record, &key));
            let state = record.and_then(|record| record.get("state")).and_then(Value::as_str).unwrap_or_default();
            // The helpdesk goes on working after the end: nobody may say that nothing happened.
            if !matches!(state, "sent" | "unknown" | "done") {
                forgotten.push(format!("run {run}, {how}: the key {key} was sent, and recorded as `{state}`"));
            }
        }
    }
    let none = |name: &str, list: &[String], of: usize| {
        let name = format!("ends with {IN_FLIGHT} writes in flight: {name}");
        Row::none_of(name, list.len(), of, list.first().map(String::as_str)).note(format!("seed {seed}"))
    };
    Ok(vec![
        none("exit code other than 0", &unclean, runs),
        none(&format!("later than {} s", WITHIN.as_secs()), &late, runs),
        none("writes sent that the ledger does not list as such", &forgotten, in_flight),
    ])
}

/// A fresh folder for a run's ledger, beneath the folders that are searched for the token.
fn state(setup: &Setup, run: usize) -> Result<std::path::PathBuf, Trouble> {
    let folder = setup.ground()?.folder("state").join(format!("run{run}"));
    std::fs::create_dir_all(&folder).map_err(Trouble::io("making a folder"))?;
    Ok(folder)
}

/// The keys that the helpdesk saw.
pub(super) fn keys(scene: &Scene) -> Vec<String> {
    let requests = scene.helpdesk.requests();
    let mut keys: Vec<String> =
        requests.iter().filter_map(|request| request.header("idempotency-key")).map(str::to_owned).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// All records of a ledger.
pub(super) fn listed(setup: &Setup) -> Result<Vec<Value>, Trouble> {
    let output = setup.verb(["ledger", "list", "--json", "--all"])?;
    let text = output.stdout;
    let value: Value = serde_json::from_str(&text)
        .map_err(|_| Trouble::shape("`ledger list --json` with JSON", format!("{text}{}", output.stderr)))?;
    let list = value.get("writes").unwrap_or(&value).as_array().cloned();
    list.ok_or_else(|| Trouble::shape("a list of writes", value))
}

/// Whether a record has this text in one of its members.
pub(super) fn holds(record: &Value, text: &str) -> bool {
    record.as_object().is_some_and(|members| members.values().any(|value| value.as_str() == Some(text)))
}

#[cfg(target_os = "linux")]
fn terminate(relay: &Session) -> Result<(), Trouble> {
    use nix::sys::signal::{Signal, kill};
    let process = i32::try_from(relay.process()).map_err(|error| Trouble::shape("a process id", error))?;
    let sent = kill(nix::unistd::Pid::from_raw(process), Signal::SIGTERM);
    sent.map_err(|error| Trouble::Io { doing: "sending SIGTERM", source: error.into() })
}

#[cfg(not(target_os = "linux"))]
fn terminate(_: &Session) -> Result<(), Trouble> {
    Err(Trouble::shape("a system on which these tests send SIGTERM", std::env::consts::OS))
}
