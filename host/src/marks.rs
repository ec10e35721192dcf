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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    fn of(bytes: usize) -> Marked {
        Marked { name: "x".into(), media_type: "image/png".into(), bytes: Bytes::from(vec![0; bytes]) }
    }

    #[test]
    fn marked_bytes_obeyed() {
        let mut marks = Marks::default();
        assert!(marks.add(of(limits::MARKED_BYTES - 1)).is_some());
        assert!(marks.add(of(1)).is_some());
    }

    #[test]
    fn marked_bytes_violated_until_some_are_released() {
        let mut marks = Marks::default();
        let first = marks.add(of(limits::MARKED_BYTES)).unwrap();
        assert!(marks.add(of(1)).is_none());
        marks.release(&first);
        assert!(marks.get(&first).is_none());
        assert!(marks.add(of(1)).is_some());
    }

    #[test]
    fn a_mark_is_32_letters_and_digits_and_is_found_where_it_first_stands() {
        let mut marks = Marks::default();
        let (one, two) = (marks.add(of(1)).unwrap(), marks.add(of(2)).unwrap());
        assert!(one.len() == MARK_CHARS && one.chars().all(|c| c.is_ascii_alphanumeric()));
        let text = format!("ab{two}{one}");
        let (at, marked) = marks.find(&text).unwrap();
        assert_eq!((at, marked.bytes.len()), (2, 2));
        assert!(marks.find("nothing").is_none());
    }
}
