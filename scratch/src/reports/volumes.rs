//! `reports/volumes`: how much came in, went out and was closed.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::reply::{Refusal, Reply};
use crate::reports::period::Period;
use crate::reports::scope::{Scope, written};
use crate::tickets::model::{Response, Status};
use crate::world::World;

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    created: u64,
    closed: u64,
    customer_responses: u64,
    staff_responses: u64,
    internal_notes: u64,
}

impl Counts {
    fn count(&mut self, response: &Response) {
        match (response.is_internal, response.by_staff) {
            (true, _) => self.internal_notes += 1,
            (false, true) => self.staff_responses += 1,
            (false, false) => self.customer_responses += 1,
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            created: self.created + other.created,
            closed: self.closed + other.closed,
            customer_responses: self.customer_responses + other.customer_responses,
            staff_responses: self.staff_responses + other.staff_responses,
            internal_notes: self.internal_notes + other.internal_notes,
        }
    }

    fn figures(&self) -> Map<String, Value> {
        crate::collection::row(json!({
            "created": self.created, "closed": self.closed, "customer_responses": self.customer_responses,
            "staff_responses": self.staff_responses, "internal_notes": self.internal_notes,
        }))
    }
}

/// Serves `reports.volumes`.
pub(super) fn volumes(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let period = Period::read_grouped(&mut input, world.now().date(), &world.switches);
    let scope = Scope::read(&mut input, world);
    input.finish()?;
    let mut pieces = period.pieces::<Counts>();
    for ticket in scope.tickets(world, call) {
        if let Some(counts) = period.piece(&mut pieces, ticket.created_at) {
            counts.created += 1;
        }
        if ticket.status == Status::Closed
            && let Some(counts) = period.piece(&mut pieces, ticket.updated_at)
        {
            counts.closed += 1;
        }
        for response in written(world, ticket) {
            if let Some(counts) = period.piece(&mut pieces, response.created_at) {
                counts.count(response);
            }
        }
    }
    let totals = pieces.values().fold(Counts::default(), Counts::and);
    let mut report = period.head();
    report.insert("group_by".into(), json!(period.group.word()));
    report.insert("volumes".into(), json!(period.rows(&pieces, Counts::figures)));
    report.insert("totals".into(), Value::Object(totals.figures()));
    Ok(Reply::raw(Value::Object(report)))
}
