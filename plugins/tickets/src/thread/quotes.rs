//! Folds what a mail repeats of the mails before it.

use std::fmt::Write as _;

/// Shorter quotes stay: someone who answers below a quoted question is not understood without it, and the line that says
/// what was folded would be about as long.
const FOLD_FROM: usize = 4;
/// Lines over which mail programs spread "On … wrote:".
const ATTRIBUTION_LINES: usize = 3;
/// Lines over which they spread "From: … Sent: … To: … Subject: …", with blank ones.
const HEADER_LINES: usize = 8;
/// A longer line is no attribution and no header.
const LINE_BYTES: usize = 500;

/// Beginnings and verbs of "On … wrote:" in English, German, French, Dutch, Spanish and Italian.
const WROTE: [(&str, &str); 7] = [
    ("on ", "wrote"),
    ("am ", "schrieb"),
    ("le ", "a écrit"),
    ("op ", "schreef"),
    ("el ", "escribió"),
    ("il ", "ha scritto"),
    ("den ", "skrev"),
];
const ORIGINAL: [&str; 5] =
    ["original message", "ursprüngliche nachricht", "message d'origine", "message d’origine", "mensaje original"];
const FROM: [&str; 3] = ["from:", "von:", "de:"];
const SENT: [&str; 5] = ["sent:", "date:", "gesendet:", "datum:", "envoyé:"];
const TO: [&str; 7] = ["to:", "subject:", "an:", "betreff:", "à:", "objet:", "asunto:"];

/// The text with each stretch of quoted history as one line that says how long it was. Blank lines are joined. A text that
/// is nothing but history, as a forwarded mail, stays whole.
pub(super) fn fold(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let (folded, own) = folded(&lines);
    if own { folded } else { joined(&lines) }
}

fn folded(lines: &[&str]) -> (String, bool) {
    let mut out = Lines::default();
    let mut own = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let end = quoted_until(lines, at);
        if end - at >= FOLD_FROM {
            out.push(&format!("[… {} lines of quoted history folded]", end - at));
            at = end;
            continue;
        }
        // A short quote is shown, and so is a line that is none.
        for line in lines.get(at..end).unwrap_or_default() {
            out.push(line);
        }
        if end == at {
            own |= !line.trim().is_empty();
            out.push(line);
        }
        at = end.max(at + 1);
    }
    (out.text, own)
}

fn joined(lines: &[&str]) -> String {
    let mut out = Lines::default();
    lines.iter().for_each(|line| out.push(line));
    out.text
}

/// Lines with at most one blank one between two others.
#[derive(Default)]
struct Lines {
    text: String,
    blank: bool,
}

impl Lines {
    fn push(&mut self, line: &str) {
        if line.is_empty() {
            self.blank = !self.text.is_empty();
            return;
        }
        if std::mem::take(&mut self.blank) {
            self.text.push('\n');
        }
        let _ = writeln!(self.text, "{line}");
    }
}

/// Where the history that begins at a line ends; at the line itself when none begins there.
fn quoted_until(lines: &[&str], at: usize) -> usize {
    let Some(line) = lines.get(at) else { return at };
    if is_quote(line) {
        return quotes_until(lines, at);
    }
    if line.len() > LINE_BYTES {
        return at;
    }
    if let Some(after) = attribution(lines, at) {
        let first = (after..lines.len()).find(|index| lines.get(*index).is_some_and(|line| !line.is_empty()));
        return match first {
            // Someone may have answered below.
            Some(first) if lines.get(first).is_some_and(|line| is_quote(line)) => quotes_until(lines, first),
            _ => lines.len(),
        };
    }
    if is_original(line) || is_header(lines, at) {
        return lines.len();
    }
    at
}

fn is_quote(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn quotes_until(lines: &[&str], at: usize) -> usize {
    let mut end = at;
    for (index, line) in lines.iter().enumerate().skip(at) {
        if is_quote(line) {
            end = index + 1;
        } else if !line.is_empty() {
            break;
        }
    }
    end
}

/// The line after "On … wrote:", if that stands here. A date is demanded: people write "on Monday she wrote:" too.
fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    let (_, verb) = WROTE.iter().find(|(begin, _)| begins(first, &[begin]))?;
    let mut whole = String::new();
    for (index, line) in lines.iter().enumerate().skip(at).take(ATTRIBUTION_LINES) {
        if line.is_empty() || line.len() > LINE_BYTES {
            return None;
        }
        whole.push_str(&lower(line));
        if whole.ends_with(':') {
            let dated = whole.bytes().filter(u8::is_ascii_digit).count() >= 3;
            return (dated && whole.contains(verb)).then_some(index + 1);
        }
        whole.push(' ');
    }
    None
}

/// `-----Original Message-----`.
fn is_original(line: &str) -> bool {
    if !line.trim_start().starts_with("--") {
        return false;
    }
    let line = lower(line);
    line.ends_with("--") && ORIGINAL.iter().any(|words| line.contains(words))
}

/// "From: … Sent: … To: … Subject: …", in lines or in one, with or without a rule above.
fn is_header(lines: &[&str], at: usize) -> bool {
    let rule = lines.get(at).is_some_and(|line| is_rule(line));
    let window = lines.get(at + usize::from(rule)..).unwrap_or_default();
    let window = window.get(..HEADER_LINES).unwrap_or(window);
    let Some((first, others)) = window.split_first().filter(|(first, _)| begins(first, &["f", "v", "d"])) else {
        return false;
    };
    let mut block = lower(first);
    if !FROM.iter().any(|key| block.starts_with(key)) {
        return false;
    }
    // Only where a second header may stand is the rest worth reading.
    if others.iter().any(|line| begins(line, &["s", "d", "g", "e"])) {
        for line in others.iter().filter(|line| line.len() <= LINE_BYTES) {
            block.push(' ');
            block.push_str(&lower(line));
        }
    }
    let has = |keys: &[&str]| keys.iter().any(|key| block.contains(&format!(" {key}")));
    has(&SENT) && has(&TO)
}

fn is_rule(line: &str) -> bool {
    line.len() >= 5 && line.bytes().all(|byte| matches!(byte, b'_' | b'-'))
}

/// Whether a line begins with one of these, in ASCII, whatever the case; stars and spaces before do not count.
fn begins(line: &str, with: &[&str]) -> bool {
    let line = line.trim_start_matches(['*', ' ']);
    with.iter().any(|with| line.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with)))
}

/// Lower case, without the stars of bold text and the spaces before colons that French has.
fn lower(line: &str) -> String {
    let mut lowered = String::with_capacity(line.len());
    for character in line.trim().chars() {
        match character {
            '*' => {}
            '\u{a0}' | '\u{202f}' => lowered.push(' '),
            ':' => {
                lowered.truncate(lowered.trim_end().len());
                lowered.push(':');
            }
            other => lowered.extend(other.to_lowercase()),
        }
    }
    lowered
}

#[cfg(test)]
mod tests {
    use super::fold;

    const HISTORY: &str = "Hello,\nour printer\nis on fire.\nJane\n";

    #[test]
    fn what_comes_after_an_attribution_is_folded() {
        let attributions = [
            "On Mon, 3 Nov 2026 at 10:15, Jane Doe <jane@example.com> wrote:",
            "On Mon, 3 Nov 2026 at 10:15, Jane Doe\n<jane@example.com> wrote:",
            "On Mon, 3 Nov 2026\nat 10:15 Jane Doe\n<jane@example.com> wrote:",
            "Am 03.11.2026 um 10:15 schrieb Jane Doe:",
            "Am Mo., 3. Nov. 2026 um 10:15 Uhr schrieb Jane Doe <\njane@example.com>:",
            "Le lun. 3 nov. 2026 à 10:15, Jane Doe <jane@example.com> a écrit\u{a0}:",
            "Op 3 nov. 2026 om 10:15 schreef Jane Doe:",
            "El lun, 3 nov 2026 a las 10:15, Jane Doe escribió:",
            "-----Original Message-----",
            "----- Ursprüngliche Nachricht -----",
            "-----Message d'origine-----",
            "From: Jane Doe <jane@example.com>\nSent: Monday, 3 November 2026 10:15\nTo: Support\nSubject: Fire",
            "________________________________\nFrom: Jane\nSent: Monday\nTo: Support\nSubject: Fire",
            "*From:* Jane Doe\n*Date:* Monday\n*To:* Support",
            "Von: Jane\nGesendet: Montag\nAn: Support\nBetreff: Feuer",
            "De : Jane\nEnvoyé : lundi\nÀ : Support\nObjet : Feu",
            "From: Jane Sent: Monday To: Support Subject: Fire",
        ];
        for attribution in attributions {
            let lines = attribution.lines().count() + HISTORY.lines().count() + 1;
            let folded = fold(&format!("It is out.\n\n{attribution}\n\n{HISTORY}"));
            assert_eq!(folded, format!("It is out.\n\n[… {lines} lines of quoted history folded]\n"), "{attribution}");
        }
    }

    #[test]
    fn quoted_lines_are_folded_and_what_stands_below_them_is_not() {
        let mail = "Hi\n> a\n> b\n>\n> c\n\n> d\nYes, that one.\n> short\nNo.\n";
        assert_eq!(fold(mail), "Hi\n[… 6 lines of quoted history folded]\nYes, that one.\n> short\nNo.\n");
        let mail = "On 3 Nov 2026, Jane wrote:\n> a\n> b\n> c\n\nAnswer below.";
        assert_eq!(fold(mail), "[… 4 lines of quoted history folded]\n\nAnswer below.\n");
    }

    #[test]
    fn what_only_looks_like_history_stays() {
        for text in [
            "On Monday my colleague wrote:\nplease\nhelp\nus\nnow\n",
            "From: Berlin\nTo: Paris\nTwo tickets, please.\nThanks\nJane\n",
            "Am I right?\nb\nc\nd\ne: 123:\nf\n",
            "--\nJane Doe\nExample Ltd\n1 Street\nTown\n",
            "---------- Forwarded message ---------\nplease look\n1\n2\n3\n",
        ] {
            assert_eq!(fold(text), text);
        }
    }

    #[test]
    fn a_text_that_is_all_history_stays_whole() {
        let forward = "From: Jane\nSent: Monday\nTo: Support\nSubject: Fire\n\nIt burns.\n";
        assert_eq!(fold(forward), forward);
        assert_eq!(fold("> a\n> b\n> c\n> d\n> e\n"), "> a\n> b\n> c\n> d\n> e\n");
        assert_eq!(fold(""), "");
    }

    #[test]
    fn blank_lines_are_joined() {
        assert_eq!(fold("\n\na\n\n\n \nb\n\n"), "a\n\nb\n");
    }
}
