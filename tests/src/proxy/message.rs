//! Just enough HTTP/1.1 to know where a head and a body end. Bytes are kept as they came.

use std::io::{self, Read};
use std::net::TcpStream;

/// A head longer than this is no head.
const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a request or an answer.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// As it came, the empty line included.
    pub(crate) bytes: Vec<u8>,
    first: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn parse(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        Self { bytes, first, headers }
    }

    /// A word of the first line: method and path of a request, status of an answer.
    pub(crate) fn word(&self, place: usize) -> &str {
        self.first.split(' ').nth(place).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Length of the status line, its end included.
    pub(crate) fn status_line(&self) -> usize {
        self.first.len() + 2
    }

    /// The same head with one header's value replaced.
    pub(crate) fn with(&self, name: &str, value: &str) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.first);
        for (known, old) in &self.headers {
            text.push_str(&format!("{known}: {}\r\n", if known == name { value } else { old }));
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// How its body ends.
    pub(crate) fn length(&self) -> Length {
        let coding = self.header("transfer-encoding").unwrap_or_default();
        if coding.to_ascii_lowercase().contains("chunked") {
            return Length::Chunked;
        }
        match self.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => Length::Bytes(length),
            None => Length::None,
        }
    }
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// After so many bytes.
    Bytes(usize),
    /// With an empty chunk.
    Chunked,
    /// There is none.
    None,
}

/// A connection's reading side, with what was read too far.
pub(crate) struct Reader<'a> {
    stream: &'a TcpStream,
    ahead: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(stream: &'a TcpStream) -> Self {
        Self { stream, ahead: Vec::new() }
    }

    /// Waits until something is there. `false` when the other side closed.
    pub(crate) fn ready(&mut self) -> io::Result<bool> {
        if self.ahead.is_empty() { self.more().map(|count| count > 0) } else { Ok(true) }
    }

    fn more(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 * 1024];
        let mut stream = self.stream;
        let count = stream.read(&mut piece)?;
        self.ahead.extend_from_slice(piece.get(..count).unwrap_or_default());
        Ok(count)
    }

    /// Reads until `end` says where to cut what has come.
    fn until(&mut self, end: impl Fn(&[u8]) -> Option<usize>, most: usize) -> io::Result<Vec<u8>> {
        loop {
            if let Some(place) = end(&self.ahead) {
                let rest = self.ahead.split_off(place);
                return Ok(std::mem::replace(&mut self.ahead, rest));
            }
            if self.ahead.len() > most {
                return Err(io::Error::other("the message does not end"));
            }
            if self.more()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// The next head.
    pub(crate) fn head(&mut self) -> io::Result<Head> {
        let end = |bytes: &[u8]| bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|place| place + 4);
        self.until(end, LONGEST_HEAD).map(Head::parse)
    }

    /// So many bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        self.until(|bytes| (bytes.len() >= count).then_some(count), usize::MAX)
    }

    /// The whole body, chunks as they came.
    pub(crate) fn body(&mut self, length: Length) -> io::Result<Vec<u8>> {
        match length {
            Length::Bytes(count) => self.bytes(count),
            Length::None => Ok(Vec::new()),
            Length::Chunked => {
                let mut body = Vec::new();
                loop {
                    let end = |bytes: &[u8]| bytes.windows(2).position(|two| two == b"\r\n").map(|place| place + 2);
                    let line = self.until(end, LONGEST_HEAD)?;
                    let digits = String::from_utf8_lossy(&line);
                    let digits = digits.split([';', '\r']).next().unwrap_or_default().trim();
                    let size = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
                    body.extend_from_slice(&line);
                    body.extend_from_slice(&self.bytes(size + 2)?);
                    if size == 0 {
                        return Ok(body);
                    }
                }
            }
        }
    }

    /// What has come and was not asked for yet.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    fn pair(bytes: &[u8]) -> TcpStream {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        there.write_all(bytes).unwrap();
        listener.accept().unwrap().0
    }

    #[test]
    fn heads_and_bodies_end_where_they_say() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\nX: y\r\n\r\nabcGET /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
                      2\r\nde\r\n0\r\n\r\nPUT /c HTTP/1.1\r\n\r\n";
        let stream = pair(bytes);
        let mut reader = Reader::new(&stream);
        let head = reader.head().unwrap();
        assert_eq!((head.word(0), head.word(1), head.header("x")), ("POST", "/a", Some("y")));
        assert_eq!(reader.body(head.length()).unwrap(), b"abc");
        let head = reader.head().unwrap();
        assert_eq!(reader.body(head.length()).unwrap(), b"2\r\nde\r\n0\r\n\r\n");
        let head = reader.head().unwrap();
        assert_eq!((head.word(1), head.length()), ("/c", Length::None));
        assert!(!reader.ready().unwrap());
        assert!(reader.head().is_err());
    }

    #[test]
    fn a_header_is_replaced_and_the_others_stay() {
        let stream = pair(b"POST / HTTP/1.1\r\nidempotency-key: a\r\nhost: h\r\n\r\n");
        let head = Reader::new(&stream).head().unwrap();
        assert_eq!(head.with("idempotency-key", "b"), b"POST / HTTP/1.1\r\nidempotency-key: b\r\nhost: h\r\n\r\n");
    }
}
