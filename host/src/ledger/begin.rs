//! Asking to send a write: what the file knows of it is read, the rule is asked, the record is written. All within one
//! transaction that nobody else can come between.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use super::decide::{Candidate, Verdict, Why, decide, of_equal};
use super::owner::Owner;
use super::record::{Moment, State, WriteId};
use super::row::{RECORD, code, record, state};
use super::store::{About, Asked, Begun, Earlier, Held};
use super::{ClientKey, Opened};
use crate::digest::Digest;
use crate::limits;
use crate::outcome::Outcome;

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
pub(super) fn begin(
    transaction: Transaction<'_>,
    owner: &Owner,
    asked: &Asked,
    now: Moment,
) -> rusqlite::Result<Begun> {
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
    Ok(Begun::Write { call, opened: Opened { id: WriteId(id), key, earlier } })
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
    if taken_elsewhere(&transaction, owner, own.id)? {
        return Ok(Begun::Wait);
    }
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
    Ok(Begun::Write { call, opened: Opened { id: WriteId(own.id), key, earlier } })
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
pub(super) fn close_if_empty(transaction: &Transaction<'_>, call: i64, now: Moment) -> rusqlite::Result<()> {
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

/// Whether another call, which took this write over, is at work on it.
fn taken_elsewhere(transaction: &Transaction<'_>, owner: &Owner, id: i64) -> rusqlite::Result<bool> {
    let mut query = transaction.prepare(
        "SELECT c.owner FROM write w JOIN call c ON c.id = w.call
         WHERE w.id <> ?1 AND c.state = 0 AND w.key IS NOT NULL AND w.key = (SELECT key FROM write WHERE id = ?1)",
    )?;
    let mut owners = query.query_map([id], |row| row.get::<_, String>(0))?;
    owners.try_fold(false, |any, name| Ok(any || owner.is_alive(&name?)))
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
