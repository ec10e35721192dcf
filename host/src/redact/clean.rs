//! Texts of strangers, fit for a log or a terminal.

use std::borrow::Cow;

use crate::limits;

/// Takes out what a terminal obeys or a reader cannot see: escape sequences, control characters other than tab and line
/// feed, characters of no width and those that turn the direction of writing. Copies nothing when there is none.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_control_string(&mut rest),
            _ if is_hidden(character) => {}
            _ => kept.push(character),
        }
    }
    Cow::Owned(kept)
}

/// A name that a stranger chose, as it may stand in a sentence of ours: a plain word as it is, anything else not at all. So a
/// sentence stays ours from its first word to its last, whatever was given as a name.
pub fn name(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/:[]*~@".contains(&byte);
    if !text.is_empty() && text.len() <= limits::NAME_SHOWN_BYTES && text.bytes().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("(a name of {} characters that is not shown)", text.chars().count()))
    }
}

/// Whether a terminal would obey a character, or a reader not see it.
pub fn is_hidden(character: char) -> bool {
    match character {
        '\t' | '\n' => false,
        _ if character.is_control() => true,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// After ESC: a sequence, a string, or one letter behind characters from space to slash.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    match ahead.next() {
        Some('[') => {
            *rest = ahead;
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            *rest = ahead;
            skip_control_string(rest);
        }
        Some(' '..='/') => {
            let end = ahead.find(|character| !(' '..='/').contains(character));
            if matches!(end, Some('0'..='~')) {
                *rest = ahead;
            }
        }
        Some('0'..='~') => *rest = ahead,
        _ => {}
    }
}

/// Parameters up to the letter that ends them. A character that cannot be in a sequence ends it and stays.
fn skip_control_sequence(rest: &mut std::str::Chars<'_>) {
    loop {
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(' '..='?') => *rest = ahead,
            Some('@'..='~') => {
                *rest = ahead;
                return;
            }
            _ => return,
        }
    }
}

/// Up to the mark that ends it, or to the end of the line: a string that never ends must not swallow a log.
fn skip_control_string(rest: &mut std::str::Chars<'_>) {
    loop {
        let mut ahead = rest.clone();
        match ahead.next() {
            None | Some('\n') => return,
            Some('\u{7}' | '\u{9c}') => {
                *rest = ahead;
                return;
            }
            Some('\u{1b}') => {
                if ahead.next() == Some('\\') {
                    *rest = ahead;
                }
                return;
            }
            Some(_) => *rest = ahead,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_gone() {
        let cases = [
            ("plain ü\ttext\n", "plain ü\ttext\n"),
            ("\u{1b}[31;1mred\u{1b}[0m", "red"),
            ("\u{9b}2Jcleared", "cleared"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;https://a\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]never ends\nnext line", "\nnext line"),
            ("\u{1b}(B\u{1b}cx", "x"),
            ("a\rb\u{8}c\0d\u{7f}e\u{85}f", "abcdef"),
            ("\u{1b}", ""),
            ("\u{1b}[3ü", "ü"),
            ("a\u{200b}b\u{202e}c\u{2066}d\u{feff}e\u{e0041}f\u{2028}g\u{ad}h", "abcdefgh"),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text), expected, "{text:?}");
        }
        assert!(matches!(clean("nothing to do"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_is_one_plain_word_or_not_shown() {
        for plain in ["tickets.respond", "filters[from]", "/files/0/path", "*", "ann@example.com"] {
            assert_eq!(name(plain), plain);
        }
        let longest = "x".repeat(limits::NAME_SHOWN_BYTES);
        assert_eq!(name(&longest), longest);
        assert_eq!(name(&format!("{longest}x")), "(a name of 81 characters that is not shown)");
        for wrong in ["", "a b", "a`b", "a\nb", "a\u{1b}[31m", "a\u{202e}b", "ticket\u{455}"] {
            let count = wrong.chars().count();
            assert_eq!(name(wrong), format!("(a name of {count} characters that is not shown)"), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "[\\x1b\\[\\];a-c0-9\u{9b}\u{7}\n\u{202e}ü(]{0,30}") {
            prop_assert!(!clean(&text).chars().any(is_hidden));
        }
    }
}
