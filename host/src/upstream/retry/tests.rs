use std::sync::Arc;

use tickiti_relay_routes::Table;

use super::*;

const READ: &str = "workflow.queues.index";
const HARMLESS: &str = "tickets.link";
const KEYED: &str = "tickets.create";
const NEVER: &str = "workflow.queues.create";

fn route(name: &str) -> Arc<Route> {
    Arc::clone(Table::builtin().get(name).unwrap())
}

fn tried(came_back: CameBack) -> Tried {
    Tried {
        attempts: 1,
        came_back,
        status: None,
        timed_out: false,
        retry_after: None,
        same_failures: 1,
        left: limits::WRITING_CALL,
        tokens: limits::RETRY_TOKENS,
        draw: 0.5,
    }
}

fn again(name: &str, tried: &Tried) -> Option<Duration> {
    match next(&route(name), tried) {
        Next::End => None,
        Next::Again { after } => Some(after),
    }
}

/// The table of DESIGN.md: for each row, whether each column is sent again.
#[test]
fn the_table_holds_cell_by_cell() {
    let table: [(CameBack, Option<u16>, [bool; 4]); 20] = [
        (CameBack::Unsendable, None, [false, false, false, false]),
        (CameBack::Unsent, None, [true, true, true, true]),
        (CameBack::Lost, None, [true, true, true, false]),
        (CameBack::TooMany, Some(429), [true, true, true, false]),
        (CameBack::Unsettled, Some(408), [true, true, true, false]),
        (CameBack::Unsettled, Some(425), [true, true, true, false]),
        (CameBack::Unsettled, Some(409), [true, true, true, false]),
        (CameBack::Unsettled, Some(502), [true, true, true, false]),
        (CameBack::Unsettled, Some(503), [true, true, true, false]),
        (CameBack::Unsettled, Some(504), [true, true, true, false]),
        (CameBack::Unsettled, Some(500), [false, false, true, false]),
        (CameBack::Unsettled, Some(501), [false, false, true, false]),
        (CameBack::Unsettled, Some(599), [false, false, true, false]),
        (CameBack::KeyConflict, Some(409), [false, false, false, false]),
        (CameBack::Misanswered, Some(302), [false, false, false, false]),
        (CameBack::Misanswered, Some(200), [false, false, false, false]),
        (CameBack::Refused, Some(422), [false, false, false, false]),
        (CameBack::Refused, Some(403), [false, false, false, false]),
        (CameBack::Refused, Some(200), [false, false, false, false]),
        (CameBack::Success, Some(200), [false, false, false, false]),
    ];
    for (came_back, status, columns) in table {
        for (name, repeated) in [READ, HARMLESS, KEYED, NEVER].into_iter().zip(columns) {
            let found = again(name, &Tried { status, ..tried(came_back) }).is_some();
            assert_eq!(found, repeated, "{came_back:?} {status:?} {name}");
        }
    }
}

#[test]
fn attempts_obeyed_and_violated() {
    let lost = |attempts| Tried { attempts, ..tried(CameBack::Lost) };
    assert!(again(KEYED, &lost(limits::ATTEMPTS - 1)).is_some());
    assert!(again(KEYED, &lost(limits::ATTEMPTS)).is_none());
}

#[test]
fn retry_cap_obeyed_and_violated() {
    let wait = |attempts, draw| backoff(attempts, draw);
    assert_eq!(wait(1, 1.0), limits::RETRY_BASE);
    assert_eq!(wait(2, 1.0), limits::RETRY_BASE * 2);
    assert_eq!(wait(3, 0.5), limits::RETRY_BASE * 2);
    assert_eq!(wait(1, 0.0), Duration::ZERO);
    for attempts in 1..100 {
        assert!(wait(attempts, 1.0) <= limits::RETRY_CAP, "{attempts}");
    }
    assert_eq!(wait(60, 1.0), limits::RETRY_CAP);
}

#[test]
fn retry_after_obeyed_and_violated() {
    let asked = |wait| Tried { status: Some(429), retry_after: Some(wait), ..tried(CameBack::TooMany) };
    assert_eq!(again(KEYED, &asked(limits::RETRY_AFTER)), Some(limits::RETRY_AFTER));
    assert_eq!(again(KEYED, &asked(limits::RETRY_AFTER + Duration::from_millis(1))), None);
    assert_eq!(again(READ, &asked(Duration::from_secs(7))), Some(Duration::from_secs(7)));
}

#[test]
fn after_timeout_obeyed_and_violated() {
    let timed_out = Tried { timed_out: true, ..tried(CameBack::Lost) };
    assert_eq!(again(KEYED, &timed_out), Some(limits::AFTER_TIMEOUT));
    assert!(again(KEYED, &tried(CameBack::Lost)).unwrap() < limits::AFTER_TIMEOUT, "a broken connection is no timeout");
    assert!(again(READ, &timed_out).unwrap() < limits::AFTER_TIMEOUT, "a read disturbs nobody");
}

#[test]
fn least_attempt_obeyed_and_violated() {
    let fits = limits::AFTER_TIMEOUT + limits::LEAST_ATTEMPT;
    let left = |left| Tried { timed_out: true, left, ..tried(CameBack::Lost) };
    assert!(again(KEYED, &left(fits)).is_some());
    assert!(again(KEYED, &left(fits - Duration::from_millis(1))).is_none());
}

#[test]
fn a_stored_failure_is_not_asked_for_again() {
    let failed = |same_failures| Tried { status: Some(500), same_failures, attempts: 2, ..tried(CameBack::Unsettled) };
    assert!(again(KEYED, &failed(limits::SAME_FAILURES - 1)).is_some());
    assert!(again(KEYED, &failed(limits::SAME_FAILURES)).is_none());
}

#[test]
fn retry_tokens_and_share_obeyed_and_violated() {
    let budget = Budget::default();
    let mut retries = 0;
    let mut offered = 0;
    // Everything fails: each request asks for a retry until it gets none.
    for _ in 0..1_000 {
        offered += 1;
        budget.offer();
        for attempts in 1..limits::ATTEMPTS {
            let asked = Tried { attempts, tokens: budget.tokens(), ..tried(CameBack::Unsent) };
            if again(KEYED, &asked).is_none() || !budget.take() {
                break;
            }
            retries += 1;
        }
    }
    let most = limits::RETRY_TOKENS + limits::RETRY_SHARE * f64::from(offered);
    assert!(f64::from(retries) <= most, "{retries} retries of {offered} requests");
    assert!(f64::from(retries) >= most - 1.0, "what may be retried is: {retries}");
    assert!(again(KEYED, &Tried { tokens: 0.99, ..tried(CameBack::Unsent) }).is_none());
}
