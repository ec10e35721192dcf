//! What tokens without rights get: the helpdesk's refusal in the relay's words, with the abilities that would be needed.

use serde_json::{Value, json};
use tickiti_relay_routes::{Class, Encoding, Route, Table};

use super::runner::Runner;

/// A payload that gets as far as the helpdesk: what stands in the path, and nothing else.
fn payload(route: &Route) -> Value {
    route.params.iter().map(|name| (name.clone(), json!("1"))).collect()
}

/// Calls every route of the table and answers how many were refused for want of an ability; each must be, or not, as
/// `refused` says.
fn sweep(token: &str, refused: impl Fn(&Route) -> bool) -> usize {
    let mut runner = Runner::with_token(token);
    let mut faults = Vec::new();
    let mut count = 0;
    for route in Table::builtin() {
        let file = (route.encoding == Encoding::Multipart).then_some(("picture.png", "file"));
        let answer = runner.call(route, &payload(route), file, &route.name);
        let said = answer.text();
        let is_refused = answer.is_error() && said.contains("HTTP 403, forbidden");
        if is_refused != refused(route) {
            faults.push(format!("{}: {said}", route.name));
            continue;
        }
        if is_refused {
            count += 1;
            let outcome = match route.class {
                Class::Read => "Nothing was changed: this request only reads.",
                _ => "Outcome: rejected. The helpdesk said no, nothing was changed.",
            };
            let mut wanted = vec![outcome, "Invalid ability provided.", "The token needs ", &route.name];
            wanted.extend(route.abilities.iter().map(String::as_str));
            faults.extend(
                wanted.iter().filter(|words| !said.contains(*words)).map(|words| format!("no {words:?} in: {said}")),
            );
            let effects = runner.helpdesk().effects();
            faults.extend(effects.iter().map(|effect| format!("{}: {} {}", route.name, effect.target, effect.did)));
        }
    }
    assert!(faults.is_empty(), "{} faults with the token `{token}`:\n{}", faults.len(), faults.join("\n"));
    count
}

#[test]
fn a_token_that_reads_is_refused_every_write_and_no_read() {
    let refused = sweep("read", |route| route.class != Class::Read);
    let writes = Table::builtin().iter().filter(|route| route.class != Class::Read).count();
    assert_eq!(refused, writes);
    println!("{refused} writes refused");
}

#[test]
fn a_token_without_abilities_is_refused_all_that_needs_one() {
    let refused = sweep("none", |route| !route.abilities.is_empty());
    // What anyone may ask: its own rights, a key, the FAQs.
    assert_eq!(refused, Table::builtin().len() - 3);
    println!("{refused} endpoints refused");
}
