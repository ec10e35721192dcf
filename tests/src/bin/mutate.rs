//! Shows changed components to what a person's `plugin add` shows a file to, and counts how each ends: none may panic, none
//! may keep it busy for long. `mutate --count N --seed S`; `--only N` repeats one and writes it to `mutant.wasm`.
//!
//! In one process, because a process a file would take long for ten thousand; one in fifty is added through the program, too.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tickiti_relay::admit::Grant;
use tickiti_relay::contract::{Call, Guest, GuestFault, Manifest};
use tickiti_relay::plugins::{Catalogue, Installed, Origin};
use tickiti_relay::sandbox::{Component, Plugin, Sandbox};
use tickiti_relay_routes::Table;
use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::mutation::{Change, Mutant, mutant};
use tickiti_relay_tests::random::Random;
use tickiti_relay_tests::trouble::Trouble;
use tickiti_relay_tests::{guests, measure, relay};

/// What one file may cost in processor time. Passing time would tell of the computer, not of the file.
const MOST_PROCESSOR_TIME: Duration = Duration::from_secs(10);
/// One in so many is added through the program, too.
const SHARE: usize = 50;
/// After this, one that costs nothing and does not end either is stuck.
const STUCK: Duration = Duration::from_secs(120);

static PANICS: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        tell(&format!("panic: {panic}\n"));
    }));
    match Wanted::read(std::env::args().skip(1)).and_then(|wanted| run(&wanted).map_err(|trouble| trouble.to_string()))
    {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            tell(&format!("mutate: {why}\nusage: mutate [--count N] [--seed S] [--only N]\n"));
            ExitCode::from(2)
        }
    }
}

struct Wanted {
    count: usize,
    seed: u64,
    only: Option<usize>,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut wanted = Self { count: 10_000, seed: 1_606_047, only: None };
        while let Some(argument) = arguments.next() {
            let value = arguments.next().and_then(|value| value.parse::<u64>().ok());
            let value = value.ok_or_else(|| format!("`{argument}` wants a whole number"))?;
            let number = usize::try_from(value).unwrap_or(usize::MAX);
            match argument.as_str() {
                "--count" => wanted.count = number,
                "--seed" => wanted.seed = value,
                "--only" => wanted.only = Some(number),
                _ => return Err(format!("there is no argument `{argument}`")),
            }
        }
        Ok(wanted)
    }
}

/// The small ones often, because they are quick; the others because they are real.
fn components() -> Result<Vec<Vec<u8>>, Trouble> {
    let by_hand = |what: &Handmade| what.component().map_err(|why| Trouble::shape("a component by hand", why));
    let plain = by_hand(&Handmade::saying("plain", "say", "a text"))?;
    let importing = by_hand(&Handmade {
        extra:
            r#"(import "wasi:cli/environment@0.2.0" (instance (export "get-arguments" (func (result (list string))))))"#
                .to_owned(),
        ..Handmade::saying("importing", "say", "a text")
    })?;
    let mut components = vec![plain; 8];
    components.extend(vec![importing; 8]);
    components.push(guests::hostile_part('a')?);
    components.push(guests::generic()?);
    Ok(components)
}

fn run(wanted: &Wanted) -> Result<bool, Trouble> {
    let components = components()?;
    let make = |number: usize| {
        let mut random = Random::named(wanted.seed, &number.to_string());
        mutant(&components, &mut random).map_err(|why| Trouble::shape("a component", why))
    };
    tell(&format!("seed {}\n", wanted.seed));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Trouble::io("starting an event loop"))?;
    let sandbox = Sandbox::new(None);
    if let Some(number) = wanted.only {
        let mutant = make(number)?;
        std::fs::write("mutant.wasm", &mutant.bytes).map_err(Trouble::io("writing mutant.wasm"))?;
        tell(&format!("{:?}: {:?}\n", mutant.changes, runtime.block_on(end(&sandbox, &mutant))));
        return Ok(PANICS.load(Ordering::SeqCst) == 0);
    }
    let mut figures = Figures::default();
    for number in 0..wanted.count {
        let mutant = make(number)?;
        let before = processor_time();
        // A limit, not a measure.
        let ended = runtime.block_on(async { tokio::time::timeout(STUCK, end(&sandbox, &mutant)).await });
        let spent = processor_time().saturating_sub(before);
        let Ok(end) = ended else {
            tell(&format!("mutant {number} ({:?}) does not end\n", mutant.changes));
            return Ok(false);
        };
        figures.count(number, &mutant, &end, spent);
        if number % 1_000 == 999 {
            tell(&format!(
                "{} files, {} panics, longest {:?}\n",
                number + 1,
                PANICS.load(Ordering::SeqCst),
                figures.longest
            ));
        }
    }
    tell(&figures.told(wanted.count));
    let added = through_the_program(wanted.count.div_ceil(SHARE), make)?;
    Ok(figures.hold(wanted.count) && added)
}

/// Adds some as a person does, and tells whether the program ended each time as it must: with a yes or a no.
fn through_the_program(count: usize, make: impl Fn(usize) -> Result<Mutant, Trouble>) -> Result<bool, Trouble> {
    let setup = relay();
    let file = setup.ground()?.folder("work").join("mutant.wasm");
    let mut ends: BTreeMap<Option<i32>, usize> = BTreeMap::new();
    let mut wrong = 0;
    for number in 0..count {
        let mutant = make(number * SHARE)?;
        std::fs::write(&file, &mutant.bytes).map_err(Trouble::io("writing a mutant"))?;
        let digest: String = Sha256::digest(&mutant.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = file.to_str().ok_or_else(|| Trouble::shape("a path in Unicode", file.display()))?;
        let output = setup.verb(["plugin", "add", path, "--yes", "--sha256", &digest])?;
        *ends.entry(output.code).or_default() += 1;
        if !matches!(output.code, Some(0 | 1))
            || output.stderr.contains("panicked")
            || output.stderr.contains("relay itself")
        {
            wrong += 1;
            tell(&format!("mutant {} ended the program with {:?}: {}\n", number * SHARE, output.code, output.stderr));
        }
    }
    tell(&format!("{count} of them added through the program; ends by exit code: {ends:?}, wrong: {wrong}\n"));
    Ok(wrong == 0)
}

/// How a file ended, in a few words, and whether it was a fault of ours.
struct End {
    words: String,
    ours: bool,
}

impl std::fmt::Debug for End {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.words)
    }
}

/// What a person's `plugin add` does to a file: it is loaded, asked what it is, what it says is checked; then it is called.
async fn end(sandbox: &Sandbox, mutant: &Mutant) -> End {
    let plugin = sandbox.plugin(Component::from_bytes("mutant", mutant.bytes.clone()));
    match plugin.describe().await {
        Err(fault) => of_fault("describe", &fault),
        Ok(manifest) => checked(plugin, manifest).await,
    }
}

async fn checked(plugin: Arc<Plugin>, manifest: Manifest) -> End {
    let tool = manifest.tools.first().cloned();
    let guest = Arc::clone(&plugin) as Arc<dyn Guest>;
    let (origin, settings) = (Origin::Added, "{}".to_owned());
    let installed = Installed { manifest, origin, grant: Grant::all(), settings: Ok(settings), guest };
    let (_, faults) = Catalogue::new([installed], Table::builtin());
    let (None, Some(tool)) = (faults.first(), tool) else {
        return End { words: "checked: a fault".into(), ours: false };
    };
    let now = "2026-11-22T10:00:00Z".into();
    let call = Call { tool: tool.name, arguments: "{}".into(), settings: "{}".into(), now, files: Vec::new() };
    match plugin.start(Arc::new(call)).await {
        Err(fault) => of_fault("start", &fault),
        Ok(_) => End { words: "answered".into(), ours: false },
    }
}

fn of_fault(when: &str, fault: &GuestFault) -> End {
    let text = fault.to_string();
    let words = match fault {
        GuestFault::Load { reason } => format!("not loaded: {}", first_words(reason)),
        GuestFault::Crash { message } => format!("{when} crashed: {}", first_words(message)),
        other => format!("{when}: {}", first_words(&other.to_string())),
    };
    End { words, ours: text.contains("fault of the relay itself") || text.contains("ended without a word") }
}

/// Enough of a text to tell kinds of ends apart.
fn first_words(text: &str) -> String {
    let kind = text.split([':', '`', '(', '"']).next().unwrap_or_default();
    kind.split_whitespace()
        .take(6)
        .filter(|word| !word.contains(|c: char| c.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What came of all of them.
#[derive(Default)]
struct Figures {
    structured: usize,
    ours: usize,
    slow: usize,
    longest: Duration,
    ends: BTreeMap<String, usize>,
    /// Of each change: how many files it is the only change of, and how many of those were read to their end at least.
    alone: BTreeMap<Change, (usize, usize)>,
}

impl Figures {
    fn count(&mut self, number: usize, mutant: &Mutant, end: &End, spent: Duration) {
        self.structured += usize::from(mutant.is_structured());
        self.ours += usize::from(end.ours);
        self.longest = self.longest.max(spent);
        if spent > MOST_PROCESSOR_TIME {
            self.slow += 1;
            tell(&format!("mutant {number} ({:?}) cost {spent:?}: {end:?}\n", mutant.changes));
        }
        if end.ours {
            tell(&format!("mutant {number} ({:?}): {end:?}\n", mutant.changes));
        }
        if let [change] = mutant.changes.as_slice() {
            let (files, read) = self.alone.entry(*change).or_default();
            *files += 1;
            *read += usize::from(!end.words.contains("no component"));
        }
        *self.ends.entry(end.words.clone()).or_default() += 1;
    }

    fn told(&self, count: usize) -> String {
        let mut ends: Vec<_> = self.ends.iter().collect();
        ends.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let ends: String = ends.iter().map(|(words, times)| format!("{times:>6}  {words}\n")).collect();
        let alone = self.alone.iter().map(|(change, (files, read))| format!("{files:>6}  {read:>6}  {change:?}\n"));
        let alone: String = alone.collect();
        format!(
            "{ends} files  read to their end, with one change\n{alone}{count} files, {} changed after they were read; panics {}, faults of the relay {}, over {} s of processor time {}, \
             longest {:?}\n",
            self.structured,
            PANICS.load(Ordering::SeqCst),
            self.ours,
            MOST_PROCESSOR_TIME.as_secs(),
            self.slow,
            self.longest
        )
    }

    /// Whether it is as it must be: no panic, nothing slow, and enough of them changed after they were read.
    fn hold(&self, count: usize) -> bool {
        PANICS.load(Ordering::SeqCst) == 0 && self.ours == 0 && self.slow == 0 && self.structured * 5 >= count
    }
}

fn processor_time() -> Duration {
    measure::cost(std::process::id()).map(|cost| cost.processor).unwrap_or_default()
}

fn tell(text: &str) {
    let mut out = std::io::stdout();
    // A reader that went away is no fault of the run.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
