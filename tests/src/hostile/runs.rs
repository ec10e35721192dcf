//! Runs of hostile plugins through the real program, over its real stdin and stdout.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::kinds::{End, Kind, Made, Run};
use super::stage::{Stage, component};
use crate::client::Answer;
use crate::kills::Row;
use crate::measure;
use crate::random::Random;
use crate::relay::Session;
use crate::trouble::Trouble;

/// What memory may rise by, over a relay that has loaded every plugin and done nothing with them.
const MEMORY_RISE: u64 = 96 * 1024 * 1024;
/// What a guest that never ends may take of the processor, the relay's own work for it included.
const STOPPED_WITHIN: Duration = Duration::from_millis(300);
/// An error is read by an assistant: more than this is no error text.
const ERROR_BYTES: usize = 8 * 1024;
/// How many calls are under way at once where many are.
const AT_ONCE: usize = 16;

/// How often each thing is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Runs one after the other; every kind at least once.
    pub one_by_one: usize,
    /// Runs of which sixteen are under way at once, while every core is busy with something else.
    pub at_once: usize,
    /// Loops that are measured.
    pub loops: usize,
}

impl Numbers {
    /// For every change.
    pub const CI: Self = Self { one_by_one: 0, at_once: 96, loops: 10 };
    /// For a release.
    pub const FULL: Self = Self { one_by_one: 500, at_once: 500, loops: 100 };
}

/// What came of it all.
pub struct Report {
    /// The figures, with what is demanded of them.
    pub rows: Vec<Row>,
    /// What each kind ended with the first time, by its name.
    pub texts: BTreeMap<String, (End, String)>,
    /// Every run that ended otherwise than it must, and why.
    pub wrong: Vec<String>,
}

/// One run that ended.
struct Ended {
    text: String,
    failed: bool,
}

/// Runs everything.
///
/// # Errors
/// When the relay does not do what it does for honest plugins.
pub fn all(stage: &Stage, numbers: &Numbers, seed: u64) -> Result<Report, Trouble> {
    let mut random = Random::named(seed, "hostile");
    let mut runs = Runs::start(stage)?;
    let before = runs.peak()?;
    runs.one_by_one(numbers.one_by_one, &mut random)?;
    let loops = runs.loops(numbers.loops)?;
    runs.at_once(numbers.at_once, &mut random)?;
    let rise = runs.peak()?.saturating_sub(before);
    let written = stage.helpdesk.effects().len();
    let Runs { count, wrong, neighbours, busy, texts, .. } = runs;
    let kinds = stage.kinds().len();
    let first = wrong.first().map(String::as_str);
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let rows = vec![
        Row::none_of("runs that ended otherwise than they must", wrong.len(), count, first)
            .note(format!("{kinds} kinds, {busy} told to come back and run again, seed {seed}")),
        Row::none_of("neighbours' calls that were not answered", neighbours.1, neighbours.0, None),
        Row::at_most(
            "processor time until a loop is stopped, p99",
            loops.0.as_millis(),
            STOPPED_WITHIN.as_millis(),
            "ms",
        )
        .note(format!("median {} ms, {} loops, cores busy", loops.1.as_millis(), loops.2)),
        Row::at_most("rise of the peak of memory", mib(rise), mib(MEMORY_RISE), "MiB"),
        Row::none_of("writes that reached the helpdesk", written, count, None),
    ];
    Ok(Report { rows, texts, wrong })
}

/// Runs under way.
struct Runs<'a> {
    stage: &'a Stage,
    relay: Session,
    tools: Vec<String>,
    count: usize,
    wrong: Vec<String>,
    /// Asked, and not answered.
    neighbours: (usize, usize),
    busy: usize,
    texts: BTreeMap<String, (End, String)>,
}

impl<'a> Runs<'a> {
    /// A relay that has loaded every plugin.
    fn start(stage: &'a Stage) -> Result<Self, Trouble> {
        let mut relay = stage.relay()?;
        let tools = relay.tools()?;
        let tools = tools.iter().filter_map(|tool| Some(tool.get("name")?.as_str()?.to_owned())).collect();
        let (count, wrong, neighbours, busy, texts) = (0, Vec::new(), (0, 0), 0, BTreeMap::new());
        let mut runs = Self { stage, relay, tools, count, wrong, neighbours, busy, texts };
        for name in ["echo", "look"] {
            let tool = runs.tools.iter().find(|tool| tool.ends_with(&format!("_{name}"))).cloned().unwrap_or_default();
            runs.relay.call(&tool, json!({}))?.done()?;
        }
        runs.neighbours()?;
        Ok(runs)
    }

    fn peak(&self) -> Result<u64, Trouble> {
        let cost = measure::cost(self.relay.process());
        cost.map(|cost| cost.peak).ok_or_else(|| Trouble::shape("the memory of a process", "this system does not tell"))
    }

    /// Every kind once, then kinds by chance until there were so many.
    fn one_by_one(&mut self, count: usize, random: &mut Random) -> Result<(), Trouble> {
        let stage = self.stage;
        for kind in stage.kinds() {
            self.run(kind)?;
        }
        while self.count < count {
            if let Some(kind) = random.one(stage.kinds()) {
                self.run(kind)?;
            }
        }
        Ok(())
    }

    fn run(&mut self, kind: &Kind) -> Result<(), Trouble> {
        match &kind.run {
            Run::Add(made) => self.add(kind, *made),
            Run::Tool(..) | Run::AddAndCall(..) => {
                let id = self.begin(kind)?;
                let answer = self.relay.answer(id)?;
                self.ended(kind, &answer);
                self.neighbours()
            }
        }
    }

    /// A component that must not be added: the person is told why, and it is not there afterwards.
    fn add(&mut self, kind: &Kind, made: Made) -> Result<(), Trouble> {
        let output = self.stage.add("attack", &component(&made.handmade())?, &[])?;
        // A busy machine makes the relay say that it is still at work.
        let lines = output.stderr.lines().filter(|line| !line.starts_with("tickiti-relay: compiling: "));
        let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        let refused = output.code == Some(1) && output.stdout.is_empty();
        self.judged(kind, Ended { text, failed: refused });
        Ok(())
    }

    fn begin(&mut self, kind: &Kind) -> Result<u64, Trouble> {
        let call = self.stage.call_of(kind, &self.tools)?;
        let (tool, arguments) = call.ok_or_else(|| Trouble::shape("a kind that is called", &kind.name))?;
        let meta = json!({ "progressToken": kind.name });
        self.relay.begin("tools/call", json!({ "name": tool, "arguments": arguments, "_meta": meta }))
    }

    fn ended(&mut self, kind: &Kind, answer: &Value) {
        let answer = Answer(answer.get("result").cloned().unwrap_or_else(|| answer.clone()));
        self.judged(kind, Ended { text: answer.text(), failed: answer.is_error() });
    }

    /// Whether a run ended as its kind must.
    fn judged(&mut self, kind: &Kind, ended: Ended) {
        self.count += 1;
        if let Err(why) = as_it_must(kind, &ended) {
            let text: String = ended.text.chars().take(400).collect();
            self.wrong.push(format!("{}: {why}: {text}", kind.name));
        }
        self.texts.entry(kind.name.clone()).or_insert((kind.end, ended.text));
        for told in self.relay.notifications() {
            if hidden(&told.to_string()) {
                self.wrong.push(format!("{}: a notification holds what nobody sees: {told}", kind.name));
            }
        }
    }

    /// A built-in plugin and another third party's answer as ever.
    fn neighbours(&mut self) -> Result<(), Trouble> {
        let asked = [("list_endpoints", json!({"family": "token"}), "token"), ("neighbour_ping", json!({}), "pong")];
        for (tool, arguments, says) in asked {
            let answer = self.relay.call(tool, arguments)?;
            self.neighbours.0 += 1;
            self.neighbours.1 += usize::from(answer.is_error() || !answer.text().contains(says));
        }
        Ok(())
    }

    /// What loops cost of the processor, each by itself, while every core has something else to do: p99, median, how many.
    fn loops(&mut self, count: usize) -> Result<(Duration, Duration, usize), Trouble> {
        let _busy = Busy::start();
        let loops: Vec<Kind> =
            self.stage.kinds().iter().filter(|kind| kind.says.contains("longer than 250 ms")).cloned().collect();
        let mut spent = Vec::new();
        for kind in loops.iter().cycle().take(count) {
            let before = self.processor_time()?;
            let id = self.begin(kind)?;
            let answer = self.relay.answer(id)?;
            spent.push(self.processor_time()?.saturating_sub(before));
            self.ended(kind, &answer);
        }
        spent.sort_unstable();
        let at = |share: usize| spent.get((spent.len() * share / 100).min(spent.len().saturating_sub(1))).copied();
        Ok((at(99).unwrap_or_default(), at(50).unwrap_or_default(), spent.len()))
    }

    fn processor_time(&self) -> Result<Duration, Trouble> {
        let time = measure::processor_time(self.relay.process());
        time.ok_or_else(|| Trouble::shape("the processor time of a process", "this system does not tell"))
    }

    /// Sixteen under way at once, of kinds by chance, and the neighbours among them; every core has something else to do.
    fn at_once(&mut self, count: usize, random: &mut Random) -> Result<(), Trouble> {
        let _busy = Busy::start();
        let called: Vec<Kind> =
            self.stage.kinds().iter().filter(|kind| !matches!(kind.run, Run::Add(_))).cloned().collect();
        let mut left = count;
        while left > 0 {
            let batch: Vec<&Kind> = (0..AT_ONCE.min(left)).filter_map(|_| random.one(&called)).collect();
            left -= batch.len();
            let begun = batch.into_iter().map(|kind| Ok((kind, self.begin(kind)?)));
            let begun: Vec<(&Kind, u64)> = begun.collect::<Result<_, Trouble>>()?;
            self.neighbours()?;
            for (kind, id) in begun {
                let answer = self.relay.answer(id)?;
                if answer.to_string().contains("for its turn") {
                    // Waiting has a limit, too; it is told, and the kind is run again by itself.
                    self.busy += 1;
                    self.run(kind)?;
                } else {
                    self.ended(kind, &answer);
                }
            }
        }
        Ok(())
    }
}

/// What the text of an end must hold and must not.
fn as_it_must(kind: &Kind, ended: &Ended) -> Result<(), String> {
    if ended.failed == (kind.end == End::Harmless) {
        return Err(format!("it must end as {:?}", kind.end));
    }
    let of_the_guest = ended.text.contains("could not do its part");
    let its_own = ended.text.starts_with("The plugin `") && ended.text.contains("` says: \"");
    let other = match kind.end {
        End::Stopped => !of_the_guest,
        End::ItsOwnError => !its_own,
        End::NotAdded => !(ended.text.contains("is not taken")),
        End::Refused => of_the_guest || its_own,
        End::Harmless => false,
    };
    if other {
        return Err(format!("it ends otherwise than as {:?}", kind.end));
    }
    if !ended.text.contains(kind.says) {
        return Err(format!("it does not say `{}`", kind.says));
    }
    if ended.text.contains("relay itself") || ended.text.contains("panicked at host") {
        return Err("it is told as a fault of the relay".to_owned());
    }
    if hidden(&ended.text) {
        return Err("it holds what nobody sees".to_owned());
    }
    if ended.failed && ended.text.len() > ERROR_BYTES {
        return Err(format!("an error of {} bytes", ended.text.len()));
    }
    Ok(())
}

/// Whether a text holds what a terminal obeys or a reader does not see. Not the relay's own list, which is what is tested.
fn hidden(text: &str) -> bool {
    let seen = |c: char| {
        let direction = ('\u{200b}'..='\u{200f}').contains(&c) || ('\u{202a}'..='\u{202e}').contains(&c);
        let invisible =
            ('\u{2060}'..='\u{206f}').contains(&c) || ('\u{e0000}'..='\u{e0fff}').contains(&c) || c == '\u{feff}';
        (!c.is_control() || c == '\n' || c == '\t') && !direction && !invisible
    };
    !text.chars().all(seen)
}

/// Keeps every core busy until it is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(over)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
