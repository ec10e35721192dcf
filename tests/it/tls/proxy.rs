//! A proxy of a few lines.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;

use super::server::{Server, read_request};

/// Tunnels to wherever `CONNECT` asks it to, on this computer; answers `answer` to anything else. What it keeps is what came
/// to it outside of tunnels.
pub(crate) fn proxy(answer: &str) -> Server {
    let answer = answer.to_owned();
    Server::start(move |mut stream, heard| {
        let request = read_request(&mut stream);
        heard.lock().unwrap().extend_from_slice(&request);
        let text = String::from_utf8_lossy(&request).into_owned();
        let target = text.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
        match target.map(TcpStream::connect) {
            Some(Ok(there)) => tunnel(stream, there),
            Some(Err(_)) => drop(stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")),
            None => drop(stream.write_all(answer.as_bytes())),
        }
    })
}

/// Lets nobody through.
pub(crate) fn closed_proxy() -> Server {
    Server::start(|mut stream, heard| {
        let request = read_request(&mut stream);
        heard.lock().unwrap().extend_from_slice(&request);
        drop(stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"));
    })
}

fn tunnel(mut here: TcpStream, mut there: TcpStream) {
    here.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut from_here, mut to_here) = (here.try_clone().unwrap(), here);
    let mut to_there = there.try_clone().unwrap();
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_here, &mut to_there);
        let _ = to_there.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut there, &mut to_here);
    let _ = to_here.shutdown(Shutdown::Write);
}
