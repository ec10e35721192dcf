//! Disks that fail: a limit on the size of files, a full file system, one that became read-only, a damaged ledger. A write is
//! recorded and sent, or not sent and told so; reads go on.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::calls::{self, Call};
use super::row::Row;
use super::scene::Scene;
use super::shutdown::{holds, listed};
use crate::client::{Client, LEGACY};
use crate::relay::Setup;
use crate::trouble::Trouble;

/// Writes of one run, every fourth of them without a key.
const WRITES: usize = 12;
/// Kinds of damage.
const DAMAGES: [&str; 7] =
    ["random bytes", "no database", "a damaged page", "a cut log", "a damaged log", "an empty file", "a folder"];

/// What all runs found.
#[derive(Default)]
struct Found {
    sent: usize,
    refused: usize,
    unrecorded: Vec<String>,
    unsaid: Vec<String>,
    unread: Vec<String>,
}

/// Lets the files of a relay grow to so many sizes, one a run: too small for a ledger at all, for its first record, for a later
/// one.
///
/// # Errors
/// When a relay does not start.
pub fn limited(runs: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let mut found = Found::default();
    for run in 0..runs {
        // In blocks of 512 bytes, as a POSIX shell counts them. The limit holds for files in memory, too, and wasmtime keeps a
        // plugin's data in one: of this size it fits.
        let blocks = 64 + run * 10;
        let setup = fresh(&scene, &format!("limit{run}"))?;
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let relay = setup.command()?;
        let mut command = like(&relay, "sh");
        command.args(["-c", &script, "sh"]).arg(relay.get_program());
        writes(&mut scene, &setup, command, &format!("limit of {blocks} blocks"), &mut found)?;
    }
    Ok(found.rows("files limited in size", runs, seed))
}

/// A file system of its own for the ledger, full at once, or after some records; and one that becomes read-only. Needs root
/// and tmpfs; without them the one row says that nothing was tried.
///
/// # Errors
/// When a relay does not start.
pub fn full(runs: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let mut found = Found::default();
    for run in 0..runs {
        let setup = fresh(&scene, &format!("full{run}"))?;
        let folder = state(&setup)?;
        let size = 4 + run * 32;
        let Some(mounted) = Mounted::new(&folder, size) else {
            let name = "a full file system".to_owned();
            let found = "nothing was tried: no root, or no tmpfs".to_owned();
            return Ok(vec![Row { name, demand: "where it is to be had".to_owned(), found, ok: true }]);
        };
        writes(&mut scene, &setup, setup.command()?, &format!("file system of {size} KiB"), &mut found)?;
        drop(mounted);
    }
    let setup = fresh(&scene, "readonly")?;
    let folder = state(&setup)?;
    if let Some(mounted) = Mounted::new(&folder, 8 * 1_024) {
        setup.start()?.call("create_ticket", calls::create("before").arguments)?.done()?;
        if mounted.read_only() {
            let before = found.sent;
            writes(&mut scene, &setup, setup.command()?, "read-only file system", &mut found)?;
            if found.sent > before {
                found.unrecorded.push("read-only file system: a write was sent".to_owned());
            }
        }
    }
    Ok(found.rows("full and read-only file systems", runs + 1, seed))
}

/// Damages the ledger that a relay left behind when it was killed.
///
/// # Errors
/// When a relay does not start, or the ledger cannot be damaged.
pub fn damaged(runs: usize, seed: u64) -> Result<Vec<Row>, Trouble> {
    let mut scene = Scene::new(seed)?;
    let (mut found, mut silent) = (Found::default(), Vec::new());
    for run in 0..runs {
        let kind = DAMAGES.get(run % DAMAGES.len()).copied().unwrap_or_default();
        let what = format!("{kind}, run {run}");
        let setup = fresh(&scene, &format!("damaged{run}"))?;
        let mut relay = setup.start()?;
        for _ in 0..3 {
            let call = scene.keyed_call();
            relay.call(call.tool, call.arguments)?.done()?;
        }
        // Killed, it leaves its log; at its end it would have put it into the file.
        if kind.contains("log") {
            relay.kill();
        } else {
            relay.finish()?;
        }
        drop(relay);
        damage(&mut scene, &state(&setup)?, kind)?;
        let refused = found.refused;
        writes(&mut scene, &setup, setup.command()?, &what, &mut found)?;
        let doctor = setup.verb(["doctor"])?;
        if found.refused > refused && !doctor.stdout.contains("record of writes") {
            silent.push(format!("{what}: {}", doctor.stdout.replace('\n', " / ")));
        }
    }
    let mut rows = found.rows("a damaged ledger", runs, seed);
    let first = silent.first().map(String::as_str);
    rows.push(Row::none_of("a damaged ledger: refusals of which `doctor` says nothing", silent.len(), runs, first));
    Ok(rows)
}

/// Makes writes and reads at a relay that this command starts, and compares what the helpdesk saw with the ledger.
fn writes(scene: &mut Scene, setup: &Setup, command: Command, what: &str, found: &mut Found) -> Result<(), Trouble> {
    scene.helpdesk.clear_logs();
    // What is compiled already needs no disk.
    scene.setup.verb(["tools"])?;
    let mut relay = Client::start(command)?;
    relay.initialize(LEGACY)?;
    let mut unkeyed = 0;
    for number in 0..WRITES {
        let is_unkeyed = number % 4 == 3;
        let call: Call = if is_unkeyed { calls::queue(&scene.word()) } else { scene.close_call() };
        let answer = relay.call(call.tool, call.arguments.clone())?;
        let (text, seen) = (answer.text(), scene.seen(&call.word));
        found.sent += seen.sends;
        unkeyed += if is_unkeyed { seen.sends } else { 0 };
        if answer.is_error() {
            found.refused += 1;
            if !text.contains("Outcome: not sent") || seen.sends > 0 {
                found.unsaid.push(format!("{what}, write {number}, {seen:?}: {text}"));
            }
        }
        let read = relay.call("list_queues", json!({}))?;
        if read.is_error() {
            found.unread.push(format!("{what}, after write {number}: {}", read.text()));
        }
    }
    let status = relay.finish()?;
    if !status.success() {
        found.unsaid.push(format!("{what}: it ended with {status}"));
    }
    let ground = setup.ground()?;
    ground.heard("stdout", relay.stdout());
    ground.heard("stderr", relay.stderr());
    // A ledger that cannot be read holds no record.
    let records = listed(setup).unwrap_or_default();
    for request in scene.helpdesk.requests() {
        if let Some(key) = request.header("idempotency-key")
            && !records.iter().any(|record| holds(record, key))
        {
            found.unrecorded.push(format!("{what}: {} under {key}", request.path));
        }
    }
    let of_queues = records.iter().filter(|record| holds(record, "workflow.queues.create")).count();
    if of_queues < unkeyed {
        found.unrecorded.push(format!("{what}: {unkeyed} queues created, {of_queues} recorded"));
    }
    Ok(())
}

impl Found {
    fn rows(&self, what: &str, runs: usize, seed: u64) -> Vec<Row> {
        let all = self.sent + self.refused;
        let none = |name: &str, list: &[String]| {
            let first = list.first().map(String::as_str);
            Row::none_of(format!("{what}: {name}"), list.len(), all, first).note(format!("{runs} runs, seed {seed}"))
        };
        vec![
            none("writes sent without a record", &self.unrecorded),
            none("writes neither done nor refused with `Outcome: not sent`", &self.unsaid),
            none("reads that failed", &self.unread),
            Row {
                name: format!("{what}: writes sent and writes refused"),
                demand: "some of each".to_owned(),
                found: format!("{} and {}", self.sent, self.refused),
                ok: self.sent > 0 && self.refused > 0,
            },
        ]
    }
}

/// A setup with a state folder of its own, beneath the one that is searched for the token.
fn fresh(scene: &Scene, name: &str) -> Result<Setup, Trouble> {
    let folder = scene.setup.ground()?.folder("state").join(name);
    std::fs::create_dir_all(&folder).map_err(Trouble::io("making a folder"))?;
    Ok(scene.setup.clone().env("TICKITI_RELAY_STATE", folder))
}

fn state(setup: &Setup) -> Result<std::path::PathBuf, Trouble> {
    let command = setup.command()?;
    let found = command.get_envs().find(|(name, _)| *name == OsStr::new("TICKITI_RELAY_STATE"));
    found.and_then(|(_, value)| value).map(Into::into).ok_or_else(|| Trouble::shape("a state folder", "none"))
}

/// Another program with the environment and the folder of a command.
fn like(command: &Command, program: &str) -> Command {
    let mut other = Command::new(program);
    other.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        other.current_dir(folder);
    }
    other
}

fn damage(scene: &mut Scene, state: &Path, kind: &str) -> Result<(), Trouble> {
    let (ledger, log) = (state.join("ledger.sqlite3"), state.join("ledger.sqlite3-wal"));
    let of = if kind.contains("log") { &log } else { &ledger };
    let mut bytes = std::fs::read(of).map_err(Trouble::io("reading the ledger"))?;
    let length = u64::try_from(bytes.len()).unwrap_or(0);
    let mut place = |from: u64| usize::try_from(from + scene.dice.below(length.saturating_sub(from))).unwrap_or(0);
    match kind {
        "no database" => bytes = b"Dear diary, today I wrote a ticket.\n".repeat(200),
        "an empty file" => bytes.clear(),
        "a cut log" => bytes.truncate(place(32)),
        // Within a page of the tables, or within the log's frames: a run of a few hundred bytes.
        "a damaged page" | "a damaged log" => {
            let at = place(4_096.min(length));
            for byte in bytes.iter_mut().skip(at).take(600) {
                *byte ^= 0x5a;
            }
        }
        _ => bytes = (0..8_192).map(|_| scene.dice.throw().to_le_bytes()[0]).collect(),
    }
    if kind == "a folder" {
        std::fs::remove_file(&ledger).map_err(Trouble::io("removing the ledger"))?;
        return std::fs::create_dir(&ledger).map_err(Trouble::io("making a folder"));
    }
    std::fs::write(of, bytes).map_err(Trouble::io("damaging the ledger"))
}

/// A file system that is there as long as this.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(at: &'a Path, kibibytes: usize) -> Option<Self> {
        let size = format!("size={kibibytes}k,mode=700");
        run(
            "mount",
            &[OsStr::new("-t"), OsStr::new("tmpfs"), OsStr::new("-o"), size.as_ref(), OsStr::new("tmpfs"), at.as_ref()],
        )
        .then_some(Self(at))
    }

    fn read_only(&self) -> bool {
        run("mount", &[OsStr::new("-o"), OsStr::new("remount,ro"), self.0.as_ref()])
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        // Lazily: a relay that just ended may hold it for an instant.
        run("umount", &[OsStr::new("-l"), self.0.as_ref()]);
    }
}

/// Whether a program of the system ran and succeeded; what it says is of no interest.
fn run(program: &str, arguments: &[&OsStr]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}
