//! Missing and malformed configuration: an exit code, one line on stderr, nothing on stdout.

use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::Setup;

use crate::support::{Folder, TOKEN, at, steady, text};

const BAD_CONFIGURATION: i32 = 78;
const ADDRESS: &str = "https://support.example.com";

/// The one line that a relay says before it gives up.
fn refused(setup: &Setup) -> String {
    let arguments: [&str; 0] = [];
    let output = setup.verb(arguments).unwrap();
    assert_eq!(output.code, Some(BAD_CONFIGURATION), "{}", output.stderr);
    assert_eq!(output.stdout, "");
    let lines: Vec<_> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", output.stderr);
    let root = setup.ground().unwrap().root().to_owned();
    steady(lines[0], &[(&text(root.canonicalize().unwrap()), "/ground"), (&text(root), "/ground")])
}

#[test]
fn every_missing_variable_is_named() {
    let nothing = refused(&relay());
    assert!(nothing.contains("TICKITI_API_BASE") && nothing.contains("TICKITI_API_TOKEN"), "{nothing}");
    let token = refused(&relay().base(ADDRESS));
    assert!(!token.contains("TICKITI_API_BASE") && token.contains("TICKITI_API_TOKEN"), "{token}");
    let base = refused(&relay().secret(TOKEN));
    assert!(base.contains("TICKITI_API_BASE") && !base.contains("TICKITI_API_TOKEN"), "{base}");
}

#[test]
fn what_is_left_blank_counts_as_missing() {
    let blank = refused(&relay().env("TICKITI_API_BASE", "").env("TICKITI_API_TOKEN", "  "));
    assert_eq!(blank, refused(&relay()));
}

#[test]
fn each_wrong_value_has_its_line() {
    let mut lines = String::new();
    let mut add = |name: &str, setup: &Setup| {
        lines.push_str(&format!("# {name}\n{}\n\n", refused(setup)));
    };
    let good = || relay().base(ADDRESS).secret(TOKEN);
    add("nothing is set", &relay());
    add(
        "everything is wrong",
        &relay()
            .base("nonsense")
            .secret("77|CanaryK3vR8 with spaces")
            .env("TICKITI_API_TIMEOUT_MS", "soon")
            .env("TICKITI_RELAY_LOG", "loud"),
    );
    for base in [
        "support.example.com",
        "ftp://support.example.com",
        "https://ann:secret@support.example.com",
        "https://support.example.com/?q",
        "https://support.example.com/api/v1",
        "http://support.example.com",
        "https://",
    ] {
        add(&format!("TICKITI_API_BASE={base}"), &relay().base(base).secret(TOKEN));
    }
    for timeout in ["0", "-1", "99", "600001", "30s", "1e3", "NaN"] {
        add(&format!("TICKITI_API_TIMEOUT_MS={timeout}"), &good().env("TICKITI_API_TIMEOUT_MS", timeout));
    }
    for proxy in
        ["proxy.example.com:3128", "socks5://ann:secret@proxy.example.com", "http://ann:secret@proxy.example.com/x"]
    {
        add(&format!("TICKITI_RELAY_PROXY={proxy}"), &good().env("TICKITI_RELAY_PROXY", proxy));
    }
    let certificates = Folder::new().file("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    for (name, path) in [("a file that is not there", "absent.pem"), ("a file without a certificate", "key.pem")] {
        let path = certificates.path().join(path);
        add(&format!("TICKITI_RELAY_CA={name}"), &good().env("TICKITI_RELAY_CA", path));
    }
    add("TICKITI_RELAY_CA=relative", &good().env("TICKITI_RELAY_CA", "ca.pem"));
    add("TICKITI_RELAY_LOG=loud", &good().env("TICKITI_RELAY_LOG", "loud"));
    add("TICKITI_RELAY_STATE=state", &good().env("TICKITI_RELAY_STATE", "state"));
    add("TICKITI_RELAY_FILES=relative", &good().env("TICKITI_RELAY_FILES", "relative"));
    add("TICKITI_RELAY_FILES=/", &good().env("TICKITI_RELAY_FILES", "/"));
    let home = good();
    let folder = home.ground().unwrap().folder("home");
    add("TICKITI_RELAY_FILES=the home folder", &home.env("TICKITI_RELAY_FILES", folder));
    add("both ways to give the token", &good().env("TICKITI_API_TOKEN_FILE", "/nowhere"));
    insta::assert_snapshot!("wrong_configuration", lines);
}

#[test]
fn the_token_may_stand_in_a_file() {
    // Not beneath the relay's own folders: those are searched for it.
    let folder = Folder::new().file("token", format!("{TOKEN}\n"));
    let path = folder.path().join("token");
    private(&path);
    let stub = tickiti_relay_tests::stub::Stub::json("{}");
    let setup =
        relay().base(&stub.base()).secret(TOKEN).without("TICKITI_API_TOKEN").env("TICKITI_API_TOKEN_FILE", &path);
    let mut relay = setup.start().unwrap();
    relay.call("list_queues", serde_json::json!({})).unwrap().done().unwrap();
    assert_eq!(stub.asked()[0].header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
}

#[test]
fn a_token_file_that_is_missing_or_empty_is_named_without_its_content() {
    let folder = Folder::new().file("empty", "").file("two lines", format!("{TOKEN}\nmore\n"));
    for name in ["missing", "empty", "two lines"] {
        let path = folder.path().join(name);
        if path.exists() {
            private(&path);
        }
        let setup =
            relay().base(ADDRESS).secret(TOKEN).without("TICKITI_API_TOKEN").env("TICKITI_API_TOKEN_FILE", &path);
        let line = refused(&setup);
        assert!(line.contains("TICKITI_API_TOKEN_FILE"), "{name}: {line}");
    }
}

#[test]
fn a_wrong_table_of_routes_is_configuration_too() {
    let folder = Folder::new().file("routes.json", "[{]");
    let path = folder.path().join("routes.json");
    let line = refused(&at("http://127.0.0.1:9").argument("--routes").argument(path));
    assert!(line.contains("--routes"), "{line}");
}

fn private(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}
