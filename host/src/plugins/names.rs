//! Which names a third party may take, so that nobody takes one tool or plugin for another.

/// Names that speak for the relay, the helpdesk or a client. The built-in families are reserved besides.
const RESERVED: [&str; 16] = [
    "relay",
    "tickiti",
    "host",
    "plugin",
    "plugins",
    "builtin",
    "system",
    "mcp",
    "tool",
    "tools",
    "admin",
    "scratch",
    "ledger",
    "audit",
    "claude",
    "assistant",
];

/// Why a plugin may not be called so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadName {
    /// Its form.
    Form,
    /// It is taken, or too much like one that is.
    Like(String),
}

/// Judges the name of a third party's plugin. `families` are the built-in ones.
pub(super) fn judge_plugin(name: &str, families: &[&str]) -> Result<(), BadName> {
    if !is_name(name, 2, 15, false) {
        return Err(BadName::Form);
    }
    let mine = skeleton(name);
    let like = |known: &&&str| {
        let near = families.contains(*known) && strsim::osa_distance(name, known) <= 1;
        near || skeleton(known) == mine
    };
    match families.iter().chain(&RESERVED).find(like) {
        Some(known) => Err(BadName::Like((*known).to_owned())),
        None => Ok(()),
    }
}

/// Whether a name has `least` to `most` characters: a lower-case letter, then such letters, digits and perhaps `_`.
pub(super) fn is_name(name: &str, least: usize, most: usize, underscore: bool) -> bool {
    (least..=most).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || (underscore && c == '_'))
}

/// What an eye keeps of a name: two names with one skeleton look alike.
pub(super) fn skeleton(name: &str) -> String {
    let alike = |character| match character {
        '0' => 'o',
        '1' | 'i' | 'j' => 'l',
        '2' => 'z',
        '5' => 's',
        '6' | '8' => 'b',
        '9' | 'q' => 'g',
        other => other,
    };
    let folded: String = name.chars().filter(|character| *character != '_').map(alike).collect();
    let mut kept = String::with_capacity(folded.len());
    for character in folded.replace("rn", "m").replace("vv", "w").replace("cl", "d").chars() {
        if !kept.ends_with(character) {
            kept.push(character);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [&str; 3] = ["tickets", "reads", "generic"];

    #[test]
    fn thirty_impersonations_are_refused() {
        let impostors = [
            "tickets", "ticket", "ticketss", "t1ckets", "tlckets", "tickest", "tickets2", "tickeets", "tckets",
            "ticketz", "reads", "read", "readss", "reeads", "raeds", "reads1", "generic", "generlc", "gener1c",
            "genericc", "gneric", "relay", "re1ay", "relayy", "rellay", "tickiti", "tick1t1", "tlcklti", "mcp", "too1",
            "plugln", "p1ugin", "host", "h0st", "system", "5ystem", "audlt", "c1aude", "adrnin", "1edger",
        ];
        let through: Vec<_> = impostors.iter().filter(|name| judge_plugin(name, &FAMILIES).is_ok()).collect();
        assert!(impostors.len() >= 30 && through.is_empty(), "{through:?}");
    }

    #[test]
    fn honest_names_are_let_through() {
        for name in ["digest", "stale", "crm", "shop2", "invoices", "gdpr", "slack", "reader", "weekly", "jira"] {
            assert_eq!(judge_plugin(name, &FAMILIES), Ok(()), "{name}");
        }
        for name in ["", "a", "Digest", "my_plugin", "2do", "a-b", "aaaaaaaaaaaaaaaa", "dig\u{435}st"] {
            assert_eq!(judge_plugin(name, &FAMILIES), Err(BadName::Form), "{name}");
        }
    }

    #[test]
    fn a_skeleton_is_what_an_eye_keeps() {
        for (one, other) in [
            ("get_ticket", "get_t1cket"),
            ("get_ticket", "getticket"),
            ("list_queues", "llst_queues"),
            ("create_ticket", "create__ticket"),
            ("merge", "rnerge"),
        ] {
            assert_eq!(skeleton(one), skeleton(other));
        }
        assert_ne!(skeleton("get_ticket"), skeleton("get_tickets"));
        assert_ne!(skeleton("list_queues"), skeleton("list_queue"));
    }
}
