//! `cargo xtask bench`: what the relay costs, beside a server without plugins and promises (`floor`), in the same run.
//!
//! Both are driven by the same client over pipes, against the same responder on loopback, turn by turn, so that what else
//! the computer does meets both. Medians; every loop is bounded.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tickiti_relay_tests::client::{Client, LEGACY};
use tickiti_relay_tests::measure::{cost, median};
use tickiti_relay_tests::relay::Setup;
use tickiti_relay_tests::stub::{Reply, Stub};
use tickiti_relay_tests::trouble::Trouble;
use tickiti_relay_tests::{binary, relay};

/// Starts, each of both programs.
const STARTS: usize = 40;
/// Rounds of calls, each with both programs.
const ROUNDS: usize = 5;
/// Calls one after the other, in a round.
const SEQUENTIAL: usize = 600;
/// Calls in flight at once.
const IN_FLIGHT: usize = 32;
/// Calls of a round with many in flight.
const MANY: usize = 4_000;
/// Calls before measuring, so that nothing is done for the first time.
const WARM_UP: usize = 200;
/// How long a program is left alone before its idle memory is read.
const REST: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let json = std::env::args().skip(1).any(|argument| argument == "--json");
    match run() {
        Ok(figures) => {
            let text = if json { format!("{:#}\n", as_json(&figures)) } else { as_table(&figures) };
            // A reader that went away is no fault of the bench.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            let _ = writeln!(std::io::stderr(), "bench: {trouble}");
            ExitCode::FAILURE
        }
    }
}

// === what is measured ===

/// One figure of both programs.
struct Figure {
    name: &'static str,
    unit: &'static str,
    /// `None` where the operating system does not tell.
    ours: Option<f64>,
    floor: Option<f64>,
    goal: Goal,
}

/// What DESIGN.md wants of a figure.
enum Goal {
    None,
    AtMost(f64),
    /// At most so many times the floor.
    Times(f64),
}

/// One of the two programs, and how it is started.
struct Runner {
    setup: Setup,
    program: Option<std::path::PathBuf>,
}

impl Runner {
    fn start(&self) -> Result<Client, Trouble> {
        let mut command = self.setup.command()?;
        if let Some(program) = &self.program {
            let mut other = Command::new(program);
            other.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command = other;
        }
        command.stderr(Stdio::null());
        Client::start(command)
    }

    fn greeted(&self) -> Result<Client, Trouble> {
        let mut client = self.start()?;
        client.initialize(LEGACY)?;
        Ok(client)
    }
}

/// What came out of one program over all rounds.
#[derive(Default)]
struct Sample {
    starts: Vec<f64>,
    idle: Vec<f64>,
    peak: Vec<f64>,
    latencies: Vec<f64>,
    rates: Vec<f64>,
    processor: Vec<f64>,
}

fn run() -> Result<Vec<Figure>, Trouble> {
    // An answer of the size of a list of a few dozen queues.
    let queues: Vec<Value> =
        (1..=30).map(|id| json!({"id": id, "name": format!("Queue {id}"), "tickets": id * 7})).collect();
    let responder = Stub::tireless(Reply::json(200, &json!({"queues": queues}).to_string()));
    let setup = relay().base(&responder.base()).secret("1|benchBenchBenchBench");
    let runners =
        [Runner { setup: setup.clone(), program: None }, Runner { setup, program: Some(binary::beside("floor")?) }];
    let mut samples = [Sample::default(), Sample::default()];
    // The first start of all compiles the plugins; the second is the first that counts.
    for runner in &runners {
        runner.greeted()?.finish()?;
    }
    for _ in 0..STARTS {
        for (runner, sample) in runners.iter().zip(&mut samples) {
            sample.starts.push(start(runner)?);
        }
    }
    for _ in 0..ROUNDS {
        for (runner, sample) in runners.iter().zip(&mut samples) {
            round(runner, sample)?;
        }
    }
    Ok(figures(&samples))
}

/// Milliseconds from the start of the program to the answer of `tools/list`.
fn start(runner: &Runner) -> Result<f64, Trouble> {
    let begun = Instant::now();
    let mut client = runner.greeted()?;
    client.tools()?;
    let took = begun.elapsed();
    client.finish()?;
    Ok(took.as_secs_f64() * 1e3)
}

/// One program from start to end: idle, one call after the other, many at once.
fn round(runner: &Runner, sample: &mut Sample) -> Result<(), Trouble> {
    let mut client = runner.greeted()?;
    client.tools()?;
    std::thread::sleep(REST);
    sample.idle.extend(cost(client.process()).map(|cost| megabytes(cost.memory)));

    for _ in 0..WARM_UP {
        ask(&mut client)?;
    }
    for _ in 0..SEQUENTIAL {
        let begun = Instant::now();
        ask(&mut client)?;
        sample.latencies.push(begun.elapsed().as_secs_f64() * 1e3);
    }

    let before = cost(client.process());
    let begun = Instant::now();
    many(&mut client)?;
    sample.rates.push(MANY as f64 / begun.elapsed().as_secs_f64());
    if let (Some(before), Some(after)) = (before, cost(client.process())) {
        let used = after.processor.saturating_sub(before.processor);
        sample.processor.push(used.as_secs_f64() * 1e6 / MANY as f64);
        sample.peak.push(megabytes(after.peak));
    }
    client.finish()?;
    Ok(())
}

fn call() -> Value {
    json!({"name": "list_queues", "arguments": {"filters": {"page": 1}}})
}

fn ask(client: &mut Client) -> Result<(), Trouble> {
    checked(&client.request("tools/call", call())?)
}

/// Keeps [`IN_FLIGHT`] calls in flight until [`MANY`] are answered.
fn many(client: &mut Client) -> Result<(), Trouble> {
    let mut waiting = std::collections::VecDeque::with_capacity(IN_FLIGHT);
    for _ in 0..MANY {
        if waiting.len() == IN_FLIGHT
            && let Some(id) = waiting.pop_front()
        {
            checked(&client.answer(id)?)?;
        }
        waiting.push_back(client.begin("tools/call", call())?);
    }
    for id in waiting {
        checked(&client.answer(id)?)?;
    }
    Ok(())
}

/// A bench of calls that fail would be worth nothing.
fn checked(answer: &Value) -> Result<(), Trouble> {
    let text = answer.pointer("/result/content/0/text").and_then(Value::as_str).unwrap_or_default();
    if text.starts_with("{\"queues\":[{\"id\":1,") { Ok(()) } else { Err(Trouble::shape("the list of queues", answer)) }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

// === what is told ===

fn figures(samples: &[Sample; 2]) -> Vec<Figure> {
    let [ours, floor] = samples;
    let figure = |name, unit, values: fn(&Sample) -> &Vec<f64>, goal| Figure {
        name,
        unit,
        ours: median(values(ours)),
        floor: median(values(floor)),
        goal,
    };
    vec![
        figure("start to tools/list answered", "ms", |sample| &sample.starts, Goal::AtMost(20.0)),
        figure("memory, idle", "MB", |sample| &sample.idle, Goal::AtMost(20.0)),
        figure("memory, peak with 32 in flight", "MB", |sample| &sample.peak, Goal::AtMost(35.0)),
        figure("one call after the other, p50", "ms", |sample| &sample.latencies, Goal::Times(1.25)),
        figure("calls per second, 32 in flight", "/s", |sample| &sample.rates, Goal::None),
        figure("processor time per call", "µs", |sample| &sample.processor, Goal::Times(1.5)),
    ]
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        Some(self.ours? / self.floor?)
    }

    fn goal(&self) -> String {
        match self.goal {
            Goal::None => String::new(),
            Goal::AtMost(most) => format!("<= {most} {}", self.unit),
            Goal::Times(times) => format!("<= {times} x floor"),
        }
    }

    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::None => None,
            Goal::AtMost(most) => Some(self.ours? <= most),
            Goal::Times(times) => Some(self.ratio()? <= times),
        }
    }
}

fn as_table(figures: &[Figure]) -> String {
    let profile = if cfg!(debug_assertions) { "\nThis is no release build: the figures mean little." } else { "" };
    let mut text = format!("{:<32} {:>12} {:>12} {:>7}  {:<14} {}\n", "", "relay", "floor", "ratio", "goal", "met");
    let shown = |value: Option<f64>, unit: &str| match value {
        Some(value) if value >= 1_000.0 => format!("{value:.0} {unit}"),
        Some(value) => format!("{value:.2} {unit}"),
        None => "unknown here".to_owned(),
    };
    for figure in figures {
        let ratio = figure.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let met = figure.met().map_or("", |met| if met { "yes" } else { "NO" });
        text.push_str(&format!(
            "{:<32} {:>12} {:>12} {:>7}  {:<14} {}\n",
            figure.name,
            shown(figure.ours, figure.unit),
            shown(figure.floor, figure.unit),
            ratio,
            figure.goal(),
            met
        ));
    }
    text.push_str(&format!(
        "\nMedians of {STARTS} starts, {} calls in sequence, {ROUNDS} rounds of {MANY} calls with {IN_FLIGHT} in flight; starts from the \
         second on.{profile}\n",
        ROUNDS * SEQUENTIAL
    ));
    text
}

fn as_json(figures: &[Figure]) -> Value {
    let rows: Vec<Value> = figures
        .iter()
        .map(|figure| {
            let mut row = Map::new();
            row.insert("figure".into(), json!(figure.name));
            row.insert("unit".into(), json!(figure.unit));
            row.insert("relay".into(), json!(figure.ours));
            row.insert("floor".into(), json!(figure.floor));
            row.insert("ratio".into(), json!(figure.ratio()));
            row.insert("goal".into(), json!(figure.goal()));
            row.insert("met".into(), json!(figure.met()));
            Value::Object(row)
        })
        .collect();
    json!({"release": !cfg!(debug_assertions), "figures": rows})
}
