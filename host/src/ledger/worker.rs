//! The thread on which SQLite works: begun at the first use, idle until asked, one job after the other.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::fault::LedgerFault;
use super::schema;
use super::store::Store;
use crate::limits;

type Job = Box<dyn FnOnce(&mut Option<Store>) + Send>;

pub(super) struct Worker {
    state: PathBuf,
    jobs: Mutex<Option<Sender<Job>>>,
}

impl Worker {
    pub(super) fn new(state: PathBuf) -> Self {
        Self { state, jobs: Mutex::new(None) }
    }

    /// Runs a job on the open ledger and waits for it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, LedgerFault> {
        let (answer, answered) = oneshot::channel();
        let state = self.state.clone();
        self.push(Box::new(move |store| {
            // Nobody waits for the answer when the call was cancelled meanwhile.
            let _ = answer.send(with_store(store, &state, job));
        }))?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Runs a job some time, if the ledger is in use at all.
    pub(super) fn send(&self, job: impl FnOnce(&mut Store) + Send + 'static) {
        let _ = self.push(Box::new(move |store| {
            if let Some(store) = store {
                job(store);
            }
        }));
    }

    /// Waits for all jobs so far, but no longer than this.
    pub(super) fn finish(&self, within: Duration) {
        let running = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(jobs) = running else { return };
        let (done, wait) = channel();
        let told = jobs.send(Box::new(move |store| {
            // Closes the file, which also lets go of this relay's lock.
            *store = None;
            let _ = done.send(());
        }));
        if told.is_ok() {
            let _ = wait.recv_timeout(within);
        }
    }

    fn push(&self, job: Job) -> Result<(), LedgerFault> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match jobs.as_ref() {
            Some(running) => match running.send(job) {
                Ok(()) => return Ok(()),
                // The thread ended by a panic; what it had recorded lies on the disk.
                Err(returned) => returned.0,
            },
            None => job,
        };
        let (sender, receiver) = channel();
        let begun = std::thread::Builder::new().name("ledger".into()).spawn(move || work(&receiver));
        begun.map_err(|error| LedgerFault::Failed { at: schema::path(&self.state), why: error.to_string() })?;
        let sent = sender.send(job);
        *jobs = Some(sender);
        sent.map_err(|_| self.gone())
    }

    fn gone(&self) -> LedgerFault {
        LedgerFault::Failed { at: schema::path(&self.state), why: "its thread ended".into() }
    }
}

fn work(jobs: &Receiver<Job>) {
    let mut store: Option<Store> = None;
    loop {
        let job = match &store {
            Some(store) if store.is_late() => jobs.recv_timeout(limits::LEDGER_LATE),
            _ => jobs.recv().map_err(RecvTimeoutError::from),
        };
        // What comes next may ask about what is late.
        store.iter_mut().for_each(Store::catch_up);
        match job {
            Ok(job) => job(&mut store),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The open ledger. One that could not be opened is tried again at the next job: the disk may have room by then.
fn with_store<T>(
    store: &mut Option<Store>,
    state: &std::path::Path,
    job: impl FnOnce(&mut Store) -> T,
) -> Result<T, LedgerFault> {
    if store.is_none() {
        *store = Some(Store::open(state)?);
    }
    match store {
        Some(store) => Ok(job(store)),
        None => Err(LedgerFault::Failed { at: schema::path(state), why: "it is not open".into() }),
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Worker").field("state", &self.state).finish_non_exhaustive()
    }
}
