//! Prints a story so that a person enjoys reading it: headings, calls, answers cut to what matters.

use std::io::{IsTerminal, Write};

use serde_json::Value;

use crate::binary::variable;

/// Lines of an answer that are shown.
const ANSWER_LINES: usize = 12;
/// Columns, unless the terminal says otherwise.
const WIDTH: usize = 100;

/// Where a story is printed.
pub struct Page {
    colour: bool,
    width: usize,
    scene: usize,
}

/// Ways to set off a line, as terminals know them.
#[derive(Clone, Copy)]
enum Ink {
    Heading,
    Call,
    Quiet,
    Good,
    Bad,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1;36",
            Self::Call => "33",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Bad => "31",
        }
    }
}

impl Page {
    /// Stdout: in colour on a terminal, unless `NO_COLOR` is set.
    #[must_use]
    pub fn stdout() -> Self {
        let no_colour = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let columns = variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        Self {
            colour: std::io::stdout().is_terminal() && !no_colour,
            width: columns.unwrap_or(WIDTH).clamp(60, 120),
            scene: 0,
        }
    }

    /// Begins a scene with a sentence.
    pub fn scene(&mut self, sentence: &str) {
        self.scene += 1;
        let number = format!("{}. ", self.scene);
        self.blank();
        for (at, line) in wrap(sentence, self.width - number.len()).iter().enumerate() {
            let before = if at == 0 { number.clone() } else { " ".repeat(number.len()) };
            self.line(Some(Ink::Heading), &format!("{before}{line}"));
        }
    }

    /// A tool is called.
    pub fn call(&self, tool: &str, arguments: &Value) {
        self.block(Some(Ink::Call), "-> ", &[format!("{tool} {arguments}")], 4);
    }

    /// A command is given.
    pub fn command(&self, command: &str) {
        self.block(Some(Ink::Call), "$ ", &[command.to_owned()], 8);
    }

    /// What came back.
    pub fn answer(&self, text: &str) {
        self.block(None, "<- ", &lines_of(text, self.width - 6), ANSWER_LINES);
    }

    /// What came back, all of it.
    pub fn whole_answer(&self, text: &str) {
        self.block(None, "<- ", &lines_of(text, self.width - 6), usize::MAX);
    }

    /// What came back was a refusal.
    pub fn refusal(&self, text: &str) {
        self.block(Some(Ink::Bad), "<- ", &lines_of(text, self.width - 6), ANSWER_LINES);
    }

    /// What one should notice.
    pub fn note(&self, text: &str) {
        for line in wrap(text, self.width - 3) {
            self.line(Some(Ink::Quiet), &format!("   {line}"));
        }
    }

    /// What was made sure of.
    pub fn good(&self, text: &str) {
        self.line(Some(Ink::Good), &format!("   {text}"));
    }

    /// Words as they are.
    pub fn plain(&self, text: &str) {
        for line in text.lines() {
            self.line(None, line);
        }
    }

    /// An empty line.
    pub fn blank(&self) {
        self.line(None, "");
    }

    fn block(&self, ink: Option<Ink>, sign: &str, paragraphs: &[String], most: usize) {
        let lines: Vec<String> = paragraphs.iter().flat_map(|paragraph| wrap(paragraph, self.width - 6)).collect();
        for (at, line) in lines.iter().take(most).enumerate() {
            let before = if at == 0 { sign.to_owned() } else { " ".repeat(sign.len()) };
            self.line(ink, &format!("   {before}{line}"));
        }
        if lines.len() > most {
            let sign = " ".repeat(sign.len());
            self.line(Some(Ink::Quiet), &format!("   {sign}… {} more lines", lines.len() - most));
        }
    }

    fn line(&self, ink: Option<Ink>, text: &str) {
        let text = text.trim_end();
        let mut out = std::io::stdout().lock();
        // A reader that went away, as `head` does, is no fault of the story.
        let _ = match ink {
            Some(ink) if self.colour => writeln!(out, "\x1b[{}m{text}\x1b[0m", ink.code()),
            _ => writeln!(out, "{text}"),
        };
    }
}

/// JSON rows one a line, cut to the width; anything else as its own lines. Terminal codes of strangers do not pass.
fn lines_of(text: &str, width: usize) -> Vec<String> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => match rows(&value) {
            Some(rows) => {
                let mut lines: Vec<String> = rows.iter().take(5).map(|row| cut(&row.to_string(), width)).collect();
                if rows.len() > 5 {
                    lines.push(format!("… {} more", rows.len() - 5));
                }
                lines
            }
            None => vec![value.to_string()],
        },
        Err(_) => text.lines().map(harmless).collect(),
    }
}

/// The rows that an answer is about: an array of objects, at the top or a level or two below.
fn rows(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(rows) if rows.len() > 1 && rows.iter().all(Value::is_object) => Some(rows),
        Value::Object(members) => members.values().find_map(rows),
        _ => None,
    }
}

fn harmless(line: &str) -> String {
    line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Breaks a line at spaces; a word longer than the width is broken anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let long = word.trim_end().chars().count();
        if used > 0 && used + long > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for letter in word.chars() {
            if used == width && letter != ' ' {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(letter);
            used += 1;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_lose_nothing() {
        let text = "one two three four";
        let lines = wrap(text, 9);
        assert_eq!(lines, ["one two ", "three ", "four"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("äöü äöü", 4), ["äöü ", "äöü"]);
    }

    #[test]
    fn rows_are_shown_one_a_line() {
        let text = r#"{"ok":true,"data":{"rows":[{"a":1},{"a":2},{"a":3},{"a":4},{"a":5},{"a":6}]}}"#;
        assert_eq!(
            lines_of(text, 80),
            [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#, r#"{"a":4}"#, r#"{"a":5}"#, "… 1 more"]
        );
        assert_eq!(lines_of(r#"[{"long":"abcdefghijkl"},{}]"#, 10), [r#"{"long":"…"#, "{}"]);
        assert_eq!(lines_of("a\n\x1b[2Jb", 80), ["a", " [2Jb"]);
    }
}
