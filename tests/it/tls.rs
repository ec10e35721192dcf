//! The program against real TLS servers and proxies: whom it trusts, and what it tells those whom it does not.

mod proxy;
mod server;

use serde_json::json;
use tickiti_relay_tests::client::Answer;
use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::plugins::sha256_of;
use tickiti_relay_tests::relay::{Session, Setup};
use tickiti_relay_tests::stub::Stub;

use crate::support::{Folder, TOKEN, at, text};
use proxy::{closed_proxy, proxy};
use server::{Authority, End, Identity, Server};

const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{\"ok\":true,\"data\":[]}";
/// An answer that ends where the connection ends.
const OPEN_ENDED: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"ok\":true,\"data\":[]}";
const HERE: &str = "127.0.0.1";
const PASSWORD: &str = "CanaryProxyPw4xR9mK2z";

/// A relay that trusts one more authority. The folder holds its certificate.
fn trusting(base: &str, authority: &Authority) -> (Setup, Folder) {
    let folder = Folder::new().file("ca.pem", authority.pem());
    let path = folder.path().join("ca.pem");
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    (at(base).env("TICKITI_RELAY_CA", text(path)), folder)
}

fn read(relay: &mut Session) -> Answer {
    relay.call("list_queues", json!({})).unwrap()
}

fn write(relay: &mut Session) -> Answer {
    relay
        .call(
            "respond_to_ticket",
            json!({"ticket_number": "1", "from_email": "a@example.com", "content": "CanaryContent"}),
        )
        .unwrap()
}

#[test]
fn a_company_s_authority_is_trusted_when_it_is_named() {
    let authority = Authority::new();
    let helpdesk = Server::answering(&authority.vouches_for(HERE), OK, End::Said);
    let (setup, _folder) = trusting(&helpdesk.base(), &authority);
    let mut relay = setup.start().unwrap();
    read(&mut relay).done().unwrap();
    write(&mut relay).done().unwrap();
    let heard = helpdesk.heard();
    assert_eq!(heard.matches(&format!("authorization: Bearer {TOKEN}\r\n")).count(), 2, "{heard}");

    let mut relay = at(&helpdesk.base()).start().unwrap();
    let told = write(&mut relay).failed().unwrap();
    assert!(told.contains("does not know; TICKITI_RELAY_CA can name"), "{told}");
    assert_eq!(helpdesk.heard(), heard);
}

/// Neither a read nor a write reaches this server, and the assistant is told why.
#[track_caller]
fn distrusted(server: &Server, authority: &Authority, why: &str) {
    let (setup, _folder) = trusting(&server.base(), authority);
    let mut relay = setup.start().unwrap();
    let (of_read, of_write) = (read(&mut relay).failed().unwrap(), write(&mut relay).failed().unwrap());
    assert!(of_read.contains(why) && of_write.contains(why), "{of_read}\n{of_write}");
    assert!(of_write.contains("Outcome: not sent.") && !of_read.contains("Outcome"), "{of_read}\n{of_write}");
    let heard = server.heard();
    for word in ["HTTP", "POST", "authorization", TOKEN, "CanaryContent"] {
        assert!(!heard.contains(word), "it heard {word}");
    }
    let doctor = setup.verb(["doctor"]).unwrap();
    assert!(doctor.code == Some(1) && doctor.stdout.contains(why), "{}", doctor.stdout);
}

#[test]
fn a_certificate_that_ended_is_refused() {
    let authority = Authority::new();
    let server = Server::answering(&authority.until(HERE, 2020), OK, End::Said);
    distrusted(&server, &authority, "the server's certificate expired on 2020-01-01");
    assert_eq!(server.heard(), "");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    for name in ["other.example", "localhost", "127.0.0.2"] {
        let server = Server::answering(&authority.vouches_for(name), OK, End::Said);
        distrusted(&server, &authority, "the server's certificate is for another name than 127.0.0.1");
        assert_eq!(server.heard(), "");
    }
}

#[test]
fn a_certificate_of_nobody_known_is_refused() {
    let (authority, other) = (Authority::new(), Authority::called("Another"));
    for identity in [other.vouches_for(HERE), Identity::of_its_own(HERE, false), Identity::of_its_own(HERE, true)] {
        let server = Server::answering(&identity, OK, End::Said);
        distrusted(
            &server,
            &authority,
            "the server's certificate is from an authority that this computer does not know",
        );
        assert_eq!(server.heard(), "");
    }
}

#[test]
fn an_authority_is_not_known_by_its_name() {
    let server = Server::answering(&Authority::new().vouches_for(HERE), OK, End::Said);
    distrusted(&server, &Authority::new(), "the server's certificate is not signed by the authority that it names");
    assert_eq!(server.heard(), "");
}

#[test]
fn an_old_tls_is_refused() {
    let server = Server::of_tls_1_1();
    distrusted(&server, &Authority::new(), "the server speaks only a TLS older than 1.2");
    assert!(!server.heard().is_empty(), "its hello came");
}

#[test]
fn an_answer_that_was_cut_is_no_success() {
    let authority = Authority::new();
    let identity = authority.vouches_for(HERE);
    let promised = OK.replace("content-length: 21", "content-length: 2100");
    for (answer, end, whole) in [
        (OPEN_ENDED, End::Said, true),
        (OPEN_ENDED, End::Cut, false),
        (promised.as_str(), End::Said, false),
        (promised.as_str(), End::Cut, false),
    ] {
        let helpdesk = Server::answering(&identity, answer, end);
        let (setup, _folder) = trusting(&helpdesk.base(), &authority);
        let mut relay = setup.start().unwrap();
        let (of_read, of_write) = (read(&mut relay), write(&mut relay));
        if whole {
            of_read.done().unwrap();
            of_write.done().unwrap();
        } else {
            of_read.failed().unwrap();
            assert!(of_write.failed().unwrap().contains("Outcome: unknown."), "{answer} {end:?}: {}", of_write.text());
        }
    }
}

#[test]
fn a_proxy_tunnels_and_learns_nothing() {
    let authority = Authority::new();
    let helpdesk = Server::answering(&authority.vouches_for(HERE), OK, End::Said);
    let between = proxy(OK);
    let (setup, _folder) = trusting(&helpdesk.base(), &authority);
    let ground = setup.ground().unwrap();
    ground.guard(&format!("anna:{PASSWORD}"));
    ground.guard(PASSWORD);
    let setup = setup
        .env("TICKITI_RELAY_PROXY", format!("http://anna:{PASSWORD}@127.0.0.1:{}", between.port()))
        .env("TICKITI_RELAY_LOG", "trace");
    let mut relay = setup.start().unwrap();
    read(&mut relay).done().unwrap();
    write(&mut relay).done().unwrap();
    let (outside, inside) = (between.heard(), helpdesk.heard());
    let connect = format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", helpdesk.port());
    assert!(outside.starts_with(&connect) && outside.contains("proxy-authorization: Basic "), "{outside}");
    for word in [TOKEN, "Bearer", "POST", "/api/v1", "idempotency-key", "CanaryContent"] {
        assert!(!outside.contains(word), "the proxy heard {word}: {outside}");
    }
    assert_eq!(inside.matches(&format!("authorization: Bearer {TOKEN}\r\n")).count(), 2, "{inside}");
    assert!(!inside.contains("proxy-authorization") && inside.contains("CanaryContent"), "{inside}");

    let doctor = setup.verb(["doctor"]).unwrap();
    let told = format!("through the proxy http://127.0.0.1:{}, trusting 1 more certificate from ", between.port());
    assert!(doctor.stdout.contains(&told), "{}", doctor.stdout);
}

#[test]
fn a_proxy_gets_whole_addresses_over_http() {
    let helpdesk = Stub::json("{}");
    let between = proxy(OK);
    let setup = at(&helpdesk.base()).env("TICKITI_RELAY_PROXY", format!("http://127.0.0.1:{}/", between.port()));
    read(&mut setup.start().unwrap()).done().unwrap();
    let heard = between.heard();
    assert!(heard.starts_with(&format!("POST {}/api/v1/", helpdesk.base())), "{heard}");
    assert!(helpdesk.asked().is_empty());
}

#[test]
fn no_proxy_is_taken_from_elsewhere() {
    let helpdesk = Stub::json("{}");
    let between = proxy(OK);
    let address = format!("http://127.0.0.1:{}", between.port());
    let mut setup = at(&helpdesk.base());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        setup = setup.env(name, &address);
    }
    let mut relay = setup.start().unwrap();
    read(&mut relay).done().unwrap();
    write(&mut relay).done().unwrap();
    assert_eq!((between.heard().as_str(), helpdesk.asked().len()), ("", 2));
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let between = closed_proxy();
    let setup = at("https://help.example");
    setup.ground().unwrap().guard(PASSWORD);
    let setup = setup.env("TICKITI_RELAY_PROXY", format!("http://anna:{PASSWORD}@127.0.0.1:{}", between.port()));
    let told = write(&mut setup.start().unwrap()).failed().unwrap();
    let named = format!("through the proxy http://127.0.0.1:{}: ", between.port());
    assert!(told.contains("Outcome: not sent.") && told.contains(&named), "{told}");
    assert!(!between.heard().contains(TOKEN));
    let doctor = setup.verb(["doctor"]).unwrap();
    assert!(
        doctor.stdout.contains(&named) && doctor.stdout.contains("correct TICKITI_RELAY_PROXY"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn a_plugin_is_fetched_over_tls_only_and_without_the_token() {
    let authority = Authority::new();
    let component = Handmade::saying("far", "go", "from afar").component().unwrap();
    let sha256 = sha256_of(&component);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", component.len());
    let far = Server::answering(&authority.vouches_for(HERE), [head.as_bytes(), &component].concat(), End::Said);
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: {}/far.wasm\r\ncontent-length: 0\r\n\r\n", far.base());
    let moved = Server::answering(&authority.vouches_for(HERE), moved, End::Said);
    let plain = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/far.wasm\r\ncontent-length: 0\r\n\r\n";
    let plain = Server::answering(&authority.vouches_for(HERE), plain, End::Said);
    let (setup, _folder) = trusting("http://127.0.0.1:9", &authority);
    let add =
        |setup: &Setup, address: String| setup.verb(["plugin", "add", &address, "--yes", "--sha256", &sha256]).unwrap();
    for wrong in ["http://127.0.0.1:9/far.wasm".to_owned(), format!("{}/far.wasm", plain.base())] {
        assert!(add(&setup, wrong).stderr.contains("is not an https address"));
    }
    let stranger = add(&at("http://127.0.0.1:9"), format!("{}/far.wasm", far.base()));
    assert!(stranger.code == Some(1) && stranger.stderr.contains("ertificate"), "{}", stranger.stderr);
    let added = add(&setup, format!("{}/far.wasm", moved.base()));
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert_eq!(setup.verb(["call", "far_go"]).unwrap().stdout.trim(), "The plugin `far` says:\n> from afar");
    let heard = far.heard() + &moved.heard();
    assert!(heard.contains("GET /far.wasm") && !heard.to_lowercase().contains("authorization"), "{heard}");
}
