//! What to do next, by what came back.

use std::borrow::Cow;

use tickiti_relay_routes::{Repeat, Role, Route};

use super::super::broken::Broken;
use super::super::judge::CameBack;
use super::{Failure, Problem, in_words};
use crate::limits;
use crate::outcome::Outcome;

/// A status in a few words.
pub(super) fn meaning(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "the helpdesk does not understand the request",
        401 => "the token is not accepted",
        403 => "forbidden",
        404 => "not found",
        405 => "the helpdesk does not take this method here",
        408 => "the helpdesk waited too long for the request",
        409 => "conflict",
        413 => "too large",
        422 => "validation failed",
        425 => "too early",
        429 => "too many requests",
        500 => "an error inside the helpdesk",
        502..=504 => "the helpdesk is out of order or overloaded",
        _ => return None,
    })
}

/// The sentence after "Next:".
pub(super) fn next(failure: &Failure) -> String {
    let cause = match &failure.problem {
        Problem::Broken(broken) => of_broken(broken),
        Problem::Answered(_) if failure.came_back == CameBack::KeyConflict => {
            "This is a fault of the relay, please report it: one idempotency key was used for two different requests."
                .into()
        }
        Problem::Answered(answer) => of_status(answer.status, answer.retry_after, &failure.route),
    };
    match failure.outcome {
        Some(Outcome::Unknown) => [&look_first(failure), &*cause].join(" ").trim_end().to_owned(),
        Some(Outcome::Done) => {
            "Nothing is left to do for it; do not call again. The helpdesk did not repeat its first answer.".to_owned()
        }
        _ => again(failure, cause),
    }
}

/// What comes first when nobody knows whether a write happened.
fn look_first(failure: &Failure) -> String {
    let look =
        failure.look.as_ref().map_or_else(|| "find out on the helpdesk".to_owned(), |look| format!("see {look}"));
    let settle = |name: &str| {
        format!(
            "Then say so: settle_write {{\"id\":\"{name}\",\"happened\":true}}, or false. Before that an equal call is not sent; after it, it is a new write."
        )
    };
    match (failure.route.repeat, &failure.write) {
        (Repeat::Harmless, _) => "Call again if need be; doing this twice is the same as doing it once.".to_owned(),
        (Repeat::Keyed, Some(name)) if failure.stuck => {
            format!("The helpdesk will go on giving this answer. To know whether it happened, {look}. {}", settle(name))
        }
        (Repeat::Keyed, Some(name)) if failure.came_back == CameBack::KeyConflict => {
            format!("To know whether it happened, {look}. {}", settle(name))
        }
        (Repeat::Keyed, Some(_)) => format!(
            "Call again with exactly the same arguments, within {} minutes: the relay then sends the same request under the \
             same key, so it happens once. Do not reword it. To know whether it happened, {look}.",
            limits::REPEATED_WITHOUT_ASKING.as_secs() / 60
        ),
        (Repeat::Never, Some(name)) => {
            format!("The relay does not send it a second time. To know whether it happened, {look}. {}", settle(name))
        }
        (_, None) => format!("Before you call again, or it may happen twice, {look}."),
    }
}

/// Adds the word that calling again is safe, where the cause may pass by itself.
fn again(failure: &Failure, cause: Cow<'static, str>) -> String {
    match failure.came_back {
        CameBack::Lost | CameBack::Unsettled => format!("Call again. {cause}").trim_end().to_owned(),
        _ => cause.into_owned(),
    }
}

fn of_broken(broken: &Broken) -> Cow<'static, str> {
    match broken {
        Broken::Unsendable { .. } => "Give other values for what stands in the path of this route.",
        Broken::NotConnected { .. } => {
            "Check that the helpdesk is up and that TICKITI_API_BASE names it, then call again."
        }
        Broken::TimedOut { .. } => {
            "If the helpdesk is only slow, ask for less at a time, or have TICKITI_API_TIMEOUT_MS set higher."
        }
        Broken::Interrupted { .. } => "If it goes on, something between the relay and the helpdesk cuts connections.",
        Broken::TooLarge { .. } => "Ask for less at a time: narrower filters, a smaller limit, fewer fields.",
        Broken::Redirect { .. } => {
            "Check TICKITI_API_BASE: it must be the address under which the helpdesk itself answers, with the right scheme."
        }
        Broken::NotJson { .. } | Broken::WebPage { .. } => {
            "Check TICKITI_API_BASE: something other than the helpdesk's API may have answered, such as a proxy or a login page."
        }
        Broken::NotBase64 { .. } => "The helpdesk's answer is damaged; fetch it another way.",
    }
    .into()
}

fn of_status(status: u16, retry_after: Option<std::time::Duration>, route: &Route) -> Cow<'static, str> {
    match (status, retry_after) {
        (200..=299, _) => "Change what it complains about, then call again.".into(),
        (401, _) => {
            "The person running the relay must check TICKITI_API_TOKEN: it is wrong, expired or revoked, or bound to another \
             address. Calling again does not help."
                .into()
        }
        (403, _) => format!("{} Calling again does not help.", demands(route)).into(),
        (404, _) => {
            "Check the numbers and ids given; what the token's owner may not see is not found either. If no ids are wrong, \
             this helpdesk may be older than the route."
                .into()
        }
        (405, _) => "This helpdesk does not offer the route in this form; it may be of another version.".into(),
        (409, _) => "Read the current state first; the change does not fit it, or the same change is still running.".into(),
        (413, _) => "Send or ask for less at a time.".into(),
        (422, _) => "Correct what it names above, then call again.".into(),
        (429, Some(wait)) => format!("Wait {}, then call again.", in_words(wait)).into(),
        (429, None) => "Wait a minute, then call again more slowly.".into(),
        (408 | 425 | 500.., Some(wait)) => format!("The helpdesk asks to wait {}.", in_words(wait)).into(),
        (408 | 425 | 500.., None) => "If it goes on, the helpdesk's own log says why.".into(),
        _ => "Change the call as it says, then try again.".into(),
    }
}

/// What a route asks of the token and its owner.
fn demands(route: &Route) -> String {
    let mut asked = Vec::new();
    match route.abilities.as_slice() {
        [] => {}
        [one] => asked.push(format!("the ability {one}")),
        [several @ .., last] => asked.push(format!("one of the abilities {} or {last}", several.join(", "))),
    }
    if let Some(role) = route.role {
        let role = match role {
            Role::Staff => "staff",
            Role::Admin => "admin",
            Role::Superuser => "superuser",
        };
        asked.push(format!("an owner of role {role} or above"));
    }
    if route.sysadmin {
        asked.push("an owner who is a system administrator".to_owned());
    }
    match route.plans.as_slice() {
        [] => {}
        [one] => asked.push(format!("a plan with {one}")),
        several => asked.push(format!("a plan with {}", several.join(" and "))),
    }
    match asked.pop() {
        None => {
            "This route asks for no ability and no role, so the token's owner may not see what it is about.".to_owned()
        }
        Some(last) => {
            let list = if asked.is_empty() { last } else { format!("{} and {last}", asked.join(", ")) };
            format!(
                "The token needs {list}. If it has that, its owner may not see what this is about, or the helpdesk blocks it."
            )
        }
    }
}
