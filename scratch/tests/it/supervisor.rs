//! Disks, expected exceptions, jobs, tasks.

use serde_json::{Value, json};

use crate::client::{Client, helpdesk};
use crate::cycle::Cycle;
use crate::writes::{refused, rows, write};

#[test]
fn disks_and_exceptions_come_and_go() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let disk = json!({"root_path": "C:/", "min_free_space": 1, "warn_free_space": 2.5});
    let exception = json!({"pattern": "SMTP 421", "description": "Greylisting."});
    for cycle in [
        Cycle {
            create: ("supervisor/health/disk/store", disk.clone()),
            needs: &["root_path", "min_free_space", "warn_free_space"],
            list: ("supervisor/health/manage", json!({}), "/disks"),
            show: None,
            update: None,
            then: disk,
            delete: ("supervisor/health/disk/delete", |id| json!({"id": id})),
        },
        Cycle {
            create: ("supervisor/health/exception/store", exception.clone()),
            needs: &["pattern"],
            list: ("supervisor/health/manage", json!({}), "/exceptions"),
            show: None,
            update: None,
            then: exception,
            delete: ("supervisor/health/exception/delete", |id| json!({"id": id})),
        },
    ] {
        cycle.run(&helpdesk, &client);
    }
}

#[test]
fn health_follows_the_bounds_and_the_exceptions() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let health = || client.post("supervisor/health", &json!({})).fine();
    assert_eq!((&health()["failed_jobs"], &health()["failed_jobs_expected"]), (&json!(2), &json!(1)));
    let pattern = json!({"pattern": "timed out"});
    write(&helpdesk, &client, "supervisor/health/exception/store", &pattern);
    assert_eq!((&health()["failed_jobs"], &health()["failed_jobs_expected"]), (&json!(1), &json!(2)));
    let full = json!({"root_path": "/srv/full", "min_free_space": 5000, "warn_free_space": 6000});
    write(&helpdesk, &client, "supervisor/health/disk/store", &full);
    let states: Vec<_> = health()["disks"].as_array().unwrap().iter().map(|disk| disk["status"].clone()).collect();
    assert_eq!(states, ["ok", "warning", "full"]);
    let crossed = json!({"root_path": "/x", "min_free_space": 5, "warn_free_space": 4});
    let path = "supervisor/health/disk/store";
    assert_eq!(refused(&helpdesk, &client, path, &crossed).invalid(), ["warn_free_space"]);
    let text = json!({"root_path": "/x", "min_free_space": "5", "warn_free_space": -4});
    assert_eq!(refused(&helpdesk, &client, path, &text).invalid(), ["min_free_space", "warn_free_space"]);
}

#[test]
fn jobs_are_queued_again_or_deleted_but_for_those_of_the_portal() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "full");
    let ids = |of: &str| rows(&client, "supervisor/jobs", of).iter().map(|job| job["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids("/jobs"), ids("/failed_jobs")), (vec![json!("2")], vec![json!("1"), json!("3"), json!("4")]));
    let retried = write(&helpdesk, &client, "supervisor/jobs/retry", &json!({"job_ids": [1, 2, 4, 999_999]}));
    assert_eq!(retried["retried"], 1, "2 has not failed, 4 is the portal's, 999999 is nobody's");
    assert_eq!((ids("/jobs"), ids("/failed_jobs")), (vec![json!("1"), json!("2")], vec![json!("3"), json!("4")]));
    let deleted = write(&helpdesk, &client, "supervisor/jobs/delete", &json!({"job_ids": [2, 3, 4]}));
    assert_eq!(deleted["deleted"], 2);
    assert_eq!((ids("/jobs"), ids("/failed_jobs")), (vec![json!("1")], vec![json!("4")]));
    for path in ["supervisor/jobs/retry", "supervisor/jobs/delete"] {
        refused(&helpdesk, &client, path, &json!({"job_ids": [999_999]})).fine();
        assert_eq!(refused(&helpdesk, &client, path, &json!({})).invalid(), ["job_ids"]);
    }
}

#[test]
fn the_reads_tell_what_is_there() {
    let helpdesk = helpdesk();
    let client = Client::new(&helpdesk, "read");
    let flags = client.post("supervisor/diagnostics", &json!({})).fine();
    assert!(flags["options"].as_object().unwrap().values().all(Value::is_boolean));
    let tasks = client.post("supervisor/super-tasks", &json!({})).fine();
    assert!(["tasks", "settings", "templates"].iter().all(|part| tasks.get(part).is_some()), "{tasks:#}");
    assert_eq!(Client::new(&helpdesk, "admin").post("supervisor/jobs", &json!({})).status, 403, "not a superuser");
}
