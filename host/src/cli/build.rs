//! Puts the rooms together from the configuration.

use std::borrow::Cow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tickiti_relay_routes::Table;

use super::arguments::{ForTheMoment, Start};
use super::{VerbError, plugin};
use crate::admit::Admitted;
use crate::audit::Audit;
use crate::config::{Config, Connection, Local, process_environment};
use crate::digest::Digest;
use crate::files::Files;
use crate::ledger::Ledger;
use crate::plugins::{Folder, Served, Source, builtin};
use crate::redact::Redactor;
use crate::relay::{Gate, Helpdesk, Relay};
use crate::sandbox::Sandbox;
use crate::upstream::{Answer, Broken, Budget, Settings, Unusable, Upstream};
use crate::{limits, mcp};

/// Serves MCP on stdio until the end of input.
pub(super) fn serve(start: &Start) -> Result<ExitCode, VerbError> {
    let config = Config::from_env(&process_environment).map_err(configuration)?;
    log(config.local.log);
    let runtime = runtime()?;
    let relay = Arc::new(runtime.block_on(online(config, start, &ForTheMoment::default()))?);
    tracing::info!(target: "relay", tools = relay.catalogue().iter().len(), "ready");
    let ledger = relay.ledger.clone();
    let served = runtime.block_on(mcp::serve(relay));
    // Ends what is still under way: its writes stay open in the ledger. Reading stdin can block a thread for ever; the end of
    // the program does not wait for it.
    runtime.shutdown_background();
    ledger.finish(limits::SHUTDOWN_LEDGER);
    served.map(|()| ExitCode::SUCCESS).map_err(|error| VerbError::Failed(error.to_string()))
}

/// The relay of this configuration, for a verb.
pub(super) fn relay(start: &Start, moment: &ForTheMoment) -> Result<Relay, VerbError> {
    let config = Config::from_env(&process_environment).map_err(configuration)?;
    log(config.local.log);
    runtime()?.block_on(online(config, start, moment))
}

/// A relay that reaches no helpdesk, for verbs that need none: it wants no address and no token.
pub(super) fn offline(start: &Start, moment: &ForTheMoment) -> Result<Relay, VerbError> {
    let local = local()?;
    log(local.log);
    let ledger = Ledger::new(&local.state, Digest::of([]), "");
    runtime()?.block_on(assemble(&local, Arc::new(NoHelpdesk), None, ledger, start, moment))
}

/// The part of the configuration that is about this computer.
pub(super) fn local() -> Result<Local, VerbError> {
    Local::from_env(&process_environment).map_err(configuration)
}

/// One thread serves: what is slow happens in the guest thread or in a few blocking ones.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, VerbError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(limits::BLOCKING_THREADS)
        .build()
        .map_err(|error| VerbError::Failed(format!("the program cannot start its event loop: {error}")))
}

/// The table of endpoints: the built-in one, or a file's.
pub(super) fn table(routes: Option<&Path>) -> Result<Cow<'static, Table>, VerbError> {
    let Some(path) = routes else { return Ok(Cow::Borrowed(Table::builtin())) };
    let failed = |reason: String| VerbError::Configuration(format!("--routes {}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Table::from_json(&text).map(Cow::Owned).map_err(|error| failed(error.to_string()))
}

async fn online(config: Config, start: &Start, moment: &ForTheMoment) -> Result<Relay, VerbError> {
    let Config { connection, local } = config;
    let upstream = upstream(&connection).map_err(|unusable| VerbError::Configuration(unusable.to_string()))?;
    let redactor = upstream.redactor().clone();
    let ledger = Ledger::new(&local.state, *upstream.identity(), &connection.base.to_string());
    assemble(&local, Arc::new(upstream), Some(redactor), ledger, start, moment).await
}

/// The way to the configured helpdesk.
pub(super) fn upstream(connection: &Connection) -> Result<Upstream, Unusable> {
    Upstream::new(Settings {
        base: connection.base.url().clone(),
        token: connection.token.secret(),
        timeout: connection.timeout,
        proxy: connection.proxy.as_ref().map(|proxy| proxy.url().clone()),
        authorities: connection.authority.as_ref().map_or_else(Vec::new, |authority| authority.certificates().to_vec()),
    })
}

async fn assemble(
    local: &Local,
    helpdesk: Arc<dyn Helpdesk>,
    redactor: Option<Redactor>,
    ledger: Ledger,
    start: &Start,
    moment: &ForTheMoment,
) -> Result<Relay, VerbError> {
    let files = Files::new(local.files.clone()).map_err(|refusals| {
        VerbError::Configuration(refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    let served = served(local, start, moment).await?;
    served.tell();
    Ok(Relay {
        served,
        policy: start.policy(),
        routes: table(start.routes.as_deref())?,
        audit: if local.audit { Audit::new(&local.state) } else { Audit::off() },
        files: Arc::new(files),
        helpdesk,
        redactor,
        ledger,
        gate: Gate::default(),
        budget: Budget::default(),
    })
}

/// The tools that are served to who starts the relay so.
pub(super) async fn served(local: &Local, start: &Start, moment: &ForTheMoment) -> Result<Served, VerbError> {
    let compiler = plugin::compiler(local)?;
    let sandbox = Sandbox::with_compiler(compiler.clone());
    let routes = table(start.routes.as_deref())?;
    let source = Source {
        folder: Folder::new(&local.state),
        builtin: builtin(&sandbox).await,
        moment: plugin::for_the_moment(moment, local, &routes, &compiler, &sandbox)?,
        sandbox,
        routes,
        selection: start.selection(),
        policy: start.policy(),
    };
    let named = source.moment.first().map(|plugin| plugin.locked.name.clone());
    let served = Served::new(source);
    // Whoever names a plugin for this one command must hear why it is not served.
    let faults: Vec<String> = served.notices().iter().filter_map(|notice| notice.is_about(named.as_deref()?)).collect();
    if faults.is_empty() { Ok(served) } else { Err(VerbError::Failed(faults.join("\n"))) }
}

fn configuration(errors: crate::config::ConfigErrors) -> VerbError {
    VerbError::Configuration(errors.to_string())
}

/// Logs to stderr. The libraries beneath stay quiet but for warnings: at lower levels they would log arguments.
pub(super) fn log(level: tracing::Level) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let ours = ["relay", "mcp", "plugin", "upstream", "ledger", "sandbox", "files", "tickiti_relay"];
    let filter = Targets::new()
        .with_default(LevelFilter::WARN.min(level.into()))
        .with_targets(ours.map(|target| (target, LevelFilter::from_level(level))));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    // A second subscriber in one process can only be a test's, which then keeps its own.
    let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
}

/// Stands where no helpdesk is needed.
struct NoHelpdesk;

impl Helpdesk for NoHelpdesk {
    fn send<'a>(
        &'a self,
        _: &'a Admitted,
        _: Option<&'a str>,
        _: std::time::Duration,
    ) -> BoxFuture<'a, Result<Answer, Broken>> {
        std::future::ready(Err(Broken::NotConnected { why: "this verb reaches no helpdesk".into() })).boxed()
    }
}
