//! `reports/resolutions`: how closed tickets ended.

use serde_json::{Value, json};

use crate::call::Call;
use crate::reply::{Refusal, Reply};
use crate::reports::period::Period;
use crate::reports::scope::Scope;
use crate::tickets::model::Status;
use crate::world::World;

/// Serves `reports.resolutions`.
pub(super) fn resolutions(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let period = Period::read(&mut input, world.now().date(), &world.switches);
    let scope = Scope::read(&mut input, world);
    input.finish()?;
    let mut closed = scope.tickets(world, call);
    closed.retain(|ticket| ticket.status == Status::Closed && period.holds(ticket.updated_at));
    let ended = |id: Option<u64>| closed.iter().filter(|ticket| ticket.resolved == id).count();
    let rows: Vec<Value> = world
        .rows("resolutions")
        .iter()
        .map(|(id, row)| {
            let tickets = ended(Some(id));
            let percent = (tickets * 100).checked_div(closed.len()).unwrap_or(0);
            json!({
                "id": row.get("id"), "name": row.get("name"), "colour": row.get("colour"), "tickets": tickets,
                "percent": percent,
            })
        })
        .collect();
    let mut report = period.head();
    report.insert("resolutions".into(), json!(rows));
    report.insert("without_resolution".into(), json!(ended(None)));
    report.insert("closed".into(), json!(closed.len()));
    Ok(Reply::raw(Value::Object(report)))
}
