//! Four families of one route each: token, idempotency_key, faqs, interventions.

use serde_json::{Value, json};
use tickiti_relay_routes::Table;

use crate::call::Call;
use crate::collection::{flag, text};
use crate::families::{Entry, Family, Known, no_seed};
use crate::gate;
use crate::reply::{Refusal, Reply, Style};
use crate::tickets::create::filled;
use crate::tickets::write::NewResponse;
use crate::tokens::{FAMILIES, PLANS};
use crate::world::World;

/// `token`.
pub(crate) const TOKEN: Family = Family {
    name: "token",
    style: Style::Native,
    seed: no_seed,
    entries: &[Entry::new("token.show", Known::Guess, token)],
};

/// `idempotency_key`.
pub(crate) const IDEMPOTENCY_KEY: Family = Family {
    name: "idempotency_key",
    style: Style::Native,
    seed: no_seed,
    entries: &[Entry::new("idempotency_key.create", Known::Guess, idempotency_key)],
};

/// `faqs`.
pub(crate) const FAQS: Family =
    Family { name: "faqs", style: Style::Native, seed: no_seed, entries: &[Entry::new("faqs", Known::Guess, faqs)] };

/// `interventions`.
pub(crate) const INTERVENTIONS: Family = Family {
    name: "interventions",
    style: Style::Native,
    seed: no_seed,
    entries: &[Entry::new("interventions.accept", Known::Guess, accept)],
};

fn token(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let token = call.token.as_ref().ok_or(Refusal::Unauthenticated)?;
    let holds = |ability: &str| token.holds_any(&[ability.to_owned()]);
    let features: serde_json::Map<_, _> =
        PLANS.iter().map(|&plan| (plan.to_owned(), json!(token.plans.iter().any(|held| held == plan)))).collect();
    let families: serde_json::Map<_, _> = FAMILIES
        .iter()
        .map(|family| {
            let open = Table::builtin().family(if *family == "skills" { "axial" } else { family });
            let usable = open.filter(|route| gate::pass(route, Some(token), &world.switches).is_ok()).count();
            let (write, read) = (holds(&format!("{family}:write")), holds(&format!("{family}:read")));
            ((*family).to_owned(), json!({"read": read || write, "write": write, "usable_endpoints": usable}))
        })
        .collect();
    Ok(Reply::data(json!({
        "abilities": token.abilities,
        "owner": {
            "email": token.owner_email,
            "name": world.name_of(&token.owner_email),
            "is_staff": token.role.is_some(),
            "role": token.role.map(tickiti_relay_routes::Role::word),
            "is_sysadmin": token.sysadmin,
        },
        "plan": features,
        "families": families,
    })))
}

fn idempotency_key(world: &mut World, _: &Call) -> Result<Reply, Refusal> {
    world.keys_minted += 1;
    // Shaped as a UUID, but counted up: two runs are equal.
    let key = format!("5c7a7c4e-0000-4000-8000-{:012x}", world.keys_minted);
    Ok(Reply::data(json!({"idempotency_key": key})))
}

fn faqs(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let search = input.text("search", 255).map(str::to_lowercase);
    input.finish()?;
    let shown = world.rows("templates").rows().filter(|row| text(row, "type") == "faq" && flag(row, "is_enabled"));
    let shown = shown.filter(|row| {
        let all = format!("{} {}", text(row, "subject"), text(row, "content")).to_lowercase();
        search.as_ref().is_none_or(|search| all.contains(search))
    });
    let rows: Vec<Value> = shown
        .map(|row| {
            json!({
                "id": row.get("id"), "title": text(row, "subject"), "category": text(row, "category"),
                "content": text(row, "content"),
            })
        })
        .collect();
    Ok(Reply::data(json!({"faqs": rows})))
}

/// Ends an intervention: its `.final` template becomes the last public response of the ticket that it raised.
fn accept(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let name = input.text("intervention", 255);
    let name = input.need("intervention", name).unwrap_or_default();
    let uid = input.text("uid", 255);
    let uid = input.need("uid", uid).unwrap_or_default();
    let data = input.object("data").cloned().unwrap_or_default();
    input.finish()?;
    let remote = Some((name.to_owned(), uid.to_owned()));
    let raised = world.tickets.iter().find(|ticket| ticket.remote == remote && ticket.deleted_at.is_none());
    let raised = raised.ok_or(Refusal::NotFound { what: "intervention", field: "uid" })?;
    let last =
        world.rows("templates").find("identifier", &format!("{name}.final")).map(|(_, row)| text(row, "content"));
    let last = last.ok_or_else(|| Refusal::field("intervention", format!("The template {name}.final is missing.")))?;
    let (ticket_id, number, html) = (raised.id, raised.number, filled(last, &data));
    let response = world.add_response(NewResponse {
        ticket_id,
        html: Some(html),
        author: call.owner().to_owned(),
        ..NewResponse::default()
    });
    world.did(format!("ticket:{number}"), format!("accepted, response {response}"));
    Ok(Reply::data(json!({"ticket_number": number, "ticket_id": ticket_id, "response_id": response})))
}
