//! The file: where it lies, who may read it, its tables.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};

use super::fault::LedgerFault;
use crate::{limits, private};

/// Version of the tables, in SQLite's `user_version`.
const VERSION: i64 = 1;

/// `call.state`: 0 running, 1 left open, 2 closed. `write.state`: see `store::state`.
const TABLES: &str = "
CREATE TABLE call (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity BLOB NOT NULL,
  helpdesk TEXT NOT NULL,
  tool TEXT NOT NULL,
  client_key TEXT,
  arguments BLOB,
  owner TEXT NOT NULL,
  state INTEGER NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER
) STRICT;
CREATE UNIQUE INDEX call_client_key ON call (identity, client_key) WHERE client_key IS NOT NULL;
CREATE INDEX call_open ON call (state) WHERE state <> 2;
CREATE TABLE write (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  call INTEGER NOT NULL REFERENCES call (id),
  route TEXT NOT NULL,
  key TEXT,
  fingerprint BLOB NOT NULL,
  ordinal INTEGER NOT NULL,
  target BLOB,
  look TEXT,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  opened INTEGER NOT NULL,
  ended INTEGER,
  not_before INTEGER,
  failure BLOB,
  failures INTEGER NOT NULL DEFAULT 0,
  identifiers TEXT,
  taken_by INTEGER
) STRICT;
CREATE INDEX write_call ON write (call);
CREATE INDEX write_key ON write (key) WHERE key IS NOT NULL;
";

/// The ledger's file in a state folder.
pub(super) fn path(state: &Path) -> PathBuf {
    state.join("ledger.sqlite3")
}

/// Opens the ledger, or makes it.
pub(super) fn open(state: &Path) -> Result<Connection, LedgerFault> {
    let at = path(state);
    let closed = |error: io::Error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            LedgerFault::Full { at: at.clone() }
        }
        io::ErrorKind::ReadOnlyFilesystem => LedgerFault::ReadOnly { at: at.clone() },
        _ => LedgerFault::Closed { at: at.clone(), why: error.to_string() },
    };
    private::make_folder(state).map_err(closed)?;
    // Made here, so that it is private from its first byte; SQLite gives its companions the same mode.
    private::file().read(true).write(true).create(true).truncate(false).open(&at).map_err(closed)?;
    let fault = |error: rusqlite::Error| LedgerFault::of(&error, at.clone());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(at.canonicalize().map_err(closed)?, flags).map_err(fault)?;
    connection.busy_timeout(limits::LEDGER_BUSY).map_err(fault)?;
    // Without shared memory, as on network file systems, SQLite keeps another mode.
    if to_wal(&connection).map_err(fault)? != "wal" {
        return Err(LedgerFault::NoLocks { at: at.clone() });
    }
    connection.pragma_update(None, "synchronous", "full").map_err(fault)?;
    connection.pragma_update(None, "trusted_schema", false).map_err(fault)?;
    let made = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fault)?;
    let version = made.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(fault)?;
    let is_new = version == 0;
    match version {
        0 => {
            made.execute_batch(TABLES).map_err(fault)?;
            made.pragma_update(None, "user_version", VERSION).map_err(fault)?;
        }
        VERSION => {}
        version => return Err(LedgerFault::Newer { at: at.clone(), version }),
    }
    made.commit().map_err(fault)?;
    if is_new {
        // What stands in a file is durable only when the file's own place is.
        sync_folder(state);
        state.parent().into_iter().for_each(sync_folder);
    }
    whole(&connection, &at)?;
    Ok(connection)
}

/// Switches to the mode with a write-ahead log, and says which mode the file then has.
///
/// Of two relays that switch one fresh file at the same instant, SQLite tells one at once that it is busy, without the wait
/// that it was given for everything else: either could wait for the other for ever.
fn to_wal(connection: &Connection) -> rusqlite::Result<String> {
    let until = Instant::now() + limits::LEDGER_BUSY;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) && Instant::now() < until =>
            {
                std::thread::sleep(limits::LEDGER_SWITCH);
            }
            mode => return mode,
        }
    }
}

/// Looks whether the file is whole.
fn whole(connection: &Connection, at: &Path) -> Result<(), LedgerFault> {
    let says: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| LedgerFault::of(&error, at.to_path_buf()))?;
    if says == "ok" { Ok(()) } else { Err(LedgerFault::Damaged { at: at.to_path_buf(), why: says }) }
}

/// Makes the names in a folder durable, where the system can.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = folder;
}
