//! `reports/response-times`: how long customers waited for the first answer, by the day on which they asked.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::reply::{Refusal, Reply};
use crate::reports::period::Period;
use crate::reports::scope::{Scope, first_answer};
use crate::world::World;

/// Tickets of one piece: minutes until the first answer, `None` while there is none.
type Waits = Vec<Option<i64>>;

/// Serves `reports.response_times`. Minutes are those of the clock, not of the business hours.
pub(super) fn response_times(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let period = Period::read_grouped(&mut input, world.now().date(), &world.switches);
    let scope = Scope::read(&mut input, world);
    input.finish()?;
    let mut pieces = period.pieces::<Waits>();
    for ticket in scope.tickets(world, call) {
        if let Some(waits) = period.piece(&mut pieces, ticket.created_at) {
            let answer = first_answer(world, ticket);
            waits.push(answer.map(|answer| (answer.created_at - ticket.created_at).whole_minutes()));
        }
    }
    let all: Waits = pieces.values().flatten().copied().collect();
    let mut report = period.head();
    report.insert("group_by".into(), json!(period.group.word()));
    report.insert("response_times".into(), json!(period.rows(&pieces, figures)));
    report.insert("totals".into(), Value::Object(figures(&all)));
    Ok(Reply::raw(Value::Object(report)))
}

fn figures(waits: &Waits) -> Map<String, Value> {
    let mut minutes: Vec<i64> = waits.iter().flatten().copied().collect();
    minutes.sort_unstable();
    let mut figures = crate::collection::row(json!({"tickets": waits.len(), "answered": minutes.len()}));
    figures.insert("average_minutes".into(), json!(average(&minutes)));
    figures.insert("median_minutes".into(), json!(minutes.get(minutes.len() / 2)));
    figures.insert("longest_minutes".into(), json!(minutes.last()));
    figures
}

/// Rounded down; `None` of nothing.
pub(super) fn average(minutes: &[i64]) -> Option<i64> {
    minutes.iter().sum::<i64>().checked_div(i64::try_from(minutes.len()).ok()?)
}
