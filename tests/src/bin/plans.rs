//! Plans calls of every built-in tool, and of a guest that puts its clock and random numbers into its request, and prints a
//! digest of all requests of each: two processes that print the same would send the same bytes.
//! `plans --folder FOLDER [--count N] [--seed S] [--now TIME]`; the folder holds `picture.png` and `words.txt`.

use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tickiti_relay::admit::{Admitted, Grant, Policy};
use tickiti_relay::audit::Audit;
use tickiti_relay::contract::{Access, Answer, Call, Guest, GuestFault, Manifest, Reply, Tool};
use tickiti_relay::digest::Digest;
use tickiti_relay::files::{FileRules, Files, Root};
use tickiti_relay::ledger::Ledger;
use tickiti_relay::plugins::{Catalogue, Installed, Origin, Served, builtin};
use tickiti_relay::relay::{CallError, Gate, Helpdesk, Relay};
use tickiti_relay::sandbox::{Component, Sandbox};
use tickiti_relay::upstream::{self, Broken, Budget};
use tickiti_relay_routes::Table;
use tickiti_relay_tests::ground::Ground;
use tickiti_relay_tests::random::Random;
use tickiti_relay_tests::trouble::Trouble;
use tickiti_relay_tests::{arguments, guests};

/// How often arguments are made for each that is to be planned: a tool has rules that its schema does not tell.
const MOST_TRIES: usize = 40;
/// The tool that takes the name of an endpoint.
const ANY_ROUTE: &str = "tickiti_call";
/// The tool of the hostile guest that asks for the time and for random numbers.
const WORLDLY: &str = "worldly_request";

fn main() -> ExitCode {
    let done =
        Wanted::read(std::env::args().skip(1)).and_then(|wanted| run(&wanted).map_err(|trouble| trouble.to_string()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tell(&format!("plans: {why}\nusage: plans --folder FOLDER [--count N] [--seed S] [--now TIME]\n"));
            ExitCode::from(2)
        }
    }
}

struct Wanted {
    folder: PathBuf,
    count: usize,
    seed: u64,
    now: String,
}

impl Wanted {
    fn read(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut wanted =
            Self { folder: PathBuf::new(), count: 1_000, seed: 1_606_047, now: "2026-11-22T10:00:00Z".into() };
        while let Some(argument) = given.next() {
            let value = given.next().ok_or_else(|| format!("`{argument}` wants a value"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("`{argument}` wants a whole number"));
            match argument.as_str() {
                "--folder" => wanted.folder = value.into(),
                "--now" => wanted.now = value,
                "--seed" => wanted.seed = number()?,
                "--count" => wanted.count = usize::try_from(number()?).unwrap_or(usize::MAX),
                _ => return Err(format!("there is no argument `{argument}`")),
            }
        }
        if wanted.folder.as_os_str().is_empty() { Err("`--folder` is missing".into()) } else { Ok(wanted) }
    }
}

fn run(wanted: &Wanted) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    let runtime = runtime.map_err(Trouble::io("starting an event loop"))?;
    runtime.block_on(async {
        let (relay, tools) = relay(wanted).await?;
        for tool in &tools {
            tell(&format!("{}\n", line(wanted, &relay, tool).await?));
        }
        Ok(())
    })
}

/// One tool: its name, how many requests its calls plan, how many calls are refused, and a digest of all that.
async fn line(wanted: &Wanted, relay: &Relay, tool: &Tool) -> Result<String, Trouble> {
    let schema: Value = serde_json::from_str(&tool.input).map_err(|error| Trouble::shape("a schema", error))?;
    let mut random = Random::named(wanted.seed, &tool.name);
    let (mut requests, mut refused, mut hash) = (0, 0, Sha256::new());
    for tried in 0..wanted.count * MOST_TRIES {
        // A tool that the relay answers by itself, or one of whose calls enough were planned.
        if requests >= wanted.count || (requests == 0 && tried >= wanted.count) {
            break;
        }
        let mut made = arguments::value(&schema, &mut random);
        if tool.name == ANY_ROUTE {
            name_route(&mut made, &mut random);
        }
        for file in &tool.files {
            let name = if file.access == Access::Image { "picture.png" } else { "words.txt" };
            arguments::set(&mut made, &file.at, &wanted.folder.join(name).to_string_lossy());
        }
        let Value::Object(made) = made else { return Err(Trouble::shape("an object of arguments", &made)) };
        match relay.plan(&tool.name, made, true).await {
            Ok(plan) => {
                requests += plan.requests.len();
                plan.requests.iter().for_each(|request| hash.update(request.digest.bytes()));
            }
            Err(error) => {
                refused += usize::from(!matches!(error, CallError::PlanEnds { .. }));
                hash.update(error.to_string());
            }
        }
    }
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{} {requests} {refused} {digest}", tool.name))
}

/// Names an endpoint that is there: a schema does not know which there are.
fn name_route(arguments: &mut Value, random: &mut Random) {
    let routes: Vec<_> = Table::builtin().iter().collect();
    if let (Some(members), Some(route)) = (arguments.as_object_mut(), random.one(&routes)) {
        members.insert("family".into(), route.family.clone().into());
        members.insert("action".into(), route.action.clone().into());
        if let Some(Value::Object(payload)) = members.get_mut("payload") {
            payload.extend(route.params.iter().map(|name| (name.clone(), Value::from(random.below(1_000)))));
        }
    }
}

/// A relay without a helpdesk, with the built-in plugins and the guest that looks at its world.
async fn relay(wanted: &Wanted) -> Result<(Relay, Vec<Tool>), Trouble> {
    let cache = Ground::shared_cache()?;
    let sandbox = Sandbox::new(Some(cache));
    let mut all = Vec::new();
    for plugin in builtin(&sandbox).await {
        let manifest = plugin.manifest.map_err(|fault| Trouble::shape("a built-in plugin", fault))?;
        all.push((manifest, plugin.guest as Arc<dyn Guest>));
    }
    let hostile = sandbox.plugin(Component::from_bytes("hostile", guests::hostile()?));
    let manifest = hostile.describe().await.map_err(|fault| Trouble::shape("the hostile guest", fault))?;
    let tools = manifest.tools.into_iter().filter(|tool| tool.name == WORLDLY).collect();
    all.push((Manifest { tools, ..manifest }, hostile));

    let tools = all.iter().flat_map(|(manifest, _)| manifest.tools.clone()).collect();
    let installed = all.into_iter().map(|(manifest, guest)| Installed {
        manifest,
        origin: Origin::BuiltIn,
        grant: Grant::all(),
        settings: Ok("{}".into()),
        guest: Arc::new(Standing { guest, now: wanted.now.clone() }),
    });
    let (catalogue, faults) = Catalogue::new(installed, Table::builtin());
    if let Some(fault) = faults.first() {
        return Err(Trouble::shape("plugins without faults", fault));
    }
    let state = wanted.folder.join("state");
    let root = Root { path: wanted.folder.clone(), writable: true };
    let rules = FileRules { roots: vec![root], state: state.clone(), private: Vec::new(), home: None, own: true };
    let files = Files::new(rules).map_err(|refused| Trouble::shape("a folder for files", format!("{refused:?}")))?;
    let relay = Relay {
        served: Served::fixed(catalogue),
        policy: Policy::default(),
        audit: Audit::off(),
        routes: Cow::Borrowed(Table::builtin()),
        files: Arc::new(files),
        helpdesk: Arc::new(NoHelpdesk),
        redactor: None,
        ledger: Ledger::new(&state, Digest::of([]), ""),
        gate: Gate::default(),
        budget: Budget::default(),
    };
    Ok((relay, tools))
}

/// A guest whose calls all begin at one time.
struct Standing {
    guest: Arc<dyn Guest>,
    now: String,
}

impl Standing {
    fn at(&self, call: &Call) -> Arc<Call> {
        Arc::new(Call { now: self.now.clone(), ..call.clone() })
    }
}

type Future<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

impl Guest for Standing {
    fn start(&self, call: Arc<Call>) -> Future<'_, Result<Reply, GuestFault>> {
        self.guest.start(self.at(&call))
    }

    fn resume(&self, call: Arc<Call>, state: String, answers: Vec<Answer>) -> Future<'_, Result<Reply, GuestFault>> {
        self.guest.resume(self.at(&call), state, answers)
    }
}

/// Plans are made without one.
struct NoHelpdesk;

impl Helpdesk for NoHelpdesk {
    fn send<'a>(
        &'a self,
        _: &'a Admitted,
        _: Option<&'a str>,
        _: Duration,
    ) -> Future<'a, Result<upstream::Answer, Broken>> {
        Box::pin(std::future::ready(Err(Broken::NotConnected { why: "plans reach no helpdesk".into() })))
    }
}

fn tell(text: &str) {
    let mut out = std::io::stdout();
    // A reader that went away is no fault of the run.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
