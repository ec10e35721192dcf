//! A client of a few lines: one connection a request, nothing hidden.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tickiti_relay_scratch::{Helpdesk, Options, Running, Switches};

pub(crate) fn helpdesk() -> Running {
    Helpdesk::start(Options::default()).unwrap()
}

pub(crate) fn helpdesk_with(change: impl FnOnce(&mut Switches)) -> Running {
    let mut options = Options::default();
    change(&mut options.switches);
    Helpdesk::start(options).unwrap()
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// The `data` of a 200 in the API's own envelope.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let mut body = self.json();
        assert_eq!((self.status, &body["ok"]), (200, &json!(true)), "{body:#}");
        body["data"].take()
    }

    /// The fields that a 422 names.
    #[track_caller]
    pub(crate) fn refused(&self) -> Vec<String> {
        let body = self.json();
        assert_eq!((self.status, &body["error"]), (422, &json!("validation_failed")), "{body:#}");
        body["errors"].as_object().unwrap().keys().cloned().collect()
    }

    #[track_caller]
    pub(crate) fn error(&self, status: u16, error: &str) {
        assert_eq!((self.status, &self.json()["error"]), (status, &json!(error)), "{:#}", self.json());
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) secret: Option<String>,
}

impl Client {
    pub(crate) fn new(helpdesk: &Running, token: &str) -> Self {
        Self { address: helpdesk.address(), secret: Some(helpdesk.token(token).unwrap()) }
    }

    /// Posts JSON; a fresh key goes along, as it does no harm where none is wanted.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.keyed(path, body, &key)
    }

    pub(crate) fn keyed(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.send("POST", path, &[("Idempotency-Key", key)], "application/json", body.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn unkeyed(&self, path: &str, body: &Value) -> io::Result<Answer> {
        self.send("POST", path, &[], "application/json", body.to_string().as_bytes())
    }

    pub(crate) fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        self.send("POST", "tickets/attachment-upload", &[], "multipart/form-data; boundary=cut", &body).unwrap()
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        kind: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: scratch\r\nConnection: close\r\n");
        if let Some(secret) = &self.secret {
            head.push_str(&format!("Authorization: Bearer {secret}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        read(&mut stream, usize::MAX)
    }
}

/// Reads an answer, but no more than so many bytes.
pub(crate) fn read(stream: &mut TcpStream, most: usize) -> io::Result<Answer> {
    let mut all = Vec::new();
    stream.take(most as u64).read_to_end(&mut all)?;
    let broken = || io::Error::new(io::ErrorKind::UnexpectedEof, "no whole head");
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let body = all.split_off(end + 4);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    if length.is_some_and(|length| length != body.len()) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the body is not as long as was said"));
    }
    Ok(Answer { status, head, body })
}

/// A ticket that is there at start: number, by id.
pub(crate) fn number(helpdesk: &Running, id: u64) -> String {
    helpdesk.world(|world| world.ticket(id).unwrap().number.to_string())
}
