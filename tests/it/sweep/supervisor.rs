//! `supervisor`: disks, expected exceptions, jobs.

use serde_json::json;

use super::step::{Step, step};

pub(super) fn story() -> Vec<Step> {
    [looked_at(), disk(), exception(), jobs()].concat()
}

fn looked_at() -> Vec<Step> {
    vec![
        step("supervisor.diagnostics", json!({})).shows("/options/log_mail", json!(true)),
        step("supervisor.super_tasks.fetch", json!({}))
            .has("/tasks", json!({"name": "purge_sent_mail", "enabled": true})),
    ]
}

fn disk() -> Vec<Step> {
    let body = json!({"root_path": "/srv/photos", "min_free_space": 10, "warn_free_space": 2000});
    vec![
        step("supervisor.health.disk_store", body.clone()).keeps("disk", "/disk/id"),
        step("supervisor.health.manage", json!({})).has("/disks", body),
        step("supervisor.health.status", json!({}))
            .has("/disks", json!({"root_path": "/srv/photos", "status": "warning"})),
        step("supervisor.health.disk_delete", json!({"id": "$disk"})).once(),
        step("supervisor.health.manage", json!({})).lacks("/disks", json!({"id": "$disk"})),
        step("supervisor.health.status", json!({})).lacks("/disks", json!({"root_path": "/srv/photos"})),
    ]
}

/// Two jobs have failed unexpectedly; one of them for a reason that is expected from now on.
fn exception() -> Vec<Step> {
    let body = json!({"pattern": "smtp.kestrel.example timed out", "description": "The mail server sleeps."});
    let failed = |surprising: u64, expected: u64| {
        step("supervisor.health.status", json!({}))
            .shows("", json!({"failed_jobs": surprising, "failed_jobs_expected": expected}))
    };
    vec![
        failed(2, 1),
        step("supervisor.health.exception_store", body.clone()).keeps("exception", "/exception/id"),
        step("supervisor.health.manage", json!({})).has("/exceptions", body),
        failed(1, 2),
        step("supervisor.health.exception_delete", json!({"id": "$exception"})).once(),
        step("supervisor.health.manage", json!({})).lacks("/exceptions", json!({"id": "$exception"})),
        failed(2, 1),
    ]
}

/// Jobs that are not there are passed over without complaint.
fn jobs() -> Vec<Step> {
    let index = || step("supervisor.jobs.index", json!({}));
    let delete = || step("supervisor.jobs.delete", json!({"job_ids": [1]}));
    vec![
        index().has("/failed_jobs", json!({"id": "1"})).lacks("/jobs", json!({"id": "1"})),
        step("supervisor.jobs.retry", json!({"job_ids": [1]})).shows("/retried", json!(1)),
        index().has("/jobs", json!({"id": "1", "attempts": 0})).lacks("/failed_jobs", json!({"id": "1"})),
        delete().shows("/deleted", json!(1)),
        index().lacks("/jobs", json!({"id": "1"})),
        delete().shows("/deleted", json!(0)),
        index().lacks("/jobs", json!({"id": "1"})).has("/jobs", json!({"id": "2"})),
    ]
}
