//! Answers that no honest helpdesk gives: they end in time, and cost no more memory than a large honest one.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use super::row::Row;
use super::{TOKEN, bomb};
use crate::measure;
use crate::relay::{self, Session};
use crate::stub;
use crate::trouble::Trouble;

const MIB: usize = 1024 * 1024;
/// The longest body that the relay reads; `host/src/limits.rs` calls it `RESPONSE_BYTES`.
const CAP: usize = 40 * MIB;
/// What the gzip bomb unpacks to.
const UNPACKED: usize = 512 * MIB;
/// Attempts that a call makes at most, and how long it may wait between two.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(10);

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A head and no body, the connection stays open.
    Stalled,
    /// A chunked body without an end, as fast as it is taken.
    Endless,
    /// A byte a second.
    Dripping,
    /// `content-length` is larger than what comes, the connection stays open.
    LengthTooLong,
    /// `content-length` is smaller than what comes; the rest looks like an answer to the next request.
    LengthTooShort,
    /// `content-length` is larger than any computer.
    LengthOfAPlanet,
    /// Ten thousand headers.
    ManyHeaders,
    /// One header that never ends.
    EndlessHeader,
    /// `content-encoding: gzip`, 2 MiB that unpack to 512 MiB.
    GzipBomb,
    /// An honest answer, as large as the relay takes: one long text.
    Largest,
    /// The same, of as many values as fit: a tree of them would take sixteen times the room.
    ManyValues,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Stalled,
        Self::Endless,
        Self::Dripping,
        Self::LengthTooLong,
        Self::LengthTooShort,
        Self::LengthOfAPlanet,
        Self::ManyHeaders,
        Self::EndlessHeader,
        Self::GzipBomb,
        Self::Largest,
        Self::ManyValues,
    ];

    /// Whether a call that gets it succeeds.
    fn succeeds(self) -> bool {
        matches!(self, Self::LengthTooShort | Self::Largest | Self::ManyValues)
    }

    /// Whether it is whole on the wire, so that the connection may be used again.
    fn is_whole(self) -> bool {
        self.succeeds() || self == Self::GzipBomb
    }
}

/// Lets a relay read, and write, at a helpdesk that answers so. `deadline` is the time for one request; `slack` what an end
/// may be late.
///
/// # Errors
/// When the relay does not start, or its memory cannot be read.
pub fn answers(kinds: &[Kind], deadline: Duration, slack: Duration) -> Result<Vec<Row>, Trouble> {
    let of_each: Vec<Result<Vec<Row>, Trouble>> = std::thread::scope(|scope| {
        let threads: Vec<_> = kinds.iter().map(|kind| scope.spawn(move || answer(*kind, deadline, slack))).collect();
        let gone = || Err(Trouble::shape("a scenario that ends", "its thread panicked"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| gone())).collect()
    });
    of_each.into_iter().collect::<Result<Vec<_>, _>>().map(|rows| rows.into_iter().flatten().collect())
}

fn answer(kind: Kind, deadline: Duration, slack: Duration) -> Result<Vec<Row>, Trouble> {
    let helpdesk = Wicked::start()?;
    let timeout = deadline.as_millis().to_string();
    let setup = relay::relay().base(&helpdesk.base()).secret(TOKEN).env("TICKITI_API_TIMEOUT_MS", timeout);
    let mut relay = setup.start()?;
    // What every call costs once is no rise.
    relay.call("list_queues", json!({}))?.done()?;
    let before = peak(&relay)?;
    helpdesk.turn(Some(kind));
    let mut rows = Vec::new();
    let calls = [
        ("read", "list_queues", json!({})),
        ("write", "respond_to_ticket", json!({"ticket_number": "1", "from_email": "a@example.com", "content": "x"})),
    ];
    for (what, tool, arguments) in calls {
        let began = Instant::now();
        relay.patience = Duration::from_secs(120);
        let answer = relay.call(tool, arguments)?;
        let whole = began.elapsed();
        let name = |figure: &str| format!("{kind:?}, {what}: {figure}");
        let attempts = helpdesk.take_attempts();
        let longest = attempts.iter().max().copied().unwrap_or_default();
        let bound = deadline + slack;
        let time = Row::at_most(name("time of an attempt"), longest.as_millis(), bound.as_millis(), "ms");
        rows.push(Row { ok: time.ok && !attempts.is_empty(), ..time.note(format!("{} attempts", attempts.len())) });
        let bound = (bound + PAUSE) * ATTEMPTS;
        rows.push(Row::at_most(name("time of the call"), whole.as_millis(), bound.as_millis(), "ms"));
        let text: String = answer.text().chars().take(300).collect();
        let fits =
            answer.is_error() != kind.succeeds() && (what == "read" || kind.succeeds() || text.contains("unknown"));
        let words = if kind.succeeds() { "an answer" } else { "an error; of a write, that its outcome is unknown" };
        rows.push(Row { name: name("what is told"), demand: words.to_owned(), found: text, ok: fits });
        let rise = peak(&relay)?.saturating_sub(before) / 1024;
        let most = u64::try_from(2 * CAP / 1024).unwrap_or(u64::MAX);
        rows.push(Row::at_most(name("rise of the peak of memory so far"), rise, most, "KiB"));
    }
    // And the next honest answer is read as it is: nothing is left over from the one before.
    helpdesk.turn(None);
    let next = relay.call("list_queues", json!({"filters": {}}))?.text();
    let ok = next == HONEST;
    rows.push(Row { name: format!("{kind:?}: the call after it"), demand: HONEST.to_owned(), found: next, ok });
    Ok(rows)
}

fn peak(relay: &Session) -> Result<u64, Trouble> {
    let cost = measure::cost(relay.process());
    cost.map(|cost| cost.peak).ok_or_else(|| Trouble::shape("the memory of a process", "this system does not tell"))
}

const HONEST: &str = r#"{"honest":true}"#;

/// A server that answers as told, and keeps how long each such answer was listened to.
struct Wicked {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    kind: Mutex<Option<Kind>>,
    attempts: Mutex<Vec<Duration>>,
    over: AtomicBool,
}

impl Wicked {
    fn start() -> Result<Self, Trouble> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Trouble::io("listening"))?;
        let address = listener.local_addr().map_err(Trouble::io("listening"))?;
        let shared = Arc::new(Shared::default());
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.over.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&server);
                // How a connection ends is the client's affair.
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Ok(Self { address, shared })
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers so from now on; honestly, without a kind.
    fn turn(&self, kind: Option<Kind>) {
        *self.shared.kind.lock().unwrap_or_else(PoisonError::into_inner) = kind;
    }

    /// Waits a moment for those that end just now.
    fn take_attempts(&self) -> Vec<Duration> {
        std::thread::sleep(Duration::from_millis(100));
        std::mem::take(&mut *self.shared.attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Wicked {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        stub::read(&mut reader)?;
        let kind = *shared.kind.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kind) = kind else {
            write!(&mut &*stream, "{}content-length: {}\r\n\r\n{HONEST}", HEAD, HONEST.len()).ok()?;
            continue;
        };
        let began = Instant::now();
        let written = wicked(kind, stream);
        if kind.is_whole() && written.is_ok() {
            shared.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(began.elapsed());
            continue;
        }
        if written.is_ok() {
            // It is listened to until the client goes away.
            let _ = std::io::copy(&mut reader, &mut std::io::sink());
        }
        shared.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(began.elapsed());
        return None;
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// Writes an answer, as far as somebody listens.
fn wicked(kind: Kind, mut to: &TcpStream) -> std::io::Result<()> {
    match kind {
        Kind::Stalled => write!(to, "{HEAD}transfer-encoding: chunked\r\n\r\n"),
        Kind::Endless => {
            write!(to, "{HEAD}transfer-encoding: chunked\r\n\r\n")?;
            let chunk = [b"10000\r\n".as_slice(), &[b' '; 65_536], b"\r\n"].concat();
            loop {
                to.write_all(&chunk)?;
            }
        }
        Kind::Dripping => {
            write!(to, "{HEAD}content-length: 1000\r\n\r\n")?;
            to.set_read_timeout(Some(Duration::from_secs(1)))?;
            loop {
                to.write_all(b" ")?;
                // Nothing more is asked; the end of the connection is seen at once.
                if matches!((&mut &*to).read(&mut [0]), Ok(0)) {
                    return Ok(());
                }
            }
        }
        Kind::LengthTooLong => write!(to, "{HEAD}content-length: 1000\r\n\r\n{{\"data\":[]}}"),
        Kind::LengthTooShort => {
            let second = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"smuggled\":true}";
            write!(to, "{HEAD}content-length: 11\r\n\r\n{{\"data\":[]}}{second}")
        }
        Kind::LengthOfAPlanet => write!(to, "{HEAD}content-length: {}\r\n\r\n{{", u64::MAX / 4),
        Kind::ManyHeaders => {
            let headers: String = (0..10_000).map(|number| format!("x-{number}: {number}\r\n")).collect();
            write!(to, "{HEAD}{headers}content-length: 2\r\n\r\n{{}}")
        }
        Kind::EndlessHeader => {
            write!(to, "{HEAD}x-endless: ")?;
            loop {
                to.write_all(&[b'x'; 65_536])?;
            }
        }
        Kind::GzipBomb => {
            static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
            let bomb = BOMB.get_or_init(|| bomb::gzip(UNPACKED));
            write!(to, "{HEAD}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len())?;
            to.write_all(bomb)
        }
        Kind::Largest => {
            let text = vec![b'x'; CAP - 11];
            write!(to, "{HEAD}content-length: {CAP}\r\n\r\n{{\"data\":\"")?;
            to.write_all(&text)?;
            to.write_all(b"\"}")
        }
        Kind::ManyValues => {
            let values = b"0,".repeat(CAP / 2 - 6);
            write!(to, "{HEAD}content-length: {}\r\n\r\n{{\"data\":[", values.len() + 12)?;
            to.write_all(&values)?;
            to.write_all(b"0]}")
        }
    }
}
