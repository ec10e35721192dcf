//! Reading and writing records: one transaction a question, so that several relays see one truth.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, named_params};
use tickiti_relay_routes::Repeat;

use super::begin::{begin, close_if_empty};
use super::decide::Why;
use super::fault::{LedgerFault, SettleError};
use super::owner::Owner;
use super::record::{Moment, Record, State, WriteId};
use super::row::{RECORD, code, of_outcome, record};
use super::{Attempted, ClientKey, schema};
use crate::digest::Digest;
use crate::limits;
use crate::outcome::Outcome;

/// What the call of a write is.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) identity: Digest,
    pub(super) helpdesk: Arc<str>,
    pub(super) tool: String,
    pub(super) began: Moment,
    pub(super) client_key: Option<ClientKey>,
}

/// A write that asks to be sent.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) about: About,
    /// The call's row, if it has written before.
    pub(super) call: Option<i64>,
    pub(super) route: String,
    pub(super) repeat: Repeat,
    pub(super) takes_key: bool,
    pub(super) fingerprint: Digest,
    pub(super) ordinal: u32,
    pub(super) target: Option<Digest>,
    pub(super) look: Option<String>,
}

/// What became of the asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is recorded durably, and may be sent.
    Write {
        /// The call's row.
        call: i64,
        /// Its record, its key, and what it takes over.
        opened: super::Opened,
    },
    /// An equal write is under way: ask again in a moment.
    Wait,
    /// It may not be sent.
    Held(Box<Held>),
    /// The client gave one key to two calls with different arguments.
    KeyReused,
}

/// An earlier call's write that this one is the same as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// When it was first recorded.
    pub since: Moment,
    /// What was known of it: `Done`, or `Unknown`.
    pub outcome: Outcome,
    /// How often in a row the helpdesk gave the same failure, and its digest.
    pub same_failure: Option<(Digest, u32)>,
    /// How long its key must rest still.
    pub pause: Option<Duration>,
    /// Identifiers in the helpdesk's answer, if one came.
    pub identifiers: Option<String>,
    /// Whether it is the same call, repeated under the key that the client gave.
    pub same_call: bool,
}

/// A write that is not sent, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The rule.
    pub why: Why,
    /// The earlier write.
    pub record: Record,
    /// How long ago that was.
    pub age: Option<Duration>,
}

/// Which records are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of which somebody must still say what became of them.
    Unsettled,
    /// All that are still there.
    All,
}

/// The end of something, as it is to stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// What became of the attempts on a write.
    Write { id: WriteId, attempted: Attempted, at: Moment },
    /// A call is over.
    Call { call: i64, delivered: bool, at: Moment },
}

/// The open file, and this relay's lock.
pub(super) struct Store {
    connection: Connection,
    owner: Owner,
    at: PathBuf,
    /// Ends that are not in the file yet, the oldest first: until they are, what they end is under way for everybody.
    late: VecDeque<End>,
    /// When old calls were last forgotten.
    pruned: Moment,
}

impl Store {
    pub(super) fn open(state: &Path) -> Result<Self, LedgerFault> {
        let connection = schema::open(state)?;
        let owner = Owner::new(&state.join("owners"))?;
        let pruned = super::now();
        let mut store = Self { connection, owner, at: schema::path(state), late: VecDeque::new(), pruned };
        store.prune(pruned.before(limits::LEDGER_KEPT))?;
        Ok(store)
    }

    /// Records a write durably, or says why it may not be sent.
    pub(super) fn begin(&mut self, asked: &Asked, now: Moment) -> Result<Begun, LedgerFault> {
        // Here alone a record must outlive a loss of power.
        let begun = self
            .connection
            .pragma_update(None, "synchronous", "full")
            .and_then(|()| self.connection.transaction_with_behavior(TransactionBehavior::Immediate))
            .and_then(|transaction| begin(transaction, &self.owner, asked, now));
        let normal = self.connection.pragma_update(None, "synchronous", "normal");
        begun.and_then(|begun| normal.map(|()| begun)).map_err(|error| self.fault(&error))
    }

    /// Records an end. One that the file does not take now, because the disk is full or somebody holds the file, is kept for
    /// [`Store::catch_up`]: nothing may stay under way that is over.
    pub(super) fn ended(&mut self, end: End) {
        let was_late = self.is_late();
        self.late.push_back(end);
        if was_late {
            self.catch_up();
        } else if let Err(fault) = self.record_ends() {
            tracing::error!(target: "ledger", "what became of a write could not be recorded, and is tried again: {fault}");
        }
    }

    /// Whether ends wait to be recorded.
    pub(super) fn is_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// Records the ends that are late, if the file takes them at once.
    pub(super) fn catch_up(&mut self) {
        if !self.is_late() {
            return;
        }
        // This only sets a number of the connection's, which cannot fail.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        if self.record_ends().is_ok() {
            tracing::info!(target: "ledger", "what was late is recorded");
        }
        let _ = self.connection.busy_timeout(limits::LEDGER_BUSY);
    }

    /// Records the ends in their order, up to the first that fails.
    fn record_ends(&mut self) -> Result<(), LedgerFault> {
        while let Some(end) = self.late.pop_front() {
            let recorded = match &end {
                End::Write { id, attempted, at } => self.end(*id, attempted, *at),
                End::Call { call, delivered, at } => self.end_call(*call, *delivered, *at),
            };
            if let Err(fault) = recorded {
                self.late.push_front(end);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Forgets what is too old, now and then: a relay may run for months.
    pub(super) fn tidy(&mut self, now: Moment) {
        if now < self.pruned.after(limits::LEDGER_PRUNED) {
            return;
        }
        self.pruned = now;
        if let Err(fault) = self.prune(now.before(limits::LEDGER_KEPT)) {
            tracing::warn!(target: "ledger", "old calls could not be forgotten: {fault}");
        }
    }

    /// Records what became of a write.
    pub(super) fn end(&mut self, id: WriteId, ended: &Attempted, now: Moment) -> Result<(), LedgerFault> {
        let settled = ended.outcome != Outcome::Unknown;
        let not_before = ended.pause.map(|pause| now.after(pause).0);
        let (failure, failures) = ended.same_failure.map_or((None, 0), |(digest, count)| (Some(digest), count));
        // One key is one write, also where a later call took it over.
        let changed = self.connection.execute(
            "UPDATE write SET state = :state, attempts = attempts + CASE WHEN id = :id THEN :attempts ELSE 0 END,
               ended = :at, not_before = :not_before, failure = :failure, failures = :failures,
               identifiers = COALESCE(:identifiers, identifiers), look = CASE WHEN :settled THEN NULL ELSE look END
             WHERE id = :id OR (key IS NOT NULL AND key = (SELECT key FROM write WHERE id = :id))",
            named_params! {
                ":id": id.0, ":state": code(of_outcome(ended.outcome)), ":attempts": ended.attempts, ":at": now.0,
                ":not_before": not_before, ":failure": failure.as_ref().map(Digest::bytes), ":failures": failures,
                ":identifiers": ended.identifiers, ":settled": settled,
            },
        );
        changed.map(drop).map_err(|error| self.fault(&error))
    }

    /// Ends a call: closes it when its answer was delivered and every write in it is settled, else leaves it open.
    pub(super) fn end_call(&mut self, call: i64, delivered: bool, now: Moment) -> Result<(), LedgerFault> {
        let ended = self.connection.execute(
            "UPDATE call SET ended = :now, state = CASE
               WHEN :delivered AND NOT EXISTS (SELECT 1 FROM write WHERE call = :call AND state IN (0, 4)) THEN 2
               WHEN NOT EXISTS (SELECT 1 FROM write WHERE call = :call AND state IN (0, 3, 4) AND taken_by IS NULL) THEN 2
               ELSE 1 END
             WHERE id = :call",
            named_params! { ":call": call, ":delivered": delivered, ":now": now.0 },
        );
        ended.map(drop).map_err(|error| self.fault(&error))
    }

    pub(super) fn list(&mut self, which: Which, identity: Option<Digest>) -> Result<Vec<Record>, LedgerFault> {
        let all = matches!(which, Which::All);
        let query = format!(
            "{RECORD} WHERE (:identity IS NULL OR c.identity = :identity)
               AND (:all OR (c.state <> 2 AND w.taken_by IS NULL AND w.state IN (0, 3, 4))) ORDER BY w.id"
        );
        let parameters = named_params! { ":identity": identity.as_ref().map(Digest::bytes), ":all": all };
        let read = || {
            let mut query = self.connection.prepare(&query)?;
            query.query_map(parameters, |row| record(row, &self.owner))?.collect::<rusqlite::Result<_>>()
        };
        read().map_err(|error| self.fault(&error))
    }

    pub(super) fn settle(
        &mut self,
        id: WriteId,
        happened: bool,
        identity: Option<Digest>,
        now: Moment,
    ) -> Result<Record, SettleError> {
        let at = self.at.clone();
        let fault = |error: rusqlite::Error| SettleError::from(LedgerFault::of(&error, at.clone()));
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        let known = transaction
            .query_row(
                &format!("{RECORD} WHERE w.id = :id AND (:identity IS NULL OR c.identity = :identity)"),
                named_params! { ":id": id.0, ":identity": identity.as_ref().map(Digest::bytes) },
                |row| {
                    Ok((record(row, &self.owner)?, row.get::<_, i64>("call")?, row.get::<_, Option<i64>>("taken_by")?))
                },
            )
            .optional()
            .map_err(fault)?;
        let Some((mut record, call, taken_by)) = known else { return Err(SettleError::Unknown(id)) };
        if record.closed || taken_by.is_some() {
            return Err(SettleError::Settled(id));
        }
        if record.under_way {
            return Err(SettleError::UnderWay(id));
        }
        if let Some(refused) = SettleError::of(id, record.state, happened) {
            return Err(refused);
        }
        record.state = if happened { State::SettledHappened } else { State::SettledDidNotHappen };
        transaction
            .execute(
                "UPDATE write SET state = :state, ended = :now, look = NULL
                 WHERE id = :id OR (key IS NOT NULL AND key = (SELECT key FROM write WHERE id = :id))",
                named_params! { ":id": id.0, ":state": code(record.state), ":now": now.0 },
            )
            .map_err(fault)?;
        close_if_empty(&transaction, call, now).map_err(fault)?;
        transaction.commit().map_err(fault)?;
        Ok(record)
    }

    /// Removes closed calls that ended before this; tells how many writes went.
    pub(super) fn prune(&mut self, before: Moment) -> Result<usize, LedgerFault> {
        let at = self.at.clone();
        let fault = |error: rusqlite::Error| LedgerFault::of(&error, at.clone());
        let old = "(SELECT id FROM call WHERE state = 2 AND ended < ?1)";
        // Most often there is nothing to remove, and then nothing is written.
        let any: bool =
            self.connection.query_row(&format!("SELECT EXISTS {old}"), [before.0], |row| row.get(0)).map_err(fault)?;
        if !any {
            return Ok(0);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        let writes =
            transaction.execute(&format!("DELETE FROM write WHERE call IN {old}"), [before.0]).map_err(fault)?;
        transaction.execute("DELETE FROM call WHERE state = 2 AND ended < ?1", [before.0]).map_err(fault)?;
        transaction.commit().map_err(fault)?;
        Ok(writes)
    }

    fn fault(&self, error: &rusqlite::Error) -> LedgerFault {
        LedgerFault::of(error, self.at.clone())
    }
}
