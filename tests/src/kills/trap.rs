//! A listener that nobody should come to.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::trouble::Trouble;

/// Keeps who connected, and closes each connection at once.
pub struct Trap {
    address: SocketAddr,
    caught: Arc<Mutex<Vec<SocketAddr>>>,
    over: Arc<AtomicBool>,
}

impl Trap {
    /// On a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is none.
    pub fn set() -> Result<Self, Trouble> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Trouble::io("setting a trap"))?;
        let address = listener.local_addr().map_err(Trouble::io("setting a trap"))?;
        let (caught, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (keep, end) = (Arc::clone(&caught), Arc::clone(&over));
        std::thread::spawn(move || {
            while !end.load(Ordering::SeqCst) {
                if let Ok((_, who)) = listener.accept() {
                    keep.lock().unwrap_or_else(PoisonError::into_inner).push(who);
                }
            }
        });
        Ok(Self { address, caught, over })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections came so far. One of our own is made first: when that was seen, all before it were.
    ///
    /// # Errors
    /// When the trap itself no longer takes any: then it would have caught nothing.
    pub fn caught(&self) -> Result<usize, Trouble> {
        let own = TcpStream::connect(self.address).map_err(Trouble::io("looking into a trap"))?;
        let own = own.local_addr().map_err(Trouble::io("looking into a trap"))?;
        for _ in 0..1_000 {
            let mut caught = self.caught.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = caught.iter().position(|who| *who == own) {
                caught.remove(at);
                return Ok(caught.len());
            }
            drop(caught);
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(Trouble::shape("a trap that counts", "it missed a connection"))
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections, so that it sees the end.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_counts_who_comes() {
        let trap = Trap::set().unwrap();
        assert_eq!(trap.caught().unwrap(), 0);
        TcpStream::connect(("127.0.0.1", trap.port())).unwrap();
        TcpStream::connect(("127.0.0.1", trap.port())).unwrap();
        assert_eq!(trap.caught().unwrap(), 2);
        assert_eq!(trap.caught().unwrap(), 2);
    }
}
