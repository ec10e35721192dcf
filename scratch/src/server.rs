//! Connections, and the life of a request from its head to its answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tickiti_relay_routes::{Method, Table};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answer::Answer;
use crate::control;
use crate::effects::{SeenRequest, sha256};
use crate::faults::{Fault, Faults, Moment};
use crate::keys::Keys;
use crate::reply::Refusal;
use crate::strike::{Cut, Outcome, dress, instead, strike};
use crate::wire::{Shears, Wire};
use crate::work::{Asked, Found, work};
use crate::world::World;

/// The longest body that is read.
const LONGEST_BODY: usize = 64 * 1024 * 1024;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    table: &'static Table,
    keep_body_bytes: usize,
}

/// Everything behind the one lock.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) keys: Keys,
    pub(crate) faults: Faults,
    pub(crate) seen: Vec<SeenRequest>,
    pub(crate) counted: u64,
}

impl Shared {
    pub(crate) fn new(world: World, keep_body_bytes: usize) -> Arc<Self> {
        let state = State { world, ..State::default() };
        Arc::new(Self { state: Mutex::new(state), table: Table::builtin(), keep_body_bytes })
    }

    /// Nothing leaves the state half changed, so a panic of another holder is no reason to stop.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, number: u64, change: impl FnOnce(&mut SeenRequest)) {
        let mut state = self.lock();
        if let Some(seen) = state.seen.iter_mut().rev().find(|seen| seen.number == number) {
            change(seen);
        }
    }
}

/// Accepts connections until told to stop.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    loop {
        let stream = tokio::select! {
            _ = stop.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) if from.ip().is_loopback() => stream,
                Ok(_) => continue,
                // Out of descriptors, most likely: others end, then there are some again.
                Err(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let (shared, mut stop, shears) = (Arc::clone(&shared), stop.clone(), Shears::new());
        tokio::spawn(async move {
            let service = service_fn(|request| serve(Arc::clone(&shared), Arc::clone(&shears), request));
            let io = TokioIo::new(Wire::new(stream, Arc::clone(&shears)));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(io, service);
            tokio::select! {
                // How a connection ended is the client's to judge.
                _ = connection => {}
                _ = stop.changed() => {}
            }
        });
    }
}

async fn serve(shared: Arc<Shared>, shears: Arc<Shears>, request: Request<Incoming>) -> Result<Response<Answer>, Cut> {
    let (head, body) = request.into_parts();
    if head.uri.path().starts_with(control::PREFIX) {
        return Ok(control::answer(&shared, &head, body).await);
    }
    let (mut asked, fault) = arrive(&shared, &head);
    strike(fault.as_ref(), Moment::BeforeBody, &shears).await?;
    let number = asked.number;
    let outcome = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => {
            asked.body = body.to_bytes();
            note_body(&shared, number, &asked.body);
            match instead(fault.as_ref()) {
                Some(outcome) => outcome,
                // In a task of its own: a server goes on working when the client hangs up.
                None => tokio::spawn(work(Arc::clone(&shared), asked, fault.clone(), Arc::clone(&shears)))
                    .await
                    .unwrap_or_else(|_| Ok(Outcome::server_error(500)))?,
            }
        }
        Err(error) if error.is::<LengthLimitError>() => {
            Outcome::new(413, &json!({"message": "The body is too large."}))
        }
        // The client went away.
        Err(_) => return Err(Cut),
    };
    let replayed = outcome.replayed;
    let response = dress(fault.as_ref(), outcome, &shears);
    let status = response.status().as_u16();
    shared.note(number, |seen| {
        seen.status = Some(status);
        seen.replayed = replayed;
    });
    Ok(response)
}

/// Writes a request into the log and finds its route and its fault.
fn arrive(shared: &Shared, head: &Parts) -> (Asked, Option<Fault>) {
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let route = find(shared.table, head);
    let secret = header("authorization").and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
    });
    let mut state = shared.lock();
    state.counted += 1;
    let number = state.counted;
    let fault = state.faults.take(route.as_ref().ok().map(|(route, _)| route.name.as_str()));
    let token = secret.as_deref().map(|secret| state.world.token(secret).map_or("unknown", |token| &token.name));
    let token = token.map(|name| format!("Bearer [{name}]"));
    let headers = head.headers.iter().map(|(name, value)| {
        let shown = match &token {
            Some(token) if name == "authorization" => token.clone(),
            None if name == "authorization" => "[not a bearer token]".to_owned(),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        (name.as_str().to_owned(), shown)
    });
    let seen = SeenRequest {
        number,
        method: head.method.as_str().to_owned(),
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: headers.collect(),
        body: Bytes::new(),
        body_bytes: 0,
        body_sha256: sha256(b""),
        status: None,
        fault: fault.as_ref().map(|fault| format!("{fault:?}")),
        replayed: false,
    };
    state.seen.push(seen);
    drop(state);
    let asked = Asked {
        number,
        route,
        query: head.uri.query().map(str::to_owned),
        secret,
        key: header("idempotency-key"),
        content_type: header("content-type"),
        body: Bytes::new(),
    };
    (asked, fault)
}

fn note_body(shared: &Shared, number: u64, body: &Bytes) {
    let (digest, kept) = (sha256(body), body.slice(..body.len().min(shared.keep_body_bytes)));
    shared.note(number, |seen| {
        seen.body = kept;
        seen.body_bytes = body.len();
        seen.body_sha256 = digest;
    });
}

fn find(table: &Table, head: &Parts) -> Found {
    let whole = head.uri.path();
    let path = whole.strip_prefix("/api/v1/").unwrap_or_default();
    let shown = || whole.trim_start_matches('/').to_owned();
    if let Some(method) = method(head.method.as_str())
        && let Some(found) = table.by_path(method, path)
    {
        let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let params = found.values.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        return Ok((Arc::clone(found.route), params));
    }
    let allowed: Vec<_> = table.methods(path).into_iter().map(Method::word).collect();
    if allowed.is_empty() {
        return Err(Refusal::UnknownRoute(shown()));
    }
    Err(Refusal::Method { asked: head.method.as_str().to_owned(), path: shown(), allowed })
}

fn method(name: &str) -> Option<Method> {
    [Method::Post, Method::Get, Method::Put, Method::Patch, Method::Delete]
        .into_iter()
        .find(|method| method.word() == name)
}

/// Where a helpdesk listens.
pub(crate) async fn bind(port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
