//! The family `supervisor`: how the server itself does, for those who run it.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::{Row, text};
use crate::families::Known::{Guess, Recorded};
use crate::families::{Entry, Family};
use crate::passthrough::{add, set};
use crate::reply::{Refusal, Reply, Style};
use crate::resource::{Field, Kind, Resource};
use crate::standard::{created, deleted};
use crate::world::World;

/// `supervisor`.
pub(crate) const FAMILY: Family = Family {
    name: "supervisor",
    style: Style::PassThrough,
    seed,
    entries: &[
        Entry::new("supervisor.diagnostics", Guess, diagnostics),
        Entry::new("supervisor.health.disk_delete", Guess, |world, call| deleted(&DISK, world, call)),
        Entry::new("supervisor.health.disk_store", Guess, disk_store),
        Entry::new("supervisor.health.exception_delete", Guess, |world, call| deleted(&EXCEPTION, world, call)),
        Entry::new("supervisor.health.exception_store", Guess, |world, call| created(&EXCEPTION, world, &call.body)),
        Entry::new("supervisor.health.manage", Recorded, manage),
        Entry::new("supervisor.health.status", Guess, status),
        Entry::new("supervisor.jobs.delete", Guess, jobs_delete),
        Entry::new("supervisor.jobs.index", Guess, jobs),
        Entry::new("supervisor.jobs.retry", Guess, jobs_retry),
        Entry::new("supervisor.super_tasks.fetch", Guess, super_tasks),
    ],
};

const DISK: Resource = Resource {
    collection: "disks",
    what: "disk",
    id_field: "id",
    fields: &[
        Field::required("root_path", Kind::Text(255)),
        Field::required("min_free_space", Kind::Amount),
        Field::required("warn_free_space", Kind::Amount),
    ],
    unique: Some("root_path"),
};

const EXCEPTION: Resource = Resource {
    collection: "exceptions",
    what: "exception",
    id_field: "id",
    fields: &[Field::required("pattern", Kind::Text(255)), Field::optional("description", Kind::Text(1000), "\"\"")],
    unique: Some("pattern"),
};

/// The queue of jobs that no route touches.
const PROTECTED: &str = "portal_default";
/// Gigabytes free on every disk of this server.
const FREE_SPACE: f64 = 118.4;

fn seed(world: &mut World) {
    let job = |queue: &str, name: &str, failed: Option<&str>| {
        json!({
            "queue": queue, "name": name, "state": if failed.is_some() { "failed" } else { "queued" },
            "attempts": if failed.is_some() { 3 } else { 0 }, "exception": failed,
            "created_at": "2026-11-02T06:12:00+00:00",
        })
    };
    let seeds = [
        ("disks", json!({"root_path": "/srv/helpdesk", "min_free_space": 5, "warn_free_space": 20})),
        ("disks", json!({"root_path": "/srv/backup", "min_free_space": 50, "warn_free_space": 200})),
        ("exceptions", json!({"pattern": "Connection reset by peer", "description": "Mail servers hang up at night."})),
        ("jobs", job("default", "SendTicketNotification", Some("Connection to smtp.kestrel.example timed out"))),
        ("jobs", job("default", "SendTicketNotification", None)),
        ("jobs", job("mail", "ImportMailbox", Some("Connection reset by peer"))),
        ("jobs", job(PROTECTED, "RenewLicence", Some("No route to host"))),
    ];
    for (collection, value) in seeds {
        add(world, collection, [value]);
    }
}

fn diagnostics(_: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::raw(json!({
        "options": {"log_queries": false, "log_mail": true, "debug_pages": false, "profile_requests": false},
    })))
}

fn disk_store(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let amount = |name: &str| call.body.get(name).and_then(Value::as_f64);
    if let (Some(least), Some(warn)) = (amount("min_free_space"), amount("warn_free_space"))
        && warn < least
    {
        return Err(Refusal::field("warn_free_space", "The warn free space must not be below the min free space."));
    }
    created(&DISK, world, &call.body)
}

fn manage(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::raw(json!({"disks": DISK.list(world), "exceptions": EXCEPTION.list(world)})))
}

fn status(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let disks: Value = world
        .rows(DISK.collection)
        .rows()
        .map(|disk| {
            json!({
                "root_path": text(disk, "root_path"), "free_space": FREE_SPACE, "status": disk_status(disk),
            })
        })
        .collect();
    let failed = world.rows("jobs").rows().filter(|job| text(job, "state") == "failed");
    let expected = |job: &Row| {
        let mut patterns = world.rows(EXCEPTION.collection).rows().map(|row| text(row, "pattern"));
        patterns.any(|pattern| text(job, "exception").contains(pattern))
    };
    let (expected, surprising): (Vec<&Row>, Vec<&Row>) = failed.partition(|job| expected(job));
    Ok(Reply::raw(json!({
        "database": "ok", "disks": disks, "failed_jobs": surprising.len(), "failed_jobs_expected": expected.len(),
        "checked_at": world.now_text(),
    })))
}

fn disk_status(disk: &Row) -> &'static str {
    let below = |name: &str| disk.get(name).and_then(Value::as_f64).is_some_and(|bound| FREE_SPACE < bound);
    match (below("min_free_space"), below("warn_free_space")) {
        (true, _) => "full",
        (false, true) => "warning",
        (false, false) => "ok",
    }
}

fn jobs(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    let of = |state: &str| -> Value {
        let rows = world.rows("jobs").rows().filter(|job| text(job, "state") == state);
        rows.cloned().map(Value::Object).collect()
    };
    Ok(Reply::raw(json!({"jobs": of("queued"), "failed_jobs": of("failed")})))
}

fn jobs_retry(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let ids = chosen(world, call, |job| text(job, "state") == "failed")?;
    for id in &ids {
        set(world, "jobs", *id, json!({"state": "queued", "attempts": 0, "exception": null}));
        world.did(format!("job:{id}"), "queued again");
    }
    Ok(Reply::raw(json!({"ok": true, "retried": ids.len()})))
}

fn jobs_delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let ids = chosen(world, call, |_| true)?;
    for id in &ids {
        world.rows_mut("jobs").delete(*id);
        world.did(format!("job:{id}"), "deleted");
    }
    Ok(Reply::raw(json!({"ok": true, "deleted": ids.len()})))
}

/// The jobs that the body names, as far as they exist and may be touched; others are passed over without a word.
fn chosen(world: &World, call: &Call, also: impl Fn(&Row) -> bool) -> Result<Vec<u64>, Refusal> {
    let mut input = call.input();
    let ids = input.integers("job_ids", 5000);
    let ids = input.need("job_ids", ids).unwrap_or_default();
    input.finish()?;
    let may = |id: &u64| world.rows("jobs").get(*id).is_some_and(|job| text(job, "queue") != PROTECTED && also(job));
    let mut chosen: Vec<u64> = ids.into_iter().filter(may).collect();
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

fn super_tasks(_: &mut World, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::raw(json!({
        "tasks": [
            {"name": "purge_sent_mail", "enabled": true, "runs": "daily", "last_run_at": "2026-11-02T02:00:00+00:00"},
            {"name": "reopen_held_tickets", "enabled": true, "runs": "daily", "last_run_at": "2026-11-02T00:05:00+00:00"},
            {"name": "rebuild_search_index", "enabled": false, "runs": "weekly", "last_run_at": null},
        ],
        "settings": {"maintenance_window": "02:00-04:00", "notify": "system@kestrel.example"},
        "templates": [{"identifier": "task_failed", "subject": "A task has failed"}],
    })))
}
