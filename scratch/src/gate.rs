//! Who may call a route: 401, then abilities, role, system administrator, plan. The first that fails answers.

use tickiti_relay_routes::{Role, Route};

use crate::reply::Refusal;
use crate::switches::{FaqsToken, OtherAddress, Switches};
use crate::tokens::{CALLER_IP, Token};

/// Whether the route is served without any token.
#[must_use]
pub(crate) fn is_open(route: &Route, switches: &Switches) -> bool {
    match route.family.as_str() {
        "idempotency_key" => true,
        "faqs" => switches.faqs_token == FaqsToken::NotNeeded,
        _ => false,
    }
}

/// Lets a token through to a route, or says at which gate it stopped.
///
/// # Errors
/// With the first gate that does not open.
pub(crate) fn pass(route: &Route, token: Option<&Token>, switches: &Switches) -> Result<(), Refusal> {
    if is_open(route, switches) {
        return Ok(());
    }
    let token = token.ok_or(Refusal::Unauthenticated)?;
    if token.allowed_ip.as_ref().is_some_and(|allowed| allowed != CALLER_IP) {
        return Err(match switches.other_address {
            OtherAddress::Unauthenticated => Refusal::Unauthenticated,
            OtherAddress::Forbidden => Refusal::Gate("This token may not be used from this address.".into()),
        });
    }
    if !token.holds_any(&route.abilities) {
        return Err(Refusal::Ability);
    }
    if let Some(needed) = route.role
        && token.role.is_none_or(|held| held < needed)
    {
        return Err(Refusal::Gate(format!("This action needs the role {}.", role_name(needed))));
    }
    if route.sysadmin && !token.sysadmin {
        return Err(Refusal::Gate("This action needs a system administrator.".into()));
    }
    if let Some(plan) = route.plans.iter().find(|plan| !token.plans.contains(plan)) {
        return Err(Refusal::Gate(format!("Your plan does not include {plan}.")));
    }
    Ok(())
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Staff => "staff",
        Role::Admin => "admin",
        Role::Superuser => "superuser",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::seeded;
    use tickiti_relay_routes::Table;

    fn ask(token: &str, route: &str) -> Result<(), Refusal> {
        let tokens = seeded();
        let token = tokens.iter().find(|known| known.name == token);
        pass(Table::builtin().get(route).unwrap(), token, &Switches::default())
    }

    fn gate(words: &str) -> Result<(), Refusal> {
        Err(Refusal::Gate(words.into()))
    }

    #[test]
    fn each_gate_stops_whom_it_should_and_no_other() {
        let role = |name: &str| gate(&format!("This action needs the role {name}."));
        let cases = [
            ("nobody", "tickets.show", Err(Refusal::Unauthenticated)),
            ("nobody", "token.show", Err(Refusal::Unauthenticated)),
            ("nobody", "faqs", Ok(())),
            ("none", "token.show", Ok(())),
            ("none", "tickets.show", Err(Refusal::Ability)),
            ("read", "tickets.create", Err(Refusal::Ability)),
            ("read", "mail.mailboxes.index", Ok(())),
            ("customer", "tickets.show", Ok(())),
            ("staff", "settings.hashtags.index", Ok(())),
            ("staff", "mail.mailboxes.index", role("admin")),
            ("admin", "mail.mailboxes.index", Ok(())),
            ("admin", "supervisor.jobs.index", role("superuser")),
            ("admin", "administration.ai.index", gate("This action needs a system administrator.")),
            ("no_plan", "reports.meta", gate("Your plan does not include has_reports.")),
            ("no_plan", "mail.mailboxes.index", Ok(())),
            ("staff", "reports.meta", role("admin")),
            ("tickets", "reports.meta", Err(Refusal::Ability)),
        ];
        for (token, route, expected) in cases {
            assert_eq!(ask(token, route), expected, "{token} on {route}");
        }
    }

    #[test]
    fn the_full_token_passes_everywhere() {
        for route in Table::builtin() {
            assert_eq!(ask("full", &route.name), Ok(()), "{}", route.name);
        }
    }
}
