//! One attempt against a server that misbehaves.

mod connections;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::failure::tests::{request, route};
use tickiti_relay_routes::Class;

use super::*;
use crate::admit::{Body, Part, PartValue, Piece};
use crate::marks::Marked;

const TOKEN: &str = "14|k9Xq2vB7mT4sYw0ZaLr8NcEe5UhJd3GfPi6Ko1Rt";
const ENOUGH: Duration = Duration::from_secs(20);

/// A server that reads each request whole and then does what the script does with the connection.
struct Server {
    base: Url,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    async fn start<F, R>(script: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base =
            Url::parse(&format!("http://{}/desk", listener.local_addr().expect("an address"))).expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                seen.lock().expect("no panic").push(request);
                tokio::spawn(script(stream));
            }
        });
        Self { base, requests }
    }

    /// A server that answers these bytes and hangs up.
    async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    fn upstream(&self, timeout: Duration) -> Upstream {
        upstream(self.base.clone(), timeout, None)
    }

    async fn send(&self) -> Result<Answer, Broken> {
        self.upstream(ENOUGH).send(&request("tickets.respond", "{\"a\":1}"), None, ENOUGH).await
    }

    /// What the server read, as text.
    fn seen(&self) -> Vec<String> {
        self.requests
            .lock()
            .expect("no panic")
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .collect()
    }
}

async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if bytes.len() >= head + length.unwrap_or(0) {
                return bytes;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return bytes,
        }
    }
}

fn upstream(base: Url, timeout: Duration, proxy: Option<&str>) -> Upstream {
    reached(base, TOKEN, timeout, proxy).expect("usable settings")
}

fn reached(base: Url, token: &str, timeout: Duration, proxy: Option<&str>) -> Result<Upstream, Unusable> {
    let proxy = proxy.map(|proxy| Url::parse(proxy).expect("an address"));
    Upstream::new(Settings { base, token: &SecretString::from(token), timeout, proxy, authorities: Vec::new() })
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn ok(body: &str) -> String {
    http("200 OK", "Content-Type: application/json\r\n", body)
}

#[tokio::test]
async fn a_request_is_sent_as_the_original_sends_it() {
    let server = Server::answering(ok("{ \"ok\": true }")).await;
    let answer = server
        .upstream(ENOUGH)
        .send(&request("tickets.respond", "{\"a\":1.0}"), Some("k-1"), ENOUGH)
        .await
        .expect("an answer");
    assert_eq!(
        answer,
        Answer { status: 200, body: AnswerBody::Json("{\"ok\":true}".into()), held: None, retry_after: None }
    );
    let seen = server.seen().concat();
    let (head, body) = seen.split_once("\r\n\r\n").expect("a head");
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("host:")).collect();
    lines[1..].sort_unstable();
    assert_eq!(
        lines,
        [
            "POST /desk/api/v1/tickets/respond HTTP/1.1",
            "accept: application/json",
            &format!("authorization: Bearer {TOKEN}"),
            "content-length: 9",
            "content-type: application/json",
            "idempotency-key: k-1",
            concat!("user-agent: tickiti-relay/", env!("CARGO_PKG_VERSION")),
        ]
    );
    assert_eq!(body, "{\"a\":1.0}");
}

#[tokio::test]
async fn a_query_stands_in_the_address() {
    let server = Server::answering(ok("[]")).await;
    let mut faqs = (*route("faqs")).clone();
    faqs.method = Method::Get;
    let body = Body::Query(vec![("q".into(), "a b&c".into())]);
    let faqs = Admitted::for_test(Arc::new(faqs), "/api/v1/faqs", body, &[], None);
    server.upstream(ENOUGH).send(&faqs, None, ENOUGH).await.expect("an answer");
    let seen = server.seen().concat();
    assert!(seen.starts_with("GET /desk/api/v1/faqs?q=a+b%26c HTTP/1.1\r\n"), "{seen}");
    assert!(!seen.contains("content-") && !seen.contains("idempotency-key"), "{seen}");
}

#[tokio::test]
async fn a_multipart_body_arrives_whole_and_with_its_length() {
    let server = Server::answering(ok("{}")).await;
    let bytes = Bytes::from(vec![b'x'; 300_000]);
    let file = Arc::new(Marked { name: "a".into(), media_type: "image/png".into(), bytes });
    let parts = vec![Part { name: "file".into(), value: PartValue::File("a.png".into(), file) }];
    let upload = Admitted::for_test(route("tickets.split"), "/api/v1/tickets/split", Body::Multipart(parts), &[], None);
    server.upstream(ENOUGH).send(&upload, None, ENOUGH).await.expect("an answer");
    let seen = server.seen().concat();
    let (head, body) = seen.split_once("\r\n\r\n").expect("a head");
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    assert_eq!(value("content-length: "), body.len().to_string());
    assert!(!head.contains("transfer-encoding"), "{head}");
    let boundary = value("content-type: multipart/form-data; boundary=");
    assert!(
        boundary.len() > 30
            && body.starts_with(&format!("--{boundary}\r\n"))
            && body.ends_with(&format!("\r\n--{boundary}--\r\n"))
    );
    assert_eq!(body.matches('x').count() - boundary.matches('x').count() * 2, 300_000);
}

#[tokio::test]
async fn spliced_files_arrive() {
    let server = Server::answering(ok("{}")).await;
    let file = Arc::new(Marked { name: "a".into(), media_type: "image/png".into(), bytes: Bytes::from_static(b"abc") });
    let pieces = vec![
        Piece::Text(Bytes::from_static(b"{\"c\":\"")),
        Piece::DataUri(file),
        Piece::Text(Bytes::from_static(b"\"}")),
    ];
    let create = Admitted::for_test(route("tickets.respond"), "/api/v1/tickets", Body::Json(pieces), &[], None);
    server.upstream(ENOUGH).send(&create, None, ENOUGH).await.expect("an answer");
    assert!(server.seen().concat().ends_with("\r\n\r\n{\"c\":\"data:image/png;base64,YWJj\"}"));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = Server::answering(ok("{}")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let targets = [
            (format!("{}/elsewhere", other.base), Some(other.base.origin().ascii_serialization())),
            ("https://user:pw@other.example:8443/x?y".to_owned(), Some("https://other.example:8443".to_owned())),
            ("//other.example/x".to_owned(), Some("http://other.example".to_owned())),
            ("data:text/plain,x".to_owned(), None),
            ("http://[".to_owned(), None),
        ];
        for (location, to) in targets {
            let server = Server::answering(http(status, &format!("Location: {location}\r\n"), "")).await;
            let status = status[..3].parse().expect("a number");
            assert_eq!(server.send().await, Err(Broken::Redirect { status, to }), "{location}");
            assert_eq!(server.seen().len(), 1);
        }
        let server = Server::answering(http(status, "Location: /login\r\n", "")).await;
        let own = server.base.origin().ascii_serialization();
        assert!(matches!(server.send().await, Err(Broken::Redirect { to: Some(to), .. }) if to == own));
    }
    assert!(other.seen().is_empty(), "the other server saw {:?}", other.seen());
}

#[tokio::test]
async fn an_answer_too_large_is_not_read_to_its_end() {
    let limit = limits::RESPONSE_BYTES;
    let too_large = Err(Broken::TooLarge { status: 200, limit });
    let declared = Server::answering(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\nx", limit + 1)).await;
    assert_eq!(declared.send().await, too_large);
    let endless = Server::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = [b"100000\r\n".to_vec(), vec![b' '; 0x10_0000], b"\r\n".to_vec()].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    assert_eq!(endless.send().await, too_large);
    let whole = Server::start(move |mut stream| async move {
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {limit}\r\n\r\n").as_bytes()).await;
        let _ = stream.write_all(&vec![b'x'; limit]).await;
    })
    .await;
    assert_eq!(whole.send().await.map(|answer| answer.body.text().len()), Ok(limit));
}

#[tokio::test]
async fn a_body_shorter_than_it_says_is_no_answer() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"ok\":true}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ok\"",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-",
        "HTTP/1.1 200",
        "SSH-2.0-OpenSSH\r\n",
        "",
    ] {
        let result = Server::answering(answer).await.send().await;
        assert!(matches!(result, Err(Broken::Interrupted { .. })), "{answer:?}: {result:?}");
    }
    let longer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more";
    assert_eq!(
        Server::answering(longer).await.send().await.map(|answer| answer.body),
        Ok(AnswerBody::Text("{}".into()))
    );
}

#[tokio::test]
async fn a_stalled_answer_ends_by_the_timeout() {
    let timeout = Duration::from_millis(300);
    for beginning in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
        let server = Server::start(move |mut stream| async move {
            let _ = stream.write_all(beginning.as_bytes()).await;
            std::future::pending::<()>().await;
        })
        .await;
        let result =
            tokio::time::timeout(ENOUGH, server.upstream(timeout).send(&request("tickets.show", "{}"), None, ENOUGH))
                .await;
        assert_eq!(result.expect("it ends"), Err(Broken::TimedOut { after: timeout }), "{beginning:?}");
    }
    let trickle = Server::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let result =
        tokio::time::timeout(ENOUGH, trickle.upstream(timeout).send(&request("tickets.show", "{}"), None, ENOUGH))
            .await;
    assert_eq!(result.expect("it ends"), Err(Broken::TimedOut { after: timeout }));
}

#[tokio::test]
async fn headers_are_bounded() {
    let headers = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let obeyed = Server::answering(http("200 OK", &headers(limits::RESPONSE_HEADERS - 1), "x")).await;
    assert!(obeyed.send().await.is_ok());
    let violated = Server::answering(http("200 OK", &headers(limits::RESPONSE_HEADERS), "x")).await;
    assert!(matches!(violated.send().await, Err(Broken::Interrupted { .. })));
    let huge = Server::answering(http("200 OK", &format!("X: {}\r\n", "y".repeat(4_000_000)), "x")).await;
    assert!(matches!(huge.send().await, Err(Broken::Interrupted { .. })));
}

#[tokio::test]
async fn nothing_is_decompressed() {
    let server =
        Server::answering(http("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}")).await;
    assert_eq!(server.send().await.map(|answer| answer.body), Ok(AnswerBody::Json("{}".into())));
    assert!(!server.seen().concat().contains("accept-encoding"));
}

#[tokio::test]
async fn a_wait_is_read() {
    let server = Server::answering(http("429 Too Many", "Retry-After: 7\r\n", "")).await;
    let answer = server.send().await.expect("an answer");
    assert_eq!(
        (answer.status, answer.body, answer.retry_after),
        (429, AnswerBody::Empty, Some(Duration::from_secs(7)))
    );
}

#[tokio::test]
async fn what_was_not_sent_is_known_as_such() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = Url::parse(&format!("http://{}", closed.local_addr().expect("an address"))).expect("an address");
    drop(closed);
    let refused = upstream(base, ENOUGH, None).send(&request("tickets.respond", "{}"), None, ENOUGH).await;
    assert!(matches!(&refused, Err(Broken::NotConnected { why }) if why.contains("refused")), "{refused:?}");

    let no_name = Url::parse("http://no-such-host.invalid").expect("an address");
    let result = upstream(no_name, ENOUGH, None).send(&request("tickets.respond", "{}"), None, ENOUGH).await;
    assert!(matches!(result, Err(Broken::NotConnected { .. })), "{result:?}");

    let server = Server::answering(ok("{}")).await;
    let hostile = Admitted::for_test(route("tickets.respond"), "/api/v1/users/../x", Body::Json(Vec::new()), &[], None);
    let result = server.upstream(ENOUGH).send(&hostile, None, ENOUGH).await;
    assert!(matches!(result, Err(Broken::Unsendable { .. })), "{result:?}");
    let result = server.upstream(ENOUGH).send(&request("tickets.respond", "{}"), Some("a\nb"), ENOUGH).await;
    assert!(matches!(result, Err(Broken::Unsendable { .. })), "{result:?}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_not_sent() {
    let silent = Server::start(|_stream| std::future::pending()).await;
    let mut base = silent.base.clone();
    base.set_scheme("https").expect("a scheme");
    let result =
        upstream(base, Duration::from_millis(400), None).send(&request("tickets.respond", "{}"), None, ENOUGH).await;
    assert!(matches!(result, Err(Broken::NotConnected { .. })), "{result:?}");
}

#[tokio::test]
async fn a_server_without_tls_gets_no_token() {
    let server = Server::answering("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let mut base = server.base.clone();
    base.set_scheme("https").expect("a scheme");
    let result = upstream(base, ENOUGH, None).send(&request("tickets.respond", "{}"), None, ENOUGH).await;
    assert!(matches!(result, Err(Broken::NotConnected { .. })), "{result:?}");
    assert!(!server.seen().concat().contains(TOKEN));
}

#[tokio::test]
async fn the_token_is_in_no_debug_output() {
    let server = Server::answering(http("500 Oops", "", &format!("you sent Bearer {TOKEN}"))).await;
    let upstream = server.upstream(ENOUGH);
    let result = upstream.send(&request("tickets.respond", "{}"), None, ENOUGH).await;
    let prepared = upstream.prepare(&request("tickets.respond", "{}"), Some("key-CANARY")).expect("a request");
    let client = upstream.clients.of(Class::Write, ENOUGH).expect("a client");
    let shown = format!("{upstream:?} {result:?} {prepared:?} {client:?}");
    assert!(shown.contains("[token]") && !shown.contains(&TOKEN[3..]), "{shown}");
    assert!(shown.contains("idempotency-key") && !shown.contains("CANARY"), "{shown}");
}

#[test]
fn unusable_settings_are_named() {
    let new =
        |base: &str, token: &str, proxy| reached(Url::parse(base).expect("an address"), token, ENOUGH, proxy).err();
    assert_eq!(new("https://help.example", TOKEN, None), None);
    assert_eq!(new("https://help.example", TOKEN, Some("http://user:pw@proxy.example:3128")), None);
    assert_eq!(new("https://me@help.example", TOKEN, None), Some(Unusable::Base));
    assert_eq!(new("file:///etc", TOKEN, None), Some(Unusable::Base));
    assert_eq!(new("https://help.example", "a\nb", None), Some(Unusable::Token));
    assert_eq!(new("https://help.example", TOKEN, Some("ftp://proxy.example:3128")), Some(Unusable::Proxy));
    assert_eq!(new("https://help.example", TOKEN, Some("socks5://proxy.example")), Some(Unusable::Proxy));
    let text = new("https://help.example", "a\nsecret", None).expect("an error").to_string();
    assert!(!text.contains("secret"));
}
