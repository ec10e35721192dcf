//! `kill -9` during an export to a file: the file is the old one or the new one, never a part.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tickiti_relay_scratch::{Fault, Moment, Planned};

use super::row::Row;
use super::scene::Scene;
use crate::trouble::Trouble;

const NAME: &str = "all.ndjson";
/// Rows of a page: the export of the scratch helpdesk has about a dozen pages then.
const PAGE: u64 = 5;
/// The helpdesk's time for a page, in milliseconds.
const SLOW: u64 = 2;
/// Older than the time for which the relay leaves a file alone whose writer is gone; `limits` calls it `ABANDONED_OUTPUT`.
const LATER: Duration = Duration::from_secs(120);

/// Kills so many relays during `export_responses`, each with another number of rows than the one before.
///
/// # Errors
/// When a relay does not start, or an export that nobody disturbs fails.
pub fn kills(kills: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let folder = tempfile::Builder::new().prefix("tickiti-relay-exports-").tempdir();
    let folder = folder.map_err(Trouble::io("making a folder"))?;
    let path = folder.path().canonicalize().map_err(Trouble::io("looking at a folder"))?.join(NAME);
    let setup = scene.setup.clone().files(path.parent().unwrap_or(folder.path()));
    // A relay that was killed right after it put the file there does not know it for its own, and asks before it replaces it.
    let arguments = |rows: usize| json!({"path": path.to_string_lossy(), "page_size": PAGE, "max_records": rows, "overwrite": true});
    let mut relay = setup.start()?;
    relay.call("export_responses", arguments(1_000))?.done()?;
    let whole = read(&path)?;
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let of =
        |rows: usize| whole.get(..ends.get(rows.saturating_sub(1)).copied().unwrap_or(whole.len())).unwrap_or_default();
    let mut old = ends.len();
    let (mut torn, mut left, mut kept, mut new_ones, mut leftovers) = (Vec::new(), Vec::new(), 0, 0, 0);
    for number in 0..kills {
        // At least a page less or more than before, so that old and new differ.
        let rows = 1 + usize::try_from(scene.dice.below(u64::try_from(ends.len()).unwrap_or(1))).unwrap_or(0);
        let rows = if rows == old { 1 + rows % ends.len().max(1) } else { rows };
        scene.helpdesk.fault(Planned::next(Fault::Delay { milliseconds: SLOW, at: Moment::Done }).always());
        relay.begin("tools/call", json!({"name": "export_responses", "arguments": arguments(rows)}))?;
        let pages = u64::try_from(rows).unwrap_or(1) / PAGE + 1;
        // From the first page to some time after the last.
        std::thread::sleep(Duration::from_micros(scene.dice.below(pages * (SLOW * 1_000 + 2_500) + 15_000)));
        relay.kill();
        scene.helpdesk.clear_faults();
        let found = read(&path)?;
        if found == of(rows) {
            new_ones += 1;
        } else if found == of(old) {
            kept += 1;
        } else {
            torn.push(format!("kill {number}: {} bytes, old {}, new {}", found.len(), of(old).len(), of(rows).len()));
        }
        leftovers += age_others(folder.path())?;
        relay = setup.start()?;
        relay.call("export_responses", arguments(rows))?.done()?;
        old = rows;
        if read(&path)? != of(rows) {
            torn.push(format!("kill {number}: the export after it is not whole"));
        }
        let others = others(folder.path())?;
        if let Some(other) = others.first() {
            left.push(format!("kill {number}: {}", other.display()));
        }
    }
    let none = |name: &str, list: &[String]| {
        let name = format!("kills during export_responses: {name}");
        Row::none_of(name, list.len(), kills, list.first().map(String::as_str)).note(format!("seed {seed}"))
    };
    Ok(vec![
        none("files that are neither old nor new", &torn),
        none("partial files left after the next export", &left),
        Row {
            name: "kills during export_responses: where they fell".to_owned(),
            demand: "some before and some after the file was there, and some with a partial file beside it".to_owned(),
            found: format!("{kept} old, {new_ones} new, {leftovers} partial files"),
            ok: kept > 0 && new_ones > 0 && leftovers > 0,
        },
    ])
}

fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    std::fs::read(path).map_err(Trouble::io("reading an export"))
}

/// All that lies in the folder beside the export.
fn others(folder: &Path) -> Result<Vec<std::path::PathBuf>, Trouble> {
    let entries = std::fs::read_dir(folder).map_err(Trouble::io("reading a folder"))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| !path.ends_with(NAME)).collect())
}

/// Makes what a killed export left as old as if nobody had come for a while. Tells how many there were.
fn age_others(folder: &Path) -> Result<usize, Trouble> {
    let others = others(folder)?;
    for other in &others {
        let file = std::fs::OpenOptions::new().write(true).open(other).map_err(Trouble::io("opening what was left"))?;
        file.set_modified(SystemTime::now() - LATER).map_err(Trouble::io("making a file old"))?;
    }
    Ok(others.len())
}
