//! Rules for the text of a path, before any file system is asked. Pure.

use crate::limits;

/// What is wrong with a path as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// The whole or a part is longer than any file system takes.
    #[error("it is too long: at most {path} bytes, and {name} for each part", path = limits::PATH_BYTES, name = limits::NAME_BYTES)]
    TooLong,
    /// `~` means a home folder only to a shell.
    #[error("`~` is not expanded: write the folder out")]
    Home,
    /// `..` leads out of folders.
    #[error("`..` is not allowed in it: write the path without it")]
    Parent,
    /// `a//b`, `a/./b`, `a/`.
    #[error("it has an empty part or a `.` in it: write `folder/name`, nothing before, between or after")]
    Blank,
    /// Dot names hold settings, keys and histories.
    #[error("names that start with a dot are not reached: they hold settings and keys")]
    Dot,
    /// Would end the path early, or make it look like another.
    #[error("it holds a control character or one that reverses text")]
    Control,
    /// Windows would open a device or another stream of the file.
    #[error("Windows reads such a name as a device, a drive or a second stream of the file")]
    Windows,
}

/// Checks a path as a whole. What [`check_parts`] forbids may still stand in it, since an allowed folder may itself lie
/// beneath a dot name.
pub(super) fn check_shape(path: &str) -> Result<(), NameProblem> {
    if path.is_empty() {
        return Err(NameProblem::Empty);
    }
    if path.len() > limits::PATH_BYTES {
        return Err(NameProblem::TooLong);
    }
    if path.chars().any(misleading) {
        return Err(NameProblem::Control);
    }
    if path.starts_with('~') {
        return Err(NameProblem::Home);
    }
    // The first part of an absolute path is empty, on Windows the first two of `\\server\share`.
    let skipped = if std::path::Path::new(path).is_absolute() {
        path.chars().take_while(|c| is_separator(*c)).count().min(if cfg!(windows) { 2 } else { 1 })
    } else {
        0
    };
    for part in path.split(is_separator).skip(skipped) {
        match part {
            "" | "." => return Err(NameProblem::Blank),
            ".." => return Err(NameProblem::Parent),
            _ => {}
        }
    }
    Ok(())
}

/// Checks the parts of a path beneath an allowed folder.
pub(super) fn check_parts(parts: &[&str]) -> Result<(), NameProblem> {
    for part in parts {
        if part.starts_with('.') {
            return Err(NameProblem::Dot);
        }
        if part.len() > limits::NAME_BYTES {
            return Err(NameProblem::TooLong);
        }
        if cfg!(windows) && special_on_windows(part) {
            return Err(NameProblem::Windows);
        }
    }
    Ok(())
}

/// The parts of a relative path.
pub(super) fn parts(path: &str) -> Vec<&str> {
    path.split(is_separator).collect()
}

fn is_separator(character: char) -> bool {
    character == '/' || (cfg!(windows) && character == '\\')
}

/// Control characters, and those that turn the direction of text and so hide a file's real name.
fn misleading(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether Windows takes a name for something else than a file of that name.
fn special_on_windows(name: &str) -> bool {
    // `CON`, `con.txt` and `CON .log` are all the console.
    let stem = name.split(['.', ':']).next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let mut numbered = stem.chars();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || (matches!(numbered.by_ref().take(3).collect::<String>().as_str(), "COM" | "LPT")
            && matches!(numbered.next(), Some('0'..='9' | '¹' | '²' | '³'))
            && numbered.next().is_none());
    device || name.ends_with(['.', ' ']) || name.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
}

/// A path as it may stand in a text: one line, nothing hidden, not longer than a person reads.
pub(super) fn shown(path: &str) -> String {
    let mut text = String::new();
    for (count, character) in path.chars().enumerate() {
        if count == limits::PATH_SHOWN_CHARS {
            text.push('…');
            break;
        }
        if misleading(character) {
            text.extend(character.escape_unicode());
        } else {
            text.push(character);
        }
    }
    text
}

/// A file name, on every system, from one that a stranger chose: no folders, no dot in front, nothing that Windows or a
/// terminal reads as something else. Never empty.
pub(super) fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|character| !misleading(*character))
        .map(|character| if matches!(character, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { character })
        .collect();
    let trimmed = plain.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let (stem, extension) = split_extension(trimmed);
    let room = limits::SAVED_NAME_BYTES.saturating_sub(extension.len());
    let stem = stem.get(..stem.floor_char_boundary(room)).unwrap_or_default().trim_end_matches(['.', ' ']);
    let name = format!("{stem}{extension}");
    if stem.is_empty() {
        format!("file{extension}")
    } else if special_on_windows(&name) {
        format!("_{name}")
    } else {
        name
    }
}

/// `logo-2.png` from `logo.png`.
pub(super) fn with_suffix(name: &str, suffix: &str) -> String {
    let (stem, extension) = split_extension(name);
    format!("{stem}-{suffix}{extension}")
}

/// Name and extension with its dot; an extension has at most ten letters or digits.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.').map(|at| name.split_at(at)) {
        Some((stem, extension))
            if extension.len() <= 11
                && extension.len() > 1
                && extension.chars().skip(1).all(|c| c.is_ascii_alphanumeric()) =>
        {
            (stem, extension)
        }
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_lengths_obeyed() {
        assert!(check_shape(&format!("{}a", "a/".repeat(limits::PATH_BYTES / 2))).is_ok());
        assert!(check_parts(&["a".repeat(limits::NAME_BYTES).as_str()]).is_ok());
    }

    #[test]
    fn path_lengths_violated() {
        assert!(check_shape(&"a".repeat(limits::PATH_BYTES + 1)).is_err());
        assert!(check_parts(&["a".repeat(limits::NAME_BYTES + 1).as_str()]).is_err());
    }

    #[test]
    fn a_path_is_refused_for_what_is_written_in_it() {
        let long = "x".repeat(5_000);
        let table: &[(&str, Option<NameProblem>)] = &[
            ("a/b.txt", None),
            ("/srv/a.txt", None),
            ("größe/日本.txt", None),
            ("a..b/c...d", None),
            ("", Some(NameProblem::Empty)),
            (&long, Some(NameProblem::TooLong)),
            ("~/a", Some(NameProblem::Home)),
            ("~root/a", Some(NameProblem::Home)),
            ("..", Some(NameProblem::Parent)),
            ("a/../b", Some(NameProblem::Parent)),
            ("/srv/../etc/passwd", Some(NameProblem::Parent)),
            ("a/./b", Some(NameProblem::Blank)),
            ("./a", Some(NameProblem::Blank)),
            ("a//b", Some(NameProblem::Blank)),
            ("//srv/a", Some(NameProblem::Blank)),
            ("a/", Some(NameProblem::Blank)),
            ("/", Some(NameProblem::Blank)),
            ("a\0b", Some(NameProblem::Control)),
            ("a\nb", Some(NameProblem::Control)),
            ("a\u{1b}[2Jb", Some(NameProblem::Control)),
            ("gnp.\u{202e}exe", Some(NameProblem::Control)),
        ];
        for (path, problem) in table {
            assert_eq!(check_shape(path).err(), *problem, "{path:?}");
        }
    }

    #[test]
    fn dot_names_and_long_names_are_not_reached() {
        assert_eq!(check_parts(&["a", ".ssh", "id"]), Err(NameProblem::Dot));
        assert_eq!(check_parts(&["..."]), Err(NameProblem::Dot));
        assert_eq!(check_parts(&["ü".repeat(127).as_str()]), Ok(()));
        assert_eq!(check_parts(&["ü".repeat(128).as_str()]), Err(NameProblem::TooLong));
    }

    #[test]
    fn windows_devices_and_streams_are_known_on_every_system() {
        for name in [
            "CON",
            "con.txt",
            "nul",
            "AUX .log",
            "COM1",
            "lpt9.csv",
            "com¹",
            "CONIN$",
            "a:b",
            "a.txt::$DATA",
            "x.",
            "x ",
            "a\\b",
            "a?",
        ] {
            assert!(special_on_windows(name), "{name:?}");
        }
        for name in ["console.txt", "com10", "comx", "lpt", "nul-1.csv", "a.b.c"] {
            assert!(!special_on_windows(name), "{name:?}");
        }
    }

    #[test]
    fn a_strangers_file_name_becomes_a_plain_one() {
        let long = format!("{}.pdf", "ä".repeat(300));
        for (given, clean) in [
            ("logo.png", "logo.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.txt", "a.txt"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("", "file"),
            (".png", "png"),
            ("a\0b\u{202e}c\n.txt", "abc.txt"),
            ("con.txt", "_con.txt"),
            ("a:b?.txt", "a_b_.txt"),
            ("name. . ", "name"),
            (&long, &format!("{}.pdf", "ä".repeat(58))),
        ] {
            assert_eq!(cleaned(given), clean, "{given:?}");
            assert!(check_parts(&[cleaned(given).as_str()]).is_ok());
        }
        assert_eq!(with_suffix("logo.tar.gz", "2"), "logo.tar-2.gz");
        assert_eq!(with_suffix("README", "2"), "README-2");
    }

    #[test]
    fn a_shown_path_is_one_short_visible_line() {
        assert_eq!(shown("a\n\u{202e}b"), "a\\u{a}\\u{202e}b");
        assert_eq!(shown(&"é".repeat(5_000)).chars().count(), limits::PATH_SHOWN_CHARS + 1);
    }
}
