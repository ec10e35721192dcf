//! What the doctor looks at, in the order in which a fault hides the next.

mod helpdesk;
mod local;

use std::borrow::Cow;
use std::path::Path;

use tickiti_relay_routes::Table;

use super::Finding;
use crate::cli::{VerbError, build};
use crate::config::{Connection, Local, process_environment};

/// Looks at everything. A part whose ground is missing is left out: its fault would only repeat the first.
pub(super) fn all(routes: Option<&Path>) -> Result<Vec<Finding>, VerbError> {
    let connection = Connection::from_env(&process_environment);
    let local = Local::from_env(&process_environment);
    let table = build::table(routes);
    let mut findings = local::configuration(&connection, &local);
    let runtime = build::runtime()?;
    if let Ok(local) = &local {
        findings.extend(local::folders(local));
        findings.push(runtime.block_on(local::ledger(local)));
        let known = table.as_ref().cloned().unwrap_or(Cow::Borrowed(Table::builtin()));
        findings.extend(runtime.block_on(local::plugins(local, known)));
    }
    match table {
        Err(error) => {
            findings.push(Finding::fault("endpoints", error.to_string(), "give --routes a file that can be read"));
        }
        Ok(table) => {
            findings.push(Finding::good("endpoints", format!("{} endpoints are known", table.len())));
            if let Ok(connection) = connection {
                findings.extend(runtime.block_on(helpdesk::ask(connection, &table)));
            }
        }
    }
    Ok(findings)
}
