//! The files that a call makes. They appear, whole, when the call ends well.

use std::sync::Arc;

use crate::contract::Write;
use crate::files::{FileRefusal, Files, Output, Written};
use crate::marks::{MARK_CHARS, Marks};
use crate::redact::name;

/// The output files of one call. Dropped without [`Outputs::commit`], nothing appears.
pub(super) struct Outputs {
    files: Arc<Files>,
    allowed: Vec<(String, String)>,
    overwrite: bool,
    open: Vec<Open>,
}

struct Open {
    at: String,
    output: Output,
    written: bool,
}

/// Why a write could not be done.
pub(super) enum WriteFault {
    /// The file may not be made.
    File(FileRefusal),
    /// The plugin wrote where no argument names a file, or to something that is not what it said.
    Plugin(String),
}

impl Outputs {
    /// The files that the arguments name as outputs.
    pub(super) fn new(files: Arc<Files>, allowed: Vec<(String, String)>, overwrite: bool) -> Self {
        Self { files, allowed, overwrite, open: Vec::new() }
    }

    /// Opens every output before the first request, so that a refusal costs nothing.
    pub(super) fn open(&mut self) -> Result<(), FileRefusal> {
        for (at, path) in &self.allowed {
            let output = self.files.output(path, self.overwrite)?;
            self.open.push(Open { at: at.clone(), output, written: false });
        }
        Ok(())
    }

    /// Appends to an output: bytes, or what a mark stands for, which is used up by that.
    pub(super) fn write(&mut self, write: &Write, marks: &mut Marks) -> Result<(), WriteFault> {
        let Open { output, written, .. } = self.open.iter_mut().find(|open| open.at == write.to).ok_or_else(|| {
            WriteFault::Plugin(format!("a write to `{}`, which names no output file", name(&write.to)))
        })?;
        *written = true;
        let mark = mark_of(&write.data).filter(|mark| marks.get(mark).is_some());
        match mark.and_then(|mark| marks.get(mark)) {
            Some(marked) => output.append(&marked.bytes),
            None => output.append(&write.data),
        }
        .map_err(WriteFault::File)?;
        if let Some(expected) = &write.sha256
            && !output.sha256_hex().eq_ignore_ascii_case(expected)
        {
            return Err(WriteFault::Plugin(
                "the file's SHA-256 is not what the helpdesk said; nothing was saved".into(),
            ));
        }
        if let Some(mark) = mark {
            marks.release(mark);
        }
        Ok(())
    }

    /// Whether the call makes no file, so that there is nothing to wait for.
    pub(super) fn is_empty(&self) -> bool {
        self.open.iter().all(|open| !open.written)
    }

    /// Lets every output that was written to appear under its name.
    pub(super) fn commit(self) -> Result<Vec<Written>, FileRefusal> {
        self.open.into_iter().filter(|open| open.written).map(|open| open.output.commit()).collect()
    }
}

/// The whole of `data` as a mark, if it can be one.
pub(super) fn mark_of(data: &[u8]) -> Option<&str> {
    (data.len() == MARK_CHARS).then(|| std::str::from_utf8(data).ok()).flatten()
}
