//! One connection: its requests, one after the other, each under its fault or none.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::kind::Kind;
use super::message::{Head, Length, Reader};
use super::{Passage, Shared};
use crate::random::Random;

/// In how many pieces an answer trickles.
const DROPS: u32 = 10;

/// How an exchange leaves its connection.
enum Next {
    /// Open for another request.
    Keep,
    /// Closed in good order.
    Close,
    /// Reset.
    Reset,
}

/// An answer as it came.
struct Answer {
    head: Head,
    body: Vec<u8>,
}

impl Answer {
    fn bytes(&self) -> Vec<u8> {
        [self.head.bytes.as_slice(), &self.body].concat()
    }
}

/// Serves a connection until it ends.
pub(super) fn serve(shared: &Shared, stream: TcpStream, number: u64) {
    // What goes wrong on a connection is the client's affair.
    let _ = stream.set_nodelay(true);
    let end = {
        let mut connection =
            Connection { shared, client: &stream, reader: Reader::new(&stream), number, upstream: None };
        connection.exchanges().unwrap_or(Next::Close)
    };
    if matches!(end, Next::Reset) {
        // A socket closed with no time to linger sends RST.
        let _ = tokio::net::TcpSocket::from_std_stream(stream).set_zero_linger();
    }
}

struct Connection<'a> {
    shared: &'a Shared,
    client: &'a TcpStream,
    reader: Reader<'a>,
    number: u64,
    upstream: Option<TcpStream>,
}

impl Connection<'_> {
    fn exchanges(&mut self) -> io::Result<Next> {
        let mut first = true;
        loop {
            // The first is drawn before anything is read, so that a connection can be refused; later ones when they come, so
            // that a resting connection uses up no fault.
            if !first && !self.reader.ready()? {
                return Ok(Next::Close);
            }
            let (fault, mut random) = self.shared.draw();
            if fault == Some(Kind::Refuse) {
                self.count(fault);
                return Ok(Next::Reset);
            }
            match self.exchange(fault, &mut random)? {
                Next::Keep => first = false,
                end => return Ok(end),
            }
        }
    }

    fn count(&self, fault: Option<Kind>) {
        if let Some(kind) = fault {
            *self.shared.lock().counts.faults.entry(kind).or_default() += 1;
        }
    }

    /// Keeps what is known of a request; answers its place among the passages.
    fn note(&self, head: &Head, fault: Option<Kind>) -> usize {
        self.count(fault);
        let mut state = self.shared.lock();
        state.counts.requests += 1;
        state.passages.push(Passage {
            connection: self.number,
            method: head.word(0).to_owned(),
            path: head.word(1).to_owned(),
            key: head.header("idempotency-key").map(str::to_owned),
            body: self.reader.ahead().to_vec(),
            whole: false,
            forwarded: false,
            fault,
        });
        state.passages.len() - 1
    }

    fn note_body(&self, place: usize, body: &[u8], whole: bool) {
        if let Some(passage) = self.shared.lock().passages.get_mut(place) {
            passage.body = body.to_vec();
            passage.whole = whole;
        }
    }

    fn exchange(&mut self, fault: Option<Kind>, random: &mut Random) -> io::Result<Next> {
        let patience = self.shared.lock().plan.patience;
        let head = self.reader.head()?;
        let place = self.note(&head, fault);
        match fault {
            Some(Kind::ResetBeforeBody) => return Ok(Next::Reset),
            Some(Kind::ResetInBody) => {
                if let Length::Bytes(length) = head.length() {
                    let half = self.reader.bytes(length / 2)?;
                    self.note_body(place, &half, false);
                    let upstream = TcpStream::connect(self.shared.upstream)?;
                    (&upstream).write_all(&[head.bytes.as_slice(), &half].concat())?;
                }
                return Ok(Next::Reset);
            }
            _ => {}
        }
        let body = self.reader.body(head.length())?;
        self.note_body(place, &body, true);
        match fault {
            Some(Kind::StallBefore) => return Ok(self.stall()),
            Some(Kind::TooMany) => {
                let wait = random.below(2);
                let headers = format!("content-type: application/json\r\nretry-after: {wait}\r\n");
                self.tell(429, &headers, r#"{"message":"Too Many Attempts."}"#)?;
                return Ok(Next::Keep);
            }
            Some(Kind::ErrorBefore) => return self.server_error(random),
            Some(Kind::Latency) if random.chance(0.5) => pause(random, patience / 2),
            _ => {}
        }
        let sliced = fault == Some(Kind::Slice);
        self.forward(&head, &body, sliced.then_some(&mut *random))?;
        if let Some(passage) = self.shared.lock().passages.get_mut(place) {
            passage.forwarded = true;
        }
        self.shared.lock().counts.forwarded += 1;
        if fault == Some(Kind::ResetAfterBody) && random.chance(0.5) {
            // The server is still at work; it takes effect all the same.
            return Ok(Next::Reset);
        }
        let answer = self.answer()?;
        self.hand_on(fault, random, patience, &head, &body, &answer)
    }

    /// Gives the answer to the client, or what the fault makes of it.
    fn hand_on(
        &mut self,
        fault: Option<Kind>,
        random: &mut Random,
        patience: Duration,
        head: &Head,
        body: &[u8],
        answer: &Answer,
    ) -> io::Result<Next> {
        let mut client = self.client;
        let half = answer.body.len() / 2;
        let whole = answer.bytes();
        match fault {
            Some(Kind::ResetAfterBody) => return Ok(Next::Reset),
            Some(Kind::ResetAfterStatusLine) => {
                client.write_all(answer.head.bytes.get(..answer.head.status_line()).unwrap_or_default())?;
                // A reset throws away what the client has not read yet.
                pause(random, Duration::from_millis(10));
                return Ok(Next::Reset);
            }
            Some(Kind::StallAfter) => return Ok(self.stall()),
            Some(Kind::ErrorAfter) => return self.server_error(random),
            Some(Kind::CutBody) => {
                client.write_all(&answer.head.bytes)?;
                client.write_all(answer.body.get(..half).unwrap_or_default())?;
                return Ok(Next::Close);
            }
            Some(Kind::LongLength) => {
                let length = answer.body.len() + 1 + random.below(100);
                client.write_all(&answer.head.with("content-length", &length.to_string()))?;
                client.write_all(&answer.body)?;
                // Some servers then close, others wait.
                return Ok(if random.chance(0.5) { Next::Close } else { self.stall() });
            }
            Some(Kind::Latency) => pause(random, patience / 2),
            Some(Kind::Trickle) => {
                let breath = share(random, patience.mul_f64(1.6)) / DROPS;
                for piece in whole.chunks(whole.len().div_ceil(DROPS as usize).max(1)) {
                    std::thread::sleep(breath);
                    client.write_all(piece)?;
                }
                return Ok(Next::Keep);
            }
            Some(Kind::Slice) => {
                sliced(client, &whole, random)?;
                return Ok(Next::Keep);
            }
            Some(Kind::LateTwice) => {
                pause(random, patience.mul_f64(1.5));
                client.write_all(&whole)?;
                client.write_all(&whole)?;
                return Ok(Next::Keep);
            }
            Some(Kind::Duplicate) => {
                let again = head.with("idempotency-key", &format!("{:016x}", random.number()));
                let mut upstream = TcpStream::connect(self.shared.upstream)?;
                upstream.write_all(&[again.as_slice(), body].concat())?;
                read_answer(&upstream)?;
            }
            _ => {}
        }
        client.write_all(&whole)?;
        Ok(Next::Keep)
    }

    /// Hands a request on. A connection that the server closed meanwhile is replaced: nobody has seen the request yet.
    fn forward(&mut self, head: &Head, body: &[u8], slices: Option<&mut Random>) -> io::Result<()> {
        let upstream = match self.upstream.take() {
            Some(upstream) if is_open(&upstream) => upstream,
            _ => TcpStream::connect(self.shared.upstream)?,
        };
        upstream.set_nodelay(true)?;
        let request = [head.bytes.as_slice(), body].concat();
        match slices {
            Some(random) => sliced(&upstream, &request, random)?,
            None => (&upstream).write_all(&request)?,
        }
        self.upstream = Some(upstream);
        Ok(())
    }

    fn answer(&self) -> io::Result<Answer> {
        match &self.upstream {
            Some(upstream) => read_answer(upstream),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn tell(&self, status: u16, headers: &str, body: &str) -> io::Result<()> {
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
        let mut client = self.client;
        client.write_all(format!("{head}{body}").as_bytes())
    }

    fn server_error(&self, random: &mut Random) -> io::Result<Next> {
        let status = random.one(&[500, 502, 503]).copied().unwrap_or(500);
        self.tell(status, "content-type: text/html\r\n", "<html><body><h1>Something broke</h1></body></html>")?;
        Ok(Next::Keep)
    }

    /// Says nothing until the client gives up; what it still says is not listened to.
    fn stall(&self) -> Next {
        let mut client = self.client;
        let _ = io::copy(&mut client, &mut io::sink());
        Next::Close
    }
}

fn read_answer(upstream: &TcpStream) -> io::Result<Answer> {
    let mut reader = Reader::new(upstream);
    let head = reader.head()?;
    let body = reader.body(head.length())?;
    Ok(Answer { head, body })
}

/// Whether the other side has not closed. There is nothing to read on a connection between two requests.
fn is_open(stream: &TcpStream) -> bool {
    let mut one = [0];
    let mut reading = stream;
    let resting = stream.set_nonblocking(true).is_ok()
        && matches!(reading.read(&mut one), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
    let back = stream.set_nonblocking(false).is_ok();
    if !resting {
        let _ = stream.shutdown(Shutdown::Both);
    }
    resting && back
}

/// Waits for any time up to so long.
fn pause(random: &mut Random, most: Duration) {
    std::thread::sleep(share(random, most));
}

/// Any time up to so long.
fn share(random: &mut Random, most: Duration) -> Duration {
    most.mul_f64(random.below(1_001) as f64 / 1_000.0)
}

/// Writes in pieces of 1 to 40 bytes, with a breath between some of them.
fn sliced(mut stream: &TcpStream, bytes: &[u8], random: &mut Random) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + random.below(40)).min(rest.len()));
        stream.write_all(piece)?;
        rest = after;
        if random.chance(0.2) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}
