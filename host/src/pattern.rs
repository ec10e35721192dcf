//! Patterns in which `*` stands for any characters, as a person writes them.

/// Whether a text is like a pattern; `free` tells which characters a star may stand for.
pub fn like(text: &str, pattern: &str, free: impl Fn(char) -> bool) -> bool {
    let Some((first, more)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = more.split('*').collect();
    let Some((last, middle)) = pieces.split_last() else { return false };
    for piece in middle {
        let Some((before, after)) = rest.split_once(piece) else { return false };
        if !before.chars().all(&free) {
            return false;
        }
        rest = after;
    }
    rest.strip_suffix(last).is_some_and(|between| between.chars().all(&free))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_free_characters() {
        for (text, pattern, expected) in [
            ("get_ticket", "get_*", true),
            ("get_ticket", "*ticket", true),
            ("get_ticket", "*", true),
            ("get_ticket", "get_ticket", true),
            ("get_tickets", "get_ticket", false),
            ("get_ticket", "g*t*t", true),
            ("get_ticket", "list_*", false),
            ("ab", "ab*b", false),
            ("a-b-c", "a*b*c", true),
            ("a-c-b", "a*b*c", false),
            ("a\nb", "*", false),
            ("aXbXc", "a*X*c", true),
            ("", "*", true),
            ("", "", true),
        ] {
            assert_eq!(like(text, pattern, |c| !c.is_control()), expected, "{text} like {pattern}");
        }
    }
}
