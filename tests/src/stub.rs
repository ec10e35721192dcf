//! A few lines of HTTP on loopback, for answers that a helpdesk never gives: redirects, broken JSON, silence.
//!
//! It keeps what it was asked, byte for byte. Threads and blocking reads: it must be faster than what it measures.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Every byte.
    pub body: Vec<u8>,
}

impl Asked {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the stub does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers with these bytes, head and all.
    Bytes(Arc<[u8]>),
    /// Answers with these bytes and closes the connection.
    Last(Arc<[u8]>),
    /// Says nothing until the client gives up.
    Silence,
}

impl Reply {
    /// A status and a JSON body.
    #[must_use]
    pub fn json(status: u16, body: &str) -> Self {
        Self::with(status, &[("content-type", "application/json")], body)
    }

    /// A status, headers and a body.
    #[must_use]
    pub fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
        Self::Bytes(format!("{head}{body}").into_bytes().into())
    }

    /// A head that promises more body than comes before the connection ends.
    #[must_use]
    pub fn cut_short(status: u16, body: &str) -> Self {
        let length = body.len() + 100;
        let head =
            format!("HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        Self::Last(format!("{head}{body}").into_bytes().into())
    }
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server under way; it ends when it is dropped.
pub struct Stub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

impl Stub {
    /// Answers everything with 200 and this JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::always(Reply::json(200, body))
    }

    /// Answers everything alike.
    #[must_use]
    pub fn always(reply: Reply) -> Self {
        Self::answering(move |_| reply.clone())
    }

    /// Answers as `handler` says and keeps what was asked.
    #[must_use]
    pub fn answering(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(true, Arc::new(handler))
    }

    /// Answers everything alike and keeps nothing: for measuring.
    #[must_use]
    pub fn tireless(reply: Reply) -> Self {
        Self::start(false, Arc::new(move |_: &Asked| reply.clone()))
    }

    #[expect(clippy::expect_used, reason = "without a free port on loopback there is nothing to test")]
    fn start(keep: bool, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port on loopback");
        let address = listener.local_addr().expect("the port just bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (kept, end) = (Arc::clone(&asked), Arc::clone(&over));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let (handler, kept) = (Arc::clone(&handler), keep.then(|| Arc::clone(&kept)));
                // A connection that breaks is the client's affair.
                std::thread::spawn(move || serve(&stream, handler.as_ref(), kept.as_deref()));
            }
        });
        Self { address, asked, over }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked_since(0)
    }

    /// What was asked after the first so many.
    #[must_use]
    pub fn asked_since(&self, known: usize) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(known..).unwrap_or_default().to_vec()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections, so that it sees the end.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn serve(stream: &TcpStream, handler: &Handler, kept: Option<&Mutex<Vec<Asked>>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::with_capacity(64 * 1024, stream);
    let mut writer = stream;
    loop {
        let asked = read(&mut reader)?;
        let reply = handler(&asked);
        if let Some(kept) = kept {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        }
        match reply {
            Reply::Bytes(bytes) => writer.write_all(&bytes).ok()?,
            Reply::Last(bytes) => return writer.write_all(&bytes).ok(),
            Reply::Silence => {
                // Until the client closes; what it still says is not listened to.
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
                return None;
            }
        }
    }
}

/// The next request of a connection; nothing at its end.
pub(crate) fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, path, headers, body: Vec::new() };
    if asked.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let size = usize::from_str_radix(line(reader)?.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            asked.body.extend_from_slice(chunk.get(..size)?);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = asked.header("content-length").and_then(|length| length.parse().ok()) {
        asked.body = vec![0; length];
        reader.read_exact(&mut asked.body).ok()?;
    }
    Some(asked)
}

/// A line without its end; nothing at the end of the stream.
fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(1..) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(stub: &Stub, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(stub.address).unwrap();
        stream.write_all(request).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn it_answers_and_keeps_what_was_asked() {
        let stub = Stub::answering(|asked| Reply::json(201, &format!("{:?}", asked.path)));
        let answer =
            ask(&stub, b"POST /a?b HTTP/1.1\r\nX-Case: Kept\r\ncontent-length: 2\r\n\r\n{}GET /c HTTP/1.1\r\n\r\n");
        assert!(
            answer.starts_with("HTTP/1.1 201") && answer.contains("\"/a?b\"") && answer.ends_with("\"/c\""),
            "{answer}"
        );
        let asked = stub.asked();
        assert_eq!(asked[0].header("x-case"), Some("Kept"));
        assert_eq!((asked[0].body.as_slice(), asked[1].method.as_str()), (&b"{}"[..], "GET"));
    }

    #[test]
    fn it_reads_a_chunked_body() {
        let stub = Stub::json("{}");
        ask(&stub, b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assert_eq!(stub.asked()[0].body, b"abcde");
    }
}
