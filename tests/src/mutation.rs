//! Changes components so that a reader of components has something to stumble over.
//!
//! Bytes turned at random are mostly refused at the first look. So a component is first read into a [`tree::Tree`] of its
//! sections and their items, changed there, and written out with every length as it should be, or as it should not: then the
//! later readers get their share, too: the validator, the compiler, the linker, and what reads the manifest.

mod change;
pub mod tree;

pub use change::{Change, mutant};

/// A component that was changed.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What was done to it, in order.
    pub changes: Vec<Change>,
}

impl Mutant {
    /// Whether anything was changed between reading and writing it.
    #[must_use]
    pub fn is_structured(&self) -> bool {
        self.changes.iter().any(|change| change.is_structured())
    }
}
