//! What a person says of rights, and what the program answers to slips of the pen.

use serde_json::json;
use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::plugins::{self, relaying};

use super::{Ground, text};

#[test]
fn taking_a_right_never_opens_anything() {
    let ground = Ground::new();
    let before = ground.helpdesk.effects().len();
    let body = json!({"ticket_number": "709383", "from_email": "priya.nair@kestrel.example", "content": "<p>x</p>"});
    let narrow = "tickets.respond{is_internal=true}";
    ground.add(&relaying("loud", 1, "tickets.respond", &body.to_string()), &["tickets:write", narrow]);
    let said = ground.refuses(&["plugin", "revoke", "loud", narrow]);
    assert!(said.contains("plugin revoke loud 'tickets.respond{is_internal=true}' tickets:write"), "{said}");
    assert!(ground.refuses(&["call", "loud_go"]).contains("only as `tickets.respond{is_internal=true}`"));
    assert_eq!(ground.helpdesk.effects().len(), before);
    // Openly.
    ground.says(&["plugin", "grant", "loud", "tickets.respond"]);
    ground.says(&["plugin", "revoke", "loud", narrow]);
    ground.says(&["plan", "loud_go"]);
    let said = ground.says(&["plugin", "grant", "loud", "tickets.create{is_public=false}"]);
    assert!(said.contains("This narrows: of `tickets.create` only"), "{said}");
}

#[test]
fn what_a_right_does_not_do_is_said_where_it_is_given() {
    let ground = Ground::new();
    let body = json!({"ticket_number": "709383", "from_email": "priya.nair@kestrel.example", "content": "<p>x</p>"});
    let path = ground.component("loud", &relaying("loud", 1, "tickets.respond", &body.to_string()));
    let narrow = "tickets.respond{is_internal=true}";
    let added = plugins::add(&ground.setup, &path, &["tickets:write", narrow]).unwrap();
    assert!(
        added.stdout.contains("This narrows: of `tickets.respond` only `tickets.respond{is_internal=true}` passes"),
        "{added:?}"
    );
    assert!(!ground.verb(&["plugin", "grant", "loud", "reports:read"]).stderr.contains("warning"));
    std::fs::remove_dir_all(ground.lock_file().parent().unwrap().join("store")).unwrap();
    let given = ground.verb(&["plugin", "grant", "loud", "reports:read"]);
    assert!(given.stdout.contains("loud may now: "), "{given:?}");
    assert!(given.stderr.contains("warning: ") && given.stderr.contains("plugin update loud"), "{given:?}");
}

#[test]
fn rights_for_the_moment_are_looked_at_like_others() {
    let ground = Ground::new();
    let path = text(ground.component("peek", &relaying("peek", 0, "tickets.query", "{}")));
    let call = |right: &str| ground.verb(&["call", "peek_go", "--plugin", &path, "--grant", right]);
    let said: Vec<String> = ["tickets:raed", "relay.nonsense", "tickets:write", "tickets.query{qeueu=1}"]
        .into_iter()
        .map(|right| {
            let output = call(right);
            assert_eq!(output.code, Some(i32::from(right != "tickets:write")), "{right}: {}", output.stderr);
            output.stderr
        })
        .collect();
    insta::assert_snapshot!(said.concat());
    let none = ground.refuses(&["call", "peek_go", "--plugin", &path]);
    assert!(none.contains("with: --grant tickets.query"), "{none}");
}

#[test]
fn a_digest_that_is_another_is_told_before_anything_else() {
    let ground = Ground::new();
    let path = text(ground.add(&Handmade::saying("digest", "go", "x"), &[]));
    let wrong = "0".repeat(64);
    for line in [&["plugin", "update", "digest", &path][..], &["plugin", "trust", "digest"]] {
        let line = [line, &["--yes", "--sha256", &wrong]].concat();
        assert!(ground.refuses(&line).contains("it is another file. Nothing was changed"), "{line:?}");
    }
    let said = ground.refuses(&["plugin", "trust", "digest", "--yes", "--sha256", &wrong, "--grant", "tickets:write"]);
    insta::assert_snapshot!(said);
    assert!(ground.says(&["plugin", "update", "digest", &path]).contains("the file is the same"));
}

#[test]
fn what_is_part_of_the_program_is_confined_and_not_removed() {
    let ground = Ground::new();
    let path = text(ground.component("digest", &Handmade::saying("digest", "go", "x")));
    let said = ground.refuses(&["plugin", "remove", "tickets"]);
    for line in
        [&["plugin", "verify", "tickets"][..], &["plugin", "trust", "tickets"], &["plugin", "update", "tickets", &path]]
    {
        assert_eq!(ground.refuses(line), said, "{line:?}");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn commands_to_type_are_quoted_and_a_trusted_file_is_no_stray() {
    let ground = Ground::new();
    let folder = ground.lock_file().parent().unwrap().to_owned();
    ground.says(&["plugin", "revoke", "generic", "folder:*"]);
    let stray = plugins::write(&folder, "my digest", &Handmade::saying("digest", "go", "x")).unwrap();
    let listed = ground.says(&["plugin", "list"]);
    assert!(listed.contains(&format!("plugin trust '{}'", stray.display())), "{listed}");
    let said = ground.refuses(&["plugin", "add", &text(&stray), "--grant", "tickets.respond{is_internal=true}"]);
    let typed =
        format!("plugin add '{}' --grant 'tickets.respond{{is_internal=true}}' --yes --sha256", stray.display());
    assert!(said.contains(&typed), "{said}");
    plugins::add(&ground.setup, &stray, &[]).unwrap();
    assert!(!ground.says(&["plugin", "list"]).contains("untrusted"));
    assert!(ground.refuses(&["plugin", "trust", &text(&stray)]).contains("this very file is trusted already"));
}
