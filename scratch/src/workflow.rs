//! The family `workflow`: queues, resolution categories, interventions, escalations, business hours.

mod queues;

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::text;
use crate::families::Known::{Documented, Guess, Recorded};
use crate::families::{Entry, Family};
use crate::passthrough::{add, of, set};
use crate::reply::{Refusal, Reply, Style};
use crate::resource::{Field, Kind, Resource};
use crate::standard::{blocked, created, deleted, seed_settings, settings_updated, updated};
use crate::tokens::{CREATE_TICKET, NewToken};
use crate::world::World;

/// `workflow`.
pub(crate) const FAMILY: Family = Family {
    name: "workflow",
    style: Style::PassThrough,
    seed,
    entries: &[
        Entry::new("workflow.business_hours.update", Guess, business_hours),
        Entry::new("workflow.escalations.create", Guess, |world, call| created(&ESCALATION, world, &call.body)),
        Entry::new("workflow.escalations.delete", Guess, |world, call| deleted(&ESCALATION, world, call)),
        Entry::new("workflow.escalations.index", Recorded, |world, _| listed(world, &ESCALATION)),
        Entry::new("workflow.escalations.update", Guess, |world, call| updated(&ESCALATION, world, call)),
        Entry::new("workflow.interventions.create", Guess, |world, call| created(&INTERVENTION, world, &call.body)),
        Entry::new("workflow.interventions.delete", Guess, |world, call| deleted(&INTERVENTION, world, call)),
        Entry::new("workflow.interventions.generate_token", Guess, generate_token),
        Entry::new("workflow.interventions.index", Recorded, |world, _| listed(world, &INTERVENTION)),
        Entry::new("workflow.interventions.update", Guess, |world, call| updated(&INTERVENTION, world, call)),
        Entry::new("workflow.queues.create", Guess, queues::create),
        Entry::new("workflow.queues.delete", Documented, queues::delete),
        Entry::new("workflow.queues.index", Recorded, queues::index),
        Entry::new("workflow.queues.move", Guess, queues::move_tickets),
        Entry::new("workflow.queues.update", Guess, queues::update),
        Entry::new("workflow.resolutions.create", Guess, |world, call| created(&RESOLUTION, world, &call.body)),
        Entry::new("workflow.resolutions.delete", Documented, resolution_delete),
        Entry::new("workflow.resolutions.index", Recorded, |world, _| Ok(Reply::raw(RESOLUTION.list(world)))),
        Entry::new("workflow.resolutions.reorder", Guess, reorder),
        Entry::new("workflow.resolutions.update", Guess, |world, call| updated(&RESOLUTION, world, call)),
    ],
};

const ESCALATION: Resource = Resource {
    collection: "escalations",
    what: "escalation",
    id_field: "id",
    fields: &[
        Field::required("minutes", Kind::Number(1, 525_600)),
        Field::required("action", Kind::OneOf(&["notify", "email"])),
        Field::required("email", Kind::Email),
    ],
    unique: None,
};

pub(super) const INTERVENTION: Resource = Resource {
    collection: "interventions",
    what: "intervention",
    id_field: "intervention_id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::required("title", Kind::Text(255)),
        Field::required("queue_name", Kind::Name("queues")),
        Field::optional("notify_inbox_managers", Kind::Flag, "false"),
        Field::optional("create_urgent", Kind::Flag, "false"),
        Field::optional("remote_enabled", Kind::Flag, "false"),
        Field::optional("remote_timeout_seconds", Kind::Number(1, 3600), "30"),
    ],
    unique: Some("name"),
};

const RESOLUTION: Resource = Resource {
    collection: "resolutions",
    what: "resolution",
    id_field: "id",
    fields: &[
        Field::required("name", Kind::Text(255)),
        Field::optional("colour", Kind::Colour, "\"#757575\""),
        Field::optional("selectable", Kind::Flag, "true"),
        Field::optional("is_enabled", Kind::Flag, "true"),
    ],
    unique: Some("name"),
};

const MINUTES: Kind = Kind::Number(0, 24 * 60);

const HOURS: Resource = Resource {
    collection: "business_hours",
    what: "business_hours",
    id_field: "id",
    fields: &[
        Field::required("mode", Kind::Text(32)),
        Field::optional("mon_enabled", Kind::Flag, "true"),
        Field::optional("tue_enabled", Kind::Flag, "true"),
        Field::optional("wed_enabled", Kind::Flag, "true"),
        Field::optional("thu_enabled", Kind::Flag, "true"),
        Field::optional("fri_enabled", Kind::Flag, "true"),
        Field::optional("sat_enabled", Kind::Flag, "false"),
        Field::optional("sun_enabled", Kind::Flag, "false"),
        Field::optional("simple_start", MINUTES, "540"),
        Field::optional("simple_end", MINUTES, "1020"),
    ],
    unique: None,
};

fn seed(world: &mut World) {
    let escalations =
        [(240, "notify", "marta.kowalska@kestrel.example"), (1440, "email", "jonas.lind@kestrel.example")];
    for (minutes, action, email) in escalations {
        add(world, ESCALATION.collection, [json!({"minutes": minutes, "action": action, "email": email})]);
    }
    seed_settings(
        world,
        "business_hours",
        json!({
            "mode": "simple", "mon_enabled": true, "tue_enabled": true, "wed_enabled": true, "thu_enabled": true,
            "fri_enabled": true, "sat_enabled": false, "sun_enabled": false, "simple_start": 540, "simple_end": 1080,
        }),
    );
}

/// `{"<plural>":[…]}`.
fn listed(world: &World, resource: &Resource) -> Result<Reply, Refusal> {
    Ok(of(resource.collection, resource.list(world)))
}

fn business_hours(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let mode = input.text("mode", 32);
    input.need("mode", mode);
    if let (Some(start), Some(end)) = (input.number("simple_start", 0, 1440), input.number("simple_end", 0, 1440))
        && end <= start
    {
        input.refuse("simple_end", "The simple end field must be after the simple start.");
    }
    input.finish()?;
    settings_updated(&HOURS, world, &call.body)
}

/// Gives a remote system a token of its own: it may raise and end interventions, and no more.
fn generate_token(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let name = input.text("remote_name", 255);
    let name = input.need("remote_name", name).unwrap_or_default().to_owned();
    input.finish()?;
    let (id, row) = INTERVENTION.named(world, call)?;
    let mut remotes: Vec<Value> = row.get("remotes").and_then(Value::as_array).cloned().unwrap_or_default();
    let plans = call.token.as_ref().map(|token| token.plans.clone()).unwrap_or_default();
    let (token_id, secret) = world.mint(NewToken {
        name: name.clone(),
        abilities: vec![CREATE_TICKET.to_owned()],
        owner_email: "system@kestrel.example".to_owned(),
        allowed_ip: None,
        plans,
    });
    remotes.push(json!({"remote_name": name, "token_id": token_id.to_string()}));
    set(world, INTERVENTION.collection, id, json!({"remotes": remotes}));
    world.did(format!("intervention:{id}"), format!("token {token_id} made"));
    Ok(Reply::raw(json!({"remote_name": name, "token": secret})))
}

fn resolution_delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, row) = RESOLUTION.named(world, call)?;
    if world.tickets.iter().any(|ticket| ticket.resolved == Some(id)) {
        return Err(blocked(world, "id", format!("{} is in use.", text(row, "name"))));
    }
    deleted(&RESOLUTION, world, call)
}

fn reorder(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let ids = input.integers("ids", 1000);
    let ids = input.need("ids", ids).unwrap_or_default();
    input.finish()?;
    if !world.rows_mut(RESOLUTION.collection).reorder(&ids) {
        return Err(Refusal::field("ids", "The selected ids are invalid."));
    }
    world.did("resolutions", "reordered");
    Ok(Reply::raw(RESOLUTION.list(world)))
}
