//! `reports/agent-activity`: what each member of staff wrote, and what waits for them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::call::Call;
use crate::clock::iso;
use crate::collection::{Row, flag, same, text};
use crate::reply::{Refusal, Reply};
use crate::reports::period::Period;
use crate::reports::scope::{Scope, first_answer, written};
use crate::reports::times::average;
use crate::tickets::model::{Status, Ticket};
use crate::world::World;

/// Serves `reports.agent_activity`. What is assigned is counted now, everything else within the span.
pub(super) fn agent_activity(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let period = Period::read(&mut input, world.now().date(), &world.switches);
    let scope = Scope::read(&mut input, world);
    input.finish()?;
    let tickets = scope.tickets(world, call);
    let staff = world.rows("users").rows().filter(|user| flag(user, "is_staff"));
    let rows: Vec<Value> = staff.map(|user| activity(world, user, &tickets, &period)).collect();
    let mut report = period.head();
    report.insert("agents".into(), json!(rows));
    Ok(Reply::raw(Value::Object(report)))
}

fn activity(world: &World, user: &Row, tickets: &[&Ticket], period: &Period) -> Value {
    let email = text(user, "email");
    let (mut answers, mut notes) = (0_u64, 0_u64);
    let mut touched = BTreeSet::new();
    let mut first_minutes = Vec::new();
    let mut last: Option<OffsetDateTime> = None;
    for ticket in tickets {
        let own = written(world, ticket).into_iter().filter(|response| same(&response.created_by, email));
        for response in own.filter(|response| period.holds(response.created_at)) {
            *if response.is_internal { &mut notes } else { &mut answers } += 1;
            touched.insert(ticket.id);
            last = last.max(Some(response.created_at));
        }
        let first = first_answer(world, ticket).filter(|response| same(&response.created_by, email));
        if let Some(first) = first.filter(|response| period.holds(response.created_at)) {
            first_minutes.push((first.created_at - ticket.created_at).whole_minutes());
        }
    }
    let assigned = |ticket: &&&Ticket| ticket.assigned.as_deref().is_some_and(|assigned| same(assigned, email));
    let waiting = tickets.iter().filter(assigned).filter(|ticket| ticket.status == Status::Open).count();
    json!({
        "id": user.get("id"), "name": text(user, "name"), "email": email, "public_responses": answers,
        "internal_notes": notes, "tickets": touched.len(), "first_answers": first_minutes.len(),
        "average_first_answer_minutes": average(&first_minutes), "assigned_open": waiting,
        "last_active_at": last.map(iso),
    })
}
