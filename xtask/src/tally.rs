//! Sums what test programs say of themselves.

use std::fmt;

/// Tests passed, failed and skipped, over all test programs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Adds one program's closing line (`test result: ok. 3 passed; 0 failed; 1 ignored; …`); other lines change nothing.
    pub(crate) fn add_line(&mut self, line: &str) {
        if let Some(more) = closing_line(line) {
            self.passed += more.passed;
            self.failed += more.failed;
            self.skipped += more.skipped;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Whether a line only says that one test passed: hundreds of them hide the others.
pub(crate) fn is_one_pass(line: &str) -> bool {
    line.starts_with("test ") && line.ends_with(" ... ok")
}

fn closing_line(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim_end().parse().ok());
    Some(Tally { passed: count("passed")?, failed: count("failed")?, skipped: count("ignored")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_summed() {
        let mut tally = Tally::default();
        for line in [
            "running 5 tests",
            "test a ... ok",
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.03s",
            "   Doc-tests tickiti_relay",
            "test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.add_line(line);
        }
        assert_eq!(tally, Tally { passed: 14, failed: 3, skipped: 1 });
        assert_eq!(tally.to_string(), "14 passed, 3 failed, 1 skipped");
    }

    #[test]
    fn lines_that_only_resemble_one_change_nothing() {
        let mut tally = Tally::default();
        for line in
            ["test result: ok.", "the test result: ok. 4 passed; 0 failed; 0 ignored", "test result: ok. x passed", ""]
        {
            tally.add_line(line);
        }
        assert_eq!(tally, Tally::default());
    }

    #[test]
    fn only_passes_are_hidden() {
        assert!(is_one_pass("test limits::are_obeyed ... ok"));
        assert!(is_one_pass("test routes/src/lib.rs - Route (line 3) ... ok"));
        assert!(!is_one_pass("test limits::are_obeyed ... FAILED"));
        assert!(!is_one_pass("test slow ... ignored, takes an hour"));
        assert!(!is_one_pass("test result: ok. 1 passed; 0 failed; 0 ignored"));
    }
}
