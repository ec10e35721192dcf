//! Digests that stand for what must not be written down.

use sha2::{Digest as _, Sha256};

/// A SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of some texts, each with its length, so that no two lists are one.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Hasher::default();
        parts.into_iter().for_each(|part| hasher.add(part));
        hasher.finish()
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads 32 bytes back.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// Takes the parts one by one.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// One more part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    /// The digest of all.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_parts_are_told_apart() {
        assert_ne!(Digest::of([b"ab".as_slice(), b"c"]), Digest::of([b"a".as_slice(), b"bc"]));
        assert_ne!(Digest::of([]), Digest::of([b"".as_slice()]));
    }

    #[test]
    fn a_digest_is_read_back() {
        let digest = Digest::of([b"x".as_slice()]);
        assert_eq!(Digest::read(digest.bytes()), Some(digest));
        assert_eq!(Digest::read(b"short"), None);
    }
}
