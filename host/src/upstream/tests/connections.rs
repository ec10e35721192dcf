//! Which connection a request goes over, how long it may take, and whose answer it takes.

use super::*;

/// A server that answers the first request of each connection with its number, and whatever else comes over it with an answer
/// that nobody must take. With `at_once`, that answer comes without being asked for.
async fn with_strays(at_once: bool) -> (Server, Arc<Mutex<usize>>) {
    let (connections, ended) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let over = Arc::clone(&ended);
    let server = Server::start(move |mut stream| {
        let (connections, over) = (Arc::clone(&connections), Arc::clone(&over));
        async move {
            let number = {
                let mut connections = connections.lock().expect("no panic");
                *connections += 1;
                *connections
            };
            let stray = ok("{\"stray\":true}");
            let first = ok(&format!("{{\"connection\":{number}}}"));
            let _ = stream.write_all(first.as_bytes()).await;
            if at_once {
                let _ = stream.write_all(stray.as_bytes()).await;
            }
            while !read_request(&mut stream).await.is_empty() && stream.write_all(stray.as_bytes()).await.is_ok() {}
            *over.lock().expect("no panic") += 1;
        }
    })
    .await;
    (server, ended)
}

async fn body(upstream: &Upstream, route: &str) -> String {
    let answer = upstream.send(&request(route, "{}"), None, ENOUGH).await.expect("an answer");
    answer.body.text().to_owned()
}

#[tokio::test]
async fn a_write_takes_no_answer_but_its_own() {
    const WRITES: [&str; 4] =
        ["tickets.respond", "workflow.queues.update", "tickets.delete", "administration.api_tokens.create"];
    for at_once in [false, true] {
        for before in ["tickets.show", "tickets.respond"] {
            let (server, ended) = with_strays(at_once).await;
            let upstream = server.upstream(ENOUGH);
            assert_eq!(body(&upstream, before).await, "{\"connection\":1}");
            for (route, connection) in WRITES.into_iter().zip(2..) {
                assert_eq!(
                    body(&upstream, route).await,
                    format!("{{\"connection\":{connection}}}"),
                    "{before}, {route}"
                );
            }
            assert_eq!(server.seen().len(), 5, "a connection each");
            // Each is closed by the relay, not left open for others: a read's may stay.
            let kept = usize::from(before == "tickets.show" && !at_once);
            let closed = async {
                while *ended.lock().expect("no panic") < 5 - kept {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(ENOUGH, closed).await.expect("the connections of writes are closed");
        }
    }
}

#[tokio::test]
async fn reads_keep_their_connection() {
    let server = Server::start(|mut stream| async move {
        loop {
            if stream.write_all(ok("{}").as_bytes()).await.is_err() || read_request(&mut stream).await.is_empty() {
                return;
            }
        }
    })
    .await;
    let upstream = server.upstream(ENOUGH);
    for _ in 0..3 {
        upstream.send(&request("tickets.show", "{}"), None, ENOUGH).await.expect("an answer");
    }
    assert_eq!(server.seen().len(), 1, "one connection");
}

#[tokio::test]
async fn a_request_is_never_doubled() {
    let hangs_up = Server::start(|stream| async move { drop(stream) }).await;
    assert!(matches!(hangs_up.send().await, Err(Broken::Interrupted { .. })));
    assert_eq!(hangs_up.seen().len(), 1, "sent once");
}

#[tokio::test]
async fn the_lesser_of_two_times_holds() {
    let silent = Server::start(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let (short, long) = (Duration::from_millis(250), Duration::from_secs(600));
    for route in ["tickets.show", "tickets.respond"] {
        for (configured, within) in [(short, long), (long, short)] {
            let upstream = silent.upstream(configured);
            let request = request(route, "{}");
            let result = tokio::time::timeout(ENOUGH, upstream.send(&request, None, within)).await;
            assert_eq!(result.expect("it ends"), Err(Broken::TimedOut { after: short }), "{route}");
        }
    }
}

#[tokio::test]
async fn a_write_with_little_time_left_is_still_known_as_not_sent() {
    let silent = Server::start(|_stream| std::future::pending()).await;
    let mut base = silent.base.clone();
    base.set_scheme("https").expect("a scheme");
    let upstream = upstream(base, Duration::from_secs(600), None);
    let request = request("tickets.respond", "{}");
    let result = tokio::time::timeout(ENOUGH, upstream.send(&request, None, Duration::from_millis(400))).await;
    assert!(matches!(result, Ok(Err(Broken::NotConnected { .. }))), "{result:?}");
}

#[tokio::test]
async fn a_proxy_is_used_when_given_and_only_then() {
    let proxy = Server::answering(ok("{\"from\":\"proxy\"}")).await;
    let base = Url::parse("http://help.example/desk").expect("an address");
    let through = upstream(base, ENOUGH, Some(proxy.base.as_str()));
    let answer = through.send(&request("tickets.show", "{}"), None, ENOUGH).await;
    assert_eq!(answer.map(|answer| answer.body), Ok(AnswerBody::Json("{\"from\":\"proxy\"}".into())));
    assert!(proxy.seen().concat().starts_with("POST http://help.example/desk/api/v1/tickets/show HTTP/1.1\r\n"));
}

#[tokio::test]
async fn what_a_proxy_is_told_is_told_to_nobody_else() {
    let proxy = Server::start(|mut stream| async move {
        // As a proxy does that explains why it refuses.
        let body = "you sent Basic YW5uYTpDQU5BUlkteDlxMno= which is anna:CANARY-x9q2z";
        let _ = stream.write_all(http("502 Bad Gateway", "", body).as_bytes()).await;
    })
    .await;
    let mut address = proxy.base.clone();
    address.set_path("");
    address.set_username("anna").expect("a name");
    address.set_password(Some("CANARY-x9q2z")).expect("a password");
    let base = Url::parse("http://help.example").expect("an address");
    let through = upstream(base, ENOUGH, Some(address.as_str()));
    let answer = through.send(&request("tickets.show", "{}"), None, ENOUGH).await.expect("an answer");
    assert!(proxy.seen().concat().contains("proxy-authorization: Basic YW5uYTpDQU5BUlkteDlxMno=\r\n"));
    let shown = format!("{answer:?} {through:?}");
    assert!(!shown.contains("CANARY") && !shown.contains("YW5uYTp"), "{shown}");

    address.set_port(Some(9)).expect("a port");
    let base = Url::parse("https://help.example").expect("an address");
    let closed = upstream(base, ENOUGH, Some(address.as_str()));
    let broken = closed.send(&request("tickets.show", "{}"), None, ENOUGH).await.expect_err("no proxy");
    assert!(broken.to_string().starts_with("no connection: through the proxy http://127.0.0.1:9: "), "{broken}");
    assert!(!broken.to_string().contains("CANARY"), "{broken}");
}
