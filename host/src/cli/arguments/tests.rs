use super::*;
use crate::admit::Confirm;

fn start(line: &[&str]) -> Start {
    Arguments::try_parse_from(line).unwrap().start().unwrap()
}

/// What the program says to a command line that it does not take.
fn refused(line: &[&str]) -> String {
    let all = ["tickiti-relay"].iter().chain(line);
    let error = match Arguments::try_parse_from(all) {
        Ok(arguments) => arguments.start().unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.exit_code(), 2, "{line:?}");
    format!("$ {}\n{error}\n", line.join(" "))
}

#[test]
fn how_it_was_started_is_written_as_it_is_read() {
    let line = [
        "tickiti-relay",
        "--families",
        "tickets,reads",
        "--tools",
        "get_*",
        "--hide",
        "export_*",
        "--confirm",
        "write",
        "--read-only",
    ];
    assert_eq!(start(&line).written(), line[1..]);
    let policy = start(&line).policy();
    assert!(policy.read_only && policy.confirm == Some(Confirm::Write));
    assert_eq!(start(&["tickiti-relay"]).written(), Vec::<String>::new());
}

#[test]
fn spaces_around_what_stands_between_commas_are_nothing() {
    let line = ["tickiti-relay", "--families", " tickets, reads", "--hide", "export_*, tickiti_call "];
    let selection = start(&line).selection();
    assert_eq!(selection.families, ["tickets", "reads"]);
    assert_eq!(selection.hide, ["export_*", "tickiti_call"]);
}

#[test]
fn modes_count_before_a_verb_and_after_it() {
    let modes = start(&[
        "tickiti-relay",
        "--read-only",
        "--hide",
        "a_*",
        "--confirm",
        "write",
        "call",
        "x",
        "--hide",
        "b_*",
        "--confirm",
        "destructive",
    ]);
    let policy = modes.policy();
    assert!(policy.read_only && policy.confirm == Some(Confirm::Write), "the stricter one");
    assert_eq!(modes.selection().hide, ["a_*", "b_*"]);
    for verb in [&["plan", "x"][..], &["tools"], &["connect", "cursor"]] {
        let line: Vec<&str> = ["tickiti-relay"].iter().chain(verb).chain(&["--read-only"]).copied().collect();
        assert!(start(&line).policy().read_only, "{verb:?}");
    }
}

#[test]
fn modes_are_refused_where_they_mean_nothing() {
    let lines: [&[&str]; 9] = [
        &["audit", "--tools", "x"],
        &["--families", "nonsense", "audit"],
        &["--read-only", "plugin", "list"],
        &["doctor", "--families", "nonsense"],
        &["plugin", "remove", "x", "--read-only"],
        &["ledger", "list", "--hide", "x"],
        &["scratch", "--confirm", "write"],
        &["--hide", "export_*,"],
        &["call", "x", "--tools", ""],
    ];
    let said: Vec<String> = lines.into_iter().map(refused).collect();
    insta::assert_snapshot!(said.concat());
}

#[test]
fn a_time_that_is_none_is_told_what_is_taken() {
    let said: Vec<String> =
        ["yesterday", "22.11.2026", "2h3"].into_iter().map(|time| refused(&["audit", "--since", time])).collect();
    insta::assert_snapshot!(said.concat());
}

#[test]
fn who_asks_for_json_is_known() {
    let asks = |line: &[&str]| Arguments::try_parse_from(["tickiti-relay"].iter().chain(line)).unwrap().json();
    for line in [
        &["call", "x", "--json"][..],
        &["plan", "x", "--json"],
        &["tools", "--json"],
        &["ledger", "list", "--json"],
        &["audit", "--json"],
        &["doctor", "--json"],
        &["scratch", "--json"],
        &["connect", "cursor", "--json"],
        &["plugin", "add", "x", "--json"],
        &["plugin", "list", "--json"],
        &["plugin", "show", "x", "--json"],
        &["plugin", "verify", "--json"],
        &["plugin", "check", "--json"],
        &["plugin", "test", "--json"],
        &["plugin", "call", "x", "y", "--json"],
    ] {
        assert!(asks(line), "{line:?}");
        assert!(!asks(&line[..line.len() - 1]), "{line:?}");
    }
}
