mod reaching;

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::files::Root;

/// An environment of these variables and a home folder.
fn env(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + use<> {
    let mut map: HashMap<String, OsString> = HashMap::from([("HOME".to_owned(), "/home/anna".into())]);
    map.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    move |name| map.get(name).cloned()
}

const GOOD: [(&str, &str); 2] =
    [("TICKITI_API_BASE", "https://support.example.com"), ("TICKITI_API_TOKEN", "12|canary")];

fn with(more: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::from_env(&env(&[&GOOD[..], more].concat()))
}

fn line(pairs: &[(&str, &str)]) -> String {
    let line = Config::from_env(&env(pairs)).unwrap_err().to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}

fn wrong(more: &[(&str, &str)]) -> String {
    line(&[&GOOD[..], more].concat())
}

#[test]
fn two_variables_are_enough() {
    let config = with(&[]).unwrap();
    assert_eq!(config.connection.base.to_string(), "https://support.example.com");
    assert_eq!(config.connection.timeout, Duration::from_secs(30));
    assert_eq!(config.local.state, PathBuf::from("/home/anna/.local/state/tickiti-relay"));
    assert_eq!(config.local.cache, PathBuf::from("/home/anna/.cache/tickiti-relay"));
    assert_eq!(config.local.log, tracing::Level::WARN);
    assert_eq!(config.local.files.roots, []);
    assert_eq!(config.local.files.state, config.local.state);
    assert!(config.local.files.private.contains(&config.local.cache));
}

#[test]
fn one_line_names_every_missing_variable() {
    assert_snapshot!(line(&[]), @"TICKITI_API_BASE is not set (the helpdesk's address, such as https://support.example.com); TICKITI_API_TOKEN is not set (or TICKITI_API_TOKEN_FILE, a private file that holds the token)");
    assert_snapshot!(line(&[("TICKITI_API_BASE", "https://a.example"), ("TICKITI_API_TOKEN", " ")]), @"TICKITI_API_TOKEN is not set (or TICKITI_API_TOKEN_FILE, a private file that holds the token)");
    assert_snapshot!(line(&[("TICKITI_API_TOKEN", "canary")]), @"TICKITI_API_BASE is not set (the helpdesk's address, such as https://support.example.com)");
}

#[test]
fn one_line_tells_everything_that_is_wrong() {
    let all = [
        ("TICKITI_API_BASE", "http://support.example.com"),
        ("TICKITI_API_TOKEN", "canary token"),
        ("TICKITI_API_TIMEOUT_MS", "30s"),
        ("TICKITI_RELAY_FILES", "/:/home/bob:/srv/desk"),
        ("TICKITI_RELAY_STATE", "state"),
        ("TICKITI_RELAY_CACHE", "~/cache"),
        ("TICKITI_RELAY_LOG", "loud\nline"),
    ];
    assert_snapshot!(line(&all), @r"TICKITI_API_BASE must begin with https://: over plain http anyone on the way can read the token (TICKITI_RELAY_ALLOW_HTTP=1 allows it); TICKITI_API_TOKEN holds a space, a line end or a character that no token has: copy the token again; TICKITI_API_TIMEOUT_MS must be a whole number of milliseconds from 100 to 600000, not `30s`; TICKITI_RELAY_STATE must be an absolute path, written out without `~`, not `state`; TICKITI_RELAY_CACHE must be an absolute path, written out without `~`, not `~/cache`; TICKITI_RELAY_LOG must be error, warn, info, debug or trace, not `loud\nline`; TICKITI_RELAY_FILES: `/` is the root of the file system: give one folder that holds only what assistants may see, such as /srv/helpdesk; TICKITI_RELAY_FILES: `/home/bob` is a home folder, or holds one: give one folder in it that holds only what assistants may see, such as ~/helpdesk written out");
    assert!(!line(&all).contains("canary"));
}

#[test]
fn an_address_is_taken_as_it_will_be_sent_to() {
    let base = |address: &str| ApiBase::parse(address, false).map(|base| base.to_string());
    assert_eq!(base("https://a.example///").unwrap(), "https://a.example");
    assert_eq!(base("https://a.example/desk/").unwrap(), "https://a.example/desk");
    assert_eq!(base("HTTPS://A.Example:443/x").unwrap(), "https://a.example/x");
    for this_computer in ["http://localhost:8080", "http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:9"] {
        assert!(base(this_computer).is_ok(), "{this_computer}");
    }
    assert_eq!(ApiBase::parse("https://a.example/desk/", false).unwrap().url().path(), "/desk");
}

#[test]
fn an_address_that_would_mislead_is_refused() {
    for (address, problem) in [
        ("support.example.com", BaseProblem::NotAnAddress),
        ("https://", BaseProblem::NotAnAddress),
        ("https:///support.example.com", BaseProblem::NotAnAddress),
        ("https:support.example.com", BaseProblem::NotAnAddress),
        ("https://a.example\\@b.example", BaseProblem::NotAnAddress),
        ("https://a.exa\nmple", BaseProblem::NotAnAddress),
        ("https://a b.example", BaseProblem::NotAnAddress),
        ("ftp://a.example", BaseProblem::Scheme),
        ("file:///etc/passwd", BaseProblem::Scheme),
        ("localhost:8080", BaseProblem::Scheme),
        ("https://user@a.example", BaseProblem::User),
        ("https://user:canary@a.example", BaseProblem::User),
        ("https://@a.example", BaseProblem::User),
        ("https://a.example@b.example", BaseProblem::User),
        ("https://a.example?x=1", BaseProblem::Query),
        ("https://a.example?", BaseProblem::Query),
        ("https://a.example/#x", BaseProblem::Query),
        ("https://a.example/api/v1/", BaseProblem::ApiPath),
        ("http://a.example", BaseProblem::Plain),
        ("http://localhost.a.example", BaseProblem::Plain),
        ("http://127.0.0.1.a.example", BaseProblem::Plain),
        ("http://10.0.0.1", BaseProblem::Plain),
        ("http://[::2]", BaseProblem::Plain),
    ] {
        assert_eq!(ApiBase::parse(address, false).err(), Some(problem), "{address}");
    }
    let secret = line(&[("TICKITI_API_BASE", "https://user:canary@a.example"), ("TICKITI_API_TOKEN", "t")]);
    assert!(!secret.contains("canary"), "{secret}");
}

#[test]
fn plain_http_to_another_computer_needs_leave() {
    let base = ("TICKITI_API_BASE", "http://10.0.0.1");
    assert!(with(&[base, ("TICKITI_RELAY_ALLOW_HTTP", "1")]).is_ok());
    assert!(with(&[base, ("TICKITI_RELAY_ALLOW_HTTP", "0")]).is_err());
    assert_snapshot!(wrong(&[("TICKITI_RELAY_ALLOW_HTTP", "yes")]), @"TICKITI_RELAY_ALLOW_HTTP must be 1 or 0, not `yes`");
}

#[test]
fn a_token_is_visible_ascii_and_never_shown() {
    for bad in ["a b", "a\tb", "tökén", "a\u{7f}", "a\nb"] {
        assert!(ApiToken::parse(bad).is_err(), "{bad:?}");
    }
    assert!(ApiToken::parse("").is_err());
    let config = with(&[("TICKITI_API_TOKEN", "  12|canary\n")]).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(config.connection.token.secret()), "12|canary");
    assert!(!format!("{config:?} {config:#?}").contains("canary"));
}

#[cfg(unix)]
#[test]
fn a_token_file_is_trimmed_and_must_be_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let read = |file: &std::path::Path| {
        let pairs = [("TICKITI_API_BASE", "https://a.example"), ("TICKITI_API_TOKEN_FILE", file.to_str().unwrap())];
        Connection::from_env(&env(&pairs)).map_err(|errors| match errors.0.as_slice() {
            [ConfigProblem::Token { name: "TICKITI_API_TOKEN_FILE", problem }] => *problem,
            other => panic!("{other:?}"),
        })
    };
    std::fs::write(&path, "\n 12|canary \r\n").unwrap();
    mode(0o600);
    let token = read(&path).unwrap().token;
    assert_eq!(secrecy::ExposeSecret::expose_secret(token.secret()), "12|canary");
    mode(0o400);
    assert!(read(&path).is_ok());
    mode(0o600);
    std::fs::write(&path, "x".repeat(crate::limits::TOKEN_FILE_BYTES as usize)).unwrap();
    assert!(read(&path).is_ok());
    for open in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
        mode(open);
        assert_eq!(read(&path).err(), Some(TokenProblem::NotPrivate), "{open:o}");
    }
    mode(0o600);
    for (content, problem) in [
        ("".to_owned(), TokenProblem::EmptyFile),
        (" \n".to_owned(), TokenProblem::EmptyFile),
        ("one\ntwo".to_owned(), TokenProblem::Characters),
        ("x".repeat(crate::limits::TOKEN_FILE_BYTES as usize + 1), TokenProblem::TooLarge),
    ] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(read(&path).err(), Some(problem));
    }
    std::fs::write(&path, b"\xff\xfe").unwrap();
    assert_eq!(read(&path).err(), Some(TokenProblem::Characters));
    assert_eq!(read(folder.path()).err(), Some(TokenProblem::NotAFile));
    assert_eq!(read(&folder.path().join("absent")).err(), Some(TokenProblem::NoFile));
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(read(&pipe).err(), Some(TokenProblem::NotAFile));
}

#[test]
fn the_token_is_given_one_way() {
    assert_snapshot!(wrong(&[("TICKITI_API_TOKEN_FILE", "/run/token")]), @"TICKITI_API_TOKEN and TICKITI_API_TOKEN_FILE are both set: set one");
    assert_snapshot!(line(&[GOOD[0], ("TICKITI_API_TOKEN_FILE", "token")]), @"TICKITI_API_TOKEN_FILE must be an absolute path, written out without `~`, not `token`");
    assert_snapshot!(line(&[GOOD[0], ("TICKITI_API_TOKEN_FILE", "/absent/token")]), @"TICKITI_API_TOKEN_FILE names a file that does not exist");
}

#[test]
fn a_time_has_bounds() {
    let time = |given: &str| with(&[("TICKITI_API_TIMEOUT_MS", given)]).map(|config| config.connection.timeout);
    assert_eq!(time("100").unwrap(), Duration::from_millis(100));
    assert_eq!(time(" 600000 ").unwrap(), Duration::from_secs(600));
    for bad in ["99", "600001", "0", "-1", "1e4", "30s", "3.5", "99999999999999999999"] {
        assert!(time(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_path_list_is_the_systems_with_ro_after_a_path() {
    let roots = |list: &str, windows| {
        folders::path_list(list, windows)
            .map(|roots| roots.into_iter().map(|Root { path, writable }| (path, writable)).collect::<Vec<_>>())
            .map_err(|problem| problem.to_string())
    };
    let pair = |path: &str, writable| (PathBuf::from(path), writable);
    assert_eq!(roots("", false).unwrap(), []);
    assert_eq!(roots("/a:ro:/b::/c:ro", false).unwrap(), [pair("/a", false), pair("/b", true), pair("/c", false)]);
    assert_eq!(roots("/a:/a", false).unwrap(), [pair("/a", true)]);
    assert_eq!(roots("/ro:/a/ro", false).unwrap(), [pair("/ro", true), pair("/a/ro", true)]);
    assert_eq!(roots("C:\\a;D:\\b:ro;", true).unwrap(), [pair("C:\\a", true), pair("D:\\b", false)]);
    for (list, windows) in [("ro:/a", false), ("ro", false), ("/a:ro:ro", false), (":ro", true)] {
        assert!(roots(list, windows).unwrap_err().contains("`ro` with no folder"), "{list}");
    }
    assert!(roots("/a:ro:/a", false).unwrap_err().contains("twice"));
}

#[test]
fn folders_that_hold_too_much_are_named() {
    assert_snapshot!(wrong(&[("TICKITI_RELAY_FILES", "/:/home/anna:/root:ro:desk:~/x:/a/../b")]), @"TICKITI_RELAY_FILES: `/` is the root of the file system: give one folder that holds only what assistants may see, such as /srv/helpdesk; TICKITI_RELAY_FILES: `/home/anna` is a home folder, or holds one: give one folder in it that holds only what assistants may see, such as ~/helpdesk written out; TICKITI_RELAY_FILES: `/root` is a home folder, or holds one: give one folder in it that holds only what assistants may see, such as ~/helpdesk written out; TICKITI_RELAY_FILES: `desk` is not an absolute path: write it out from the root, without `~`; TICKITI_RELAY_FILES: `~/x` is not an absolute path: write it out from the root, without `~`; TICKITI_RELAY_FILES: `/a/../b` holds `..`: write the path without it");
    assert_snapshot!(wrong(&[("TICKITI_RELAY_FILES", "/home/anna/.cache/tickiti-relay/x")]), @"TICKITI_RELAY_FILES: `/home/anna/.cache/tickiti-relay/x` is or lies in a folder that the relay keeps for itself: give another");
    assert_snapshot!(wrong(&[("TICKITI_RELAY_FILES", "ro")]), @"TICKITI_RELAY_FILES has `ro` with no folder before it");
}

#[test]
fn own_folders_follow_the_system() {
    let local = |pairs: &[(&str, &str)]| Local::from_env(&env(pairs)).unwrap();
    let moved = local(&[("XDG_STATE_HOME", "/x/state"), ("XDG_CACHE_HOME", "/x/cache")]);
    assert_eq!(moved.state, PathBuf::from("/x/state/tickiti-relay"));
    assert_eq!(moved.cache, PathBuf::from("/x/cache/tickiti-relay"));
    let ignored = local(&[("XDG_STATE_HOME", "relative"), ("XDG_CACHE_HOME", "")]);
    assert_eq!(ignored.state, PathBuf::from("/home/anna/.local/state/tickiti-relay"));
    assert_eq!(ignored.cache, PathBuf::from("/home/anna/.cache/tickiti-relay"));
    let given = local(&[("TICKITI_RELAY_STATE", "/s"), ("TICKITI_RELAY_CACHE", "/c"), ("XDG_STATE_HOME", "/x")]);
    assert_eq!((given.state, given.cache), (PathBuf::from("/s"), PathBuf::from("/c")));

    let homeless = |name: &str| (name == "TICKITI_RELAY_STATE").then(|| OsString::from("/s"));
    assert_eq!(Local::from_env(&homeless).unwrap().cache, PathBuf::from("/s/cache"));
    assert_snapshot!(Local::from_env(&|_| None).unwrap_err(), @"TICKITI_RELAY_STATE must be set: the user's home folder is not known; TICKITI_RELAY_CACHE must be set: the user's home folder is not known");
}

#[test]
fn a_verb_without_a_helpdesk_needs_nothing() {
    assert!(Local::from_env(&env(&[])).is_ok());
    assert!(Connection::from_env(&env(&[("TICKITI_RELAY_LOG", "loud")])).is_err());
}

#[test]
fn the_log_has_five_levels() {
    for level in ["error", "warn", "info", "DEBUG", "trace"] {
        assert_eq!(with(&[("TICKITI_RELAY_LOG", level)]).unwrap().local.log.as_str(), level.to_uppercase());
    }
    assert_snapshot!(wrong(&[("TICKITI_RELAY_LOG", "verbose")]), @"TICKITI_RELAY_LOG must be error, warn, info, debug or trace, not `verbose`");
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let env = |name: &str| match name {
        "TICKITI_API_TOKEN" => Some(OsString::from_vec(vec![0xff])),
        "HOME" => Some("/home/anna".into()),
        _ => None,
    };
    assert_snapshot!(Config::from_env(&env).unwrap_err(), @"TICKITI_API_BASE is not set (the helpdesk's address, such as https://support.example.com); TICKITI_API_TOKEN is not UTF-8");
}

#[test]
fn every_variable_that_is_read_is_listed() {
    let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let recording = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    let _ = Config::from_env(&recording);
    let ours: Vec<_> = asked.into_inner().into_iter().filter(|name| name.starts_with("TICKITI_")).collect();
    let mut listed: Vec<_> = variables::VARIABLES.iter().map(|variable| variable.name.to_owned()).collect();
    listed.sort();
    assert_eq!(ours, listed);
}
