//! Marks: names for bytes that stay in the host during one call.
//!
//! A plugin writes a mark where bytes belong; only the host can put them there. 128 random bits of letters and digits, so
//! that no text of a customer can hold one and replacing one in a JSON text needs no parsing.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

/// Characters of a mark.
pub const MARK_CHARS: usize = 32;

/// Bytes behind a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// File name, without folders; empty for a value that an answer held.
    pub name: String,
    /// `image/png`; `application/octet-stream` when nobody knows.
    pub media_type: String,
    /// The bytes. Cheap to clone.
    pub bytes: Bytes,
}

/// The marks of one call.
#[derive(Debug, Default)]
pub struct Marks {
    known: HashMap<String, Arc<Marked>>,
    total: usize,
}

impl Marks {
    /// Gives bytes a new mark, or `None` when the call would hold more than [`crate::limits::MARKED_BYTES`].
    pub fn add(&mut self, marked: Marked) -> Option<String> {
        let total = self.total + marked.bytes.len();
        if total > crate::limits::MARKED_BYTES {
            return None;
        }
        self.total = total;
        let mark = uuid::Uuid::new_v4().simple().to_string();
        self.known.insert(mark.clone(), Arc::new(marked));
        Some(mark)
    }

    /// What a mark stands for.
    pub fn get(&self, mark: &str) -> Option<&Arc<Marked>> {
        self.known.get(mark)
    }

    /// Forgets a mark whose bytes are no longer needed, to make room for the next page.
    pub fn release(&mut self, mark: &str) {
        if let Some(marked) = self.known.remove(mark) {
            self.total -= marked.bytes.len();
        }
    }

    /// Whether the call has any.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The first known mark in `text`: where it starts, and its bytes.
    pub fn find<'a>(&'a self, text: &str) -> Option<(usize, &'a Arc<Marked>)> {
        self.known
            .iter()
            .filter_map(|(mark, marked)| text.find(mark.as_str()).map(|at| (at, marked)))
            .min_by_key(|(at, _)| *at)
    }
}
