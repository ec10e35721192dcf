//! Reading and writing records: one transaction a question, so that several relays see one truth.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params};
use tickiti_relay_routes::Repeat;

use super::decide::{Candidate, Verdict, Why, decide, of_equal};
use super::fault::{LedgerFault, SettleError};
use super::owner::Owner;
use super::record::{Moment, Record, State, WriteId};
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

/// The open file, and this relay's lock.
pub(super) struct Store {
    connection: Connection,
    owner: Owner,
    at: PathBuf,
}

impl Store {
    pub(super) fn open(state: &Path) -> Result<Self, LedgerFault> {
        let connection = schema::open(state)?;
        let mut store = Self { connection, owner: Owner::new(&state.join("owners"))?, at: schema::path(state) };
        store.prune(super::now().before(limits::LEDGER_KEPT))?;
        Ok(store)
    }

    pub(super) fn check(&self) -> Result<(), LedgerFault> {
        schema::whole(&self.connection, &self.at)
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

/// A call that has the key which the client gave.
struct Known {
    id: i64,
    owner: String,
    running: bool,
    arguments: Option<Digest>,
}

fn by_client_key(connection: &Connection, about: &About, client: &ClientKey) -> rusqlite::Result<Option<Known>> {
    connection
        .query_row(
            "SELECT id, owner, state, arguments FROM call WHERE identity = ?1 AND client_key = ?2",
            (about.identity.bytes(), &client.key),
            |row| {
                Ok(Known {
                    id: row.get(0)?,
                    owner: row.get(1)?,
                    running: row.get::<_, i64>(2)? == 0,
                    arguments: row.get::<_, Option<Vec<u8>>>(3)?.and_then(|bytes| Digest::read(&bytes)),
                })
            },
        )
        .optional()
}

/// Decides and writes, within a transaction that nobody else can come between.
fn begin(transaction: Transaction<'_>, owner: &Owner, asked: &Asked, now: Moment) -> rusqlite::Result<Begun> {
    let mut call = asked.call;
    if let (None, Some(client)) = (call, &asked.about.client_key)
        && let Some(known) = by_client_key(&transaction, &asked.about, client)?
    {
        if known.arguments != Some(client.arguments) {
            return Ok(Begun::KeyReused);
        }
        if known.running && owner.is_alive(&known.owner) {
            return Ok(Begun::Wait);
        }
        call = Some(known.id);
    }
    // The same call, repeated under the client's key: its own record goes before all others.
    if let Some(call) = call
        && let Some(own) = own_record(&transaction, call, asked)?
    {
        return begin_again(transaction, owner, asked, call, own, now);
    }
    let candidates = candidates(&transaction, owner, asked, call)?;
    let taken = match decide(asked.repeat, asked.ordinal, &candidates, now) {
        Verdict::Wait => return Ok(Begun::Wait),
        Verdict::Hold(id, why) => return held(&transaction, owner, id, why, now),
        Verdict::Take(id) => Some(id),
        Verdict::New => None,
    };
    let call = match call {
        Some(call) => {
            resume_call(&transaction, owner, call)?;
            call
        }
        None => new_call(&transaction, owner, &asked.about)?,
    };
    let earlier = taken.map(|id| earlier(&transaction, id, now, false)).transpose()?;
    let key = match &earlier {
        Some((_, key)) => key.clone(),
        None => asked.takes_key.then(|| uuid::Uuid::new_v4().to_string()),
    };
    let earlier = earlier.map(|(earlier, _)| earlier);
    let done = earlier.as_ref().is_some_and(|earlier| earlier.outcome == Outcome::Done);
    let (failure, failures) = earlier.as_ref().and_then(|earlier| earlier.same_failure).unzip();
    transaction.execute(
        "INSERT INTO write (call, route, key, fingerprint, ordinal, target, look, state, opened, failure, failures, identifiers)
         VALUES (:call, :route, :key, :fingerprint, :ordinal, :target, :look, :state, :opened, :failure, :failures, :identifiers)",
        named_params! {
            ":call": call, ":route": asked.route, ":key": key, ":fingerprint": asked.fingerprint.bytes(),
            ":ordinal": asked.ordinal, ":target": asked.target.as_ref().map(Digest::bytes), ":look": asked.look,
            ":state": code(if done { State::Done } else { State::Sent }),
            ":opened": earlier.as_ref().map_or(now, |earlier| earlier.since).0,
            ":failure": failure.as_ref().map(Digest::bytes), ":failures": failures.unwrap_or(0),
            ":identifiers": earlier.as_ref().and_then(|earlier| earlier.identifiers.clone()),
        },
    )?;
    let id = transaction.last_insert_rowid();
    if let Some(taken) = taken {
        transaction.execute("UPDATE write SET taken_by = ?1 WHERE id = ?2", (id, taken))?;
        let of: i64 = transaction.query_row("SELECT call FROM write WHERE id = ?1", [taken], |row| row.get(0))?;
        close_if_empty(&transaction, of, now)?;
    }
    transaction.commit()?;
    Ok(Begun::Write { call, opened: super::Opened { id: WriteId(id), key, earlier } })
}

/// A record of this very call: a repeat under the client's own key.
fn begin_again(
    transaction: Transaction<'_>,
    owner: &Owner,
    asked: &Asked,
    call: i64,
    own: Candidate,
    now: Moment,
) -> rusqlite::Result<Begun> {
    let hold = match (own.state, of_equal(asked.repeat, &own, now)) {
        // Nothing happened under this key: it may go out anew.
        (State::NotSent | State::Rejected, _) => None,
        (State::Done | State::SettledHappened, Verdict::Hold(..)) => Some(Why::Done),
        (State::SettledHappened, _) => Some(Why::Done),
        (_, Verdict::Hold(_, why)) => Some(why),
        _ => None,
    };
    if let Some(why) = hold {
        return held(&transaction, owner, own.id, why, now);
    }
    let (earlier, key) = earlier(&transaction, own.id, now, true)?;
    resume_call(&transaction, owner, call)?;
    let state = if own.state == State::Done { State::Done } else { State::Sent };
    transaction.execute("UPDATE write SET state = ?1, look = ?2 WHERE id = ?3", (code(state), &asked.look, own.id))?;
    transaction.commit()?;
    let earlier = matches!(own.state, State::Sent | State::Unknown | State::Done).then_some(earlier);
    Ok(Begun::Write { call, opened: super::Opened { id: WriteId(own.id), key, earlier } })
}

fn new_call(transaction: &Transaction<'_>, owner: &Owner, about: &About) -> rusqlite::Result<i64> {
    transaction.execute(
        "INSERT INTO call (identity, helpdesk, tool, client_key, arguments, owner, state, began)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
        (
            about.identity.bytes(),
            &*about.helpdesk,
            &about.tool,
            about.client_key.as_ref().map(|client| &client.key),
            about.client_key.as_ref().map(|client| client.arguments.bytes()),
            owner.name(),
            about.began.0,
        ),
    )?;
    Ok(transaction.last_insert_rowid())
}

fn resume_call(transaction: &Transaction<'_>, owner: &Owner, call: i64) -> rusqlite::Result<()> {
    transaction.execute("UPDATE call SET state = 0, owner = ?1, ended = NULL WHERE id = ?2", (owner.name(), call))?;
    Ok(())
}

/// Closes a call in which nothing is open any more: others took its writes over, or somebody settled them.
fn close_if_empty(transaction: &Transaction<'_>, call: i64, now: Moment) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE call SET state = 2, ended = ?2 WHERE id = ?1 AND state = 1
           AND NOT EXISTS (SELECT 1 FROM write WHERE call = ?1 AND state IN (0, 3, 4) AND taken_by IS NULL)",
        (call, now.0),
    )?;
    Ok(())
}

/// The record of this write in its own call, settled or not.
fn own_record(transaction: &Transaction<'_>, call: i64, asked: &Asked) -> rusqlite::Result<Option<Candidate>> {
    transaction
        .query_row(
            "SELECT id, ordinal, state, opened, failures FROM write
             WHERE call = ?1 AND fingerprint = ?2 AND ordinal = ?3 AND state <> 6 ORDER BY id DESC LIMIT 1",
            (call, asked.fingerprint.bytes(), asked.ordinal),
            |row| {
                Ok(Candidate {
                    id: row.get(0)?,
                    equal: true,
                    ordinal: row.get(1)?,
                    under_way: false,
                    state: state(row.get(2)?),
                    opened: Moment(row.get(3)?),
                    same_failures: row.get(4)?,
                })
            },
        )
        .optional()
}

/// The open records of other calls that the write may have to do with.
fn candidates(
    transaction: &Transaction<'_>,
    owner: &Owner,
    asked: &Asked,
    call: Option<i64>,
) -> rusqlite::Result<Vec<Candidate>> {
    let mut query = transaction.prepare(
        "SELECT w.id, w.fingerprint = :fingerprint, w.ordinal, c.state, c.owner, w.state, w.opened, w.failures
         FROM call c JOIN write w ON w.call = c.id
         WHERE c.state <> 2 AND c.identity = :identity AND c.id <> :call AND w.taken_by IS NULL AND w.state IN (0, 3, 4)
           AND (w.fingerprint = :fingerprint OR (:target IS NOT NULL AND w.target = :target))",
    )?;
    let rows = query.query_map(
        named_params! {
            ":identity": asked.about.identity.bytes(), ":call": call.unwrap_or(0),
            ":fingerprint": asked.fingerprint.bytes(), ":target": asked.target.as_ref().map(Digest::bytes),
        },
        |row| {
            let (running, name): (i64, String) = (row.get(3)?, row.get(4)?);
            Ok(Candidate {
                id: row.get(0)?,
                equal: row.get(1)?,
                ordinal: row.get(2)?,
                under_way: running == 0 && owner.is_alive(&name),
                state: state(row.get(5)?),
                opened: Moment(row.get(6)?),
                same_failures: row.get(7)?,
            })
        },
    )?;
    rows.collect()
}

fn earlier(
    transaction: &Transaction<'_>,
    id: i64,
    now: Moment,
    same_call: bool,
) -> rusqlite::Result<(Earlier, Option<String>)> {
    transaction.query_row(
        "SELECT opened, state, failure, failures, not_before, identifiers, key FROM write WHERE id = ?1",
        [id],
        |row| {
            let failure: Option<Vec<u8>> = row.get(2)?;
            let not_before: Option<i64> = row.get(4)?;
            let earlier = Earlier {
                since: Moment(row.get(0)?),
                outcome: if state(row.get(1)?) == State::Done { Outcome::Done } else { Outcome::Unknown },
                same_failure: failure.and_then(|bytes| Digest::read(&bytes)).zip(row.get(3)?),
                pause: not_before
                    .and_then(|at| Moment(at).since(now))
                    .filter(|pause| !pause.is_zero() && *pause <= limits::AFTER_TIMEOUT),
                identifiers: row.get(5)?,
                same_call,
            };
            Ok((earlier, row.get(6)?))
        },
    )
}

fn held(transaction: &Transaction<'_>, owner: &Owner, id: i64, why: Why, now: Moment) -> rusqlite::Result<Begun> {
    let record = transaction.query_row(&format!("{RECORD} WHERE w.id = ?1"), [id], |row| record(row, owner))?;
    let age = now.since(record.since);
    Ok(Begun::Held(Box::new(Held { why, record, age })))
}

/// What [`record`] reads.
const RECORD: &str =
    "SELECT w.id, w.route, c.tool, c.helpdesk, w.opened, w.state, c.state AS call_state, c.owner, w.key,
  w.attempts, w.identifiers, w.look, w.call, w.taken_by FROM write w JOIN call c ON c.id = w.call";

fn record(row: &Row<'_>, owner: &Owner) -> rusqlite::Result<Record> {
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    let running = row.get::<_, i64>("call_state")? == 0 && owner.is_alive(&row.get::<_, String>("owner")?);
    let taken = row.get::<_, Option<i64>>("taken_by")?.is_some();
    Ok(Record {
        id: WriteId(row.get("id")?),
        route: row.get("route")?,
        tool: row.get("tool")?,
        helpdesk: row.get("helpdesk")?,
        since: Moment(row.get("opened")?),
        state: state(row.get("state")?),
        closed: taken || row.get::<_, i64>("call_state")? == 2,
        under_way: running && !taken,
        key: row.get("key")?,
        attempts: row.get("attempts")?,
        identifiers: json(row.get("identifiers")?),
        look: json(row.get("look")?),
    })
}

fn of_outcome(outcome: Outcome) -> State {
    match outcome {
        Outcome::NotSent => State::NotSent,
        Outcome::Rejected => State::Rejected,
        Outcome::Done => State::Done,
        Outcome::Unknown => State::Unknown,
    }
}

/// A state as the file has it. The numbers stand in the queries above too, and never change their meaning.
fn code(state: State) -> i64 {
    match state {
        State::Sent => 0,
        State::NotSent => 1,
        State::Rejected => 2,
        State::Done => 3,
        State::Unknown => 4,
        State::SettledHappened => 5,
        State::SettledDidNotHappen => 6,
    }
}

/// The state of a number. One that nobody knows may have happened.
fn state(code: i64) -> State {
    match code {
        0 => State::Sent,
        1 => State::NotSent,
        2 => State::Rejected,
        3 => State::Done,
        5 => State::SettledHappened,
        6 => State::SettledDidNotHappen,
        _ => State::Unknown,
    }
}
