//! Starting a helpdesk, and the handle that tests hold.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::effects::{Effect, SeenRequest};
use crate::faults::Planned;
use crate::server::{Shared, accept, bind};
use crate::switches::Switches;
use crate::world::World;

/// How a helpdesk starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// What is guessed of the real server.
    pub switches: Switches,
    /// How much of each request's body the log keeps, in bytes.
    pub keep_body_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, switches: Switches::default(), keep_body_bytes: 1024 * 1024 }
    }
}

/// Why a helpdesk did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or there is none.
    #[error("the scratch helpdesk cannot listen on 127.0.0.1:{port}: {reason}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the operating system said.
        reason: io::Error,
    },
    /// No thread or no event loop.
    #[error("the scratch helpdesk cannot start its thread: {0}")]
    Thread(io::Error),
}

/// The stand-in helpdesk.
#[derive(Debug)]
pub struct Helpdesk;

impl Helpdesk {
    /// Starts one with the seeded company, on a thread of its own. It stops when the handle is dropped.
    ///
    /// # Errors
    /// When the port is taken or there are no threads.
    pub fn start(options: Options) -> Result<Running, StartError> {
        Self::start_with(options, World::seeded())
    }

    /// Starts one with a world of the caller's; the switches are those of the options.
    ///
    /// # Errors
    /// When the port is taken or there are no threads.
    pub fn start_with(options: Options, mut world: World) -> Result<Running, StartError> {
        world.switches = options.switches;
        let shared = Shared::new(world, options.keep_body_bytes);
        let (stop, stopped) = watch::channel(false);
        let (tell, told) = mpsc::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("scratch-helpdesk".into())
            .spawn(move || serve(options.port, served, stopped, &tell))
            .map_err(StartError::Thread)?;
        // The thread says something before it ends, unless it panicked.
        let gone = |_| StartError::Thread(io::Error::other("the thread ended at once"));
        let address = told.recv().map_err(gone)??;
        Ok(Running { shared, address, stop, thread: Some(thread) })
    }
}

fn serve(
    port: u16,
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
    tell: &mpsc::Sender<Result<SocketAddr, StartError>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(reason) => {
            let _ = tell.send(Err(StartError::Thread(reason)));
            return;
        }
    };
    runtime.block_on(async move {
        match bind(port).await {
            Ok((listener, address)) => {
                let _ = tell.send(Ok(address));
                accept(listener, shared, stop).await;
            }
            Err(reason) => {
                let _ = tell.send(Err(StartError::Listen { port, reason }));
            }
        }
    });
}

/// A helpdesk that runs. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What belongs into `TICKITI_API_BASE`: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The secret of a token by name: `full`, `admin`, `staff`, `tickets`, `read`, `no_plan`, `none`, `one_queue`, `customer`.
    #[must_use]
    pub fn token(&self, name: &str) -> Option<String> {
        let state = self.shared.lock();
        state.world.tokens.iter().find(|token| token.name == name).map(|token| token.secret.clone())
    }

    /// Names and secrets of all tokens.
    #[must_use]
    pub fn tokens(&self) -> Vec<(String, String)> {
        let state = self.shared.lock();
        state.world.tokens.iter().map(|token| (token.name.clone(), token.secret.clone())).collect()
    }

    /// Every effect so far, in order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.shared.lock().world.effects().to_vec()
    }

    /// Every request so far, in order of arrival; those to the control endpoint are not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.lock().seen.clone()
    }

    /// Forgets effects and requests so far; numbers of requests go on.
    pub fn clear_logs(&self) {
        let mut state = self.shared.lock();
        state.seen.clear();
        state.world.clear_effects();
    }

    /// Plans a fault.
    pub fn fault(&self, planned: Planned) {
        self.shared.lock().faults.plan(planned);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Forgets all idempotency keys that are not being worked on, as a server does after its window.
    pub fn forget_keys(&self) {
        self.shared.lock().keys.forget();
    }

    /// The present switches.
    #[must_use]
    pub fn switches(&self) -> Switches {
        self.shared.lock().world.switches
    }

    /// Changes switches while it runs.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.shared.lock().world.switches);
    }

    /// Looks into the world, or changes it, with every request held off meanwhile.
    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        with(&mut self.shared.lock().world)
    }

    /// Stops it and waits until its thread has ended.
    pub fn stop(mut self) {
        self.end();
    }

    /// Waits without end: for a process that serves until it is killed.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn end(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
