//! API tokens: the very ones that the gates ask for. A token can hand on only what it holds; a secret is shown once.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::flag;
use crate::input::{Input, scalar_text};
use crate::passthrough::{done, of};
use crate::reply::{Refusal, Reply};
use crate::switches::WidenedToken;
use crate::tokens::{NewToken, Token, known_abilities};
use crate::world::World;

const SYSTEM: &str = "system@kestrel.example";

/// Serves `administration.api_tokens.index`.
pub(super) fn index(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let rows: Value = world.tokens.iter().map(|token| shown(world, token)).collect();
    Ok(Reply::raw(json!({"api_tokens": rows, "grantable_abilities": grantable(call)})))
}

/// Serves `administration.api_tokens.create`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let mut input = call.input();
    let name = input.text("name", 255);
    let name = input.need("name", name).unwrap_or_default().to_owned();
    let owner = owner(&mut input, world);
    let abilities = abilities(&mut input, call);
    let abilities = input.need("abilities", abilities).unwrap_or_default();
    let allowed_ip = address(&mut input);
    input.finish()?;
    refuse_widening(world, call, &abilities)?;
    let plans = call.token.as_ref().map(|token| token.plans.clone()).unwrap_or_default();
    let owner_email = owner.unwrap_or_default();
    let (id, secret) = world.mint(NewToken { name, abilities, owner_email, allowed_ip, plans });
    world.did(format!("api_token:{id}"), "created");
    let row = world.tokens.iter().find(|token| token.id == id).map(|token| shown(world, token));
    Ok(Reply::raw(json!({"api_token": row, "token": secret})))
}

/// Serves `administration.api_tokens.update`. A null `allowed_ip` lets every address in again.
pub(super) fn update(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = named(world, call)?;
    let mut input = call.input();
    let name = input.text("name", 255).map(str::to_owned);
    let abilities = abilities(&mut input, call);
    let allowed_ip = address(&mut input);
    input.finish()?;
    refuse_widening(world, call, abilities.as_deref().unwrap_or_default())?;
    let clears_address = call.body.contains_key("allowed_ip");
    if let Some(token) = world.tokens.iter_mut().find(|token| token.id == id) {
        token.name = name.unwrap_or_else(|| token.name.clone());
        token.abilities = abilities.unwrap_or_else(|| token.abilities.clone());
        if clears_address {
            token.allowed_ip = allowed_ip;
        }
    }
    world.did(format!("api_token:{id}"), "updated");
    let row = world.tokens.iter().find(|token| token.id == id).map(|token| shown(world, token));
    Ok(of("api_token", json!(row)))
}

/// Serves `administration.api_tokens.revoke`. It is refused from the next request on, also when it is the caller's own.
pub(super) fn revoke(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = named(world, call)?;
    world.revoke(id);
    world.did(format!("api_token:{id}"), "revoked");
    Ok(done())
}

/// Id of the token that the body names.
fn named(world: &World, call: &Call) -> Result<u64, Refusal> {
    let mut input = call.input();
    let id = input.id("id");
    let id = input.need("id", id).unwrap_or_default();
    input.finish()?;
    let there = world.tokens.iter().any(|token| token.id == id);
    there.then_some(id).ok_or(Refusal::NotFound { what: "token", field: "id" })
}

/// A token without its secret.
fn shown(world: &World, token: &Token) -> Value {
    let owner = if token.owner_email == SYSTEM {
        json!("system")
    } else {
        json!(world.user(&token.owner_email).map(|(id, _)| id.to_string()))
    };
    json!({
        "id": token.id.to_string(), "name": token.name, "owner": owner, "owner_email": token.owner_email,
        "abilities": token.abilities, "allowed_ip": token.allowed_ip, "last_used_at": token.last_used_at,
        "created_at": token.created_at,
    })
}

/// What the calling token can hand on.
fn grantable(call: &Call) -> Vec<String> {
    let held =
        |ability: &String| call.token.as_ref().is_some_and(|token| token.holds_any(std::slice::from_ref(ability)));
    known_abilities().into_iter().filter(held).collect()
}

/// Address of the owner: the system user, or somebody on the staff by id.
fn owner(input: &mut Input<'_>, world: &World) -> Option<String> {
    let given = input.value("owner").and_then(scalar_text);
    let given = input.need("owner", given)?;
    if given == "system" {
        return Some(SYSTEM.to_owned());
    }
    let user = given.parse().ok().and_then(|id| world.rows("users").get(id)).filter(|user| flag(user, "is_staff"));
    if user.is_none() {
        input.refuse("owner", "The owner is `system` or the id of somebody on the staff.");
    }
    user.and_then(|user| user.get("email")).and_then(scalar_text)
}

/// Abilities that exist, at least one.
fn abilities(input: &mut Input<'_>, call: &Call) -> Option<Vec<String>> {
    // What the caller holds counts too: a token may hold what this helpdesk has no route for.
    let held = call.token.as_ref().map(|token| token.abilities.clone()).unwrap_or_default();
    let known: Vec<String> = known_abilities().into_iter().chain(held).collect();
    let is_known = |value: &Value| value.as_str().map(str::to_owned).filter(|ability| known.contains(ability));
    let mut abilities = input.list_of("abilities", 100, "an ability that exists", is_known)?;
    if abilities.is_empty() && !input.is_wrong() {
        input.refuse("abilities", "The abilities field must have at least 1 items.");
    }
    abilities.dedup();
    Some(abilities)
}

fn refuse_widening(world: &World, call: &Call, abilities: &[String]) -> Result<(), Refusal> {
    let held = grantable(call);
    let Some(lacking) = abilities.iter().find(|ability| !held.contains(ability)) else { return Ok(()) };
    let words = format!("This token does not hold {lacking} and cannot grant it.");
    Err(match world.switches.widened_token {
        WidenedToken::Unprocessable => Refusal::field("abilities", words),
        WidenedToken::Forbidden => Refusal::Gate(words),
    })
}

fn address(input: &mut Input<'_>) -> Option<String> {
    let given = input.text("allowed_ip", 45)?;
    if given.parse::<std::net::IpAddr>().is_err() {
        input.refuse("allowed_ip", "The allowed ip field must be a valid IP address.");
    }
    Some(given.to_owned())
}
