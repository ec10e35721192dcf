//! The text of a mail that came as HTML only. Not a browser: enough to read what was said, in one pass.

/// Tags that are read at most: a mail whose words fill what is shown has far fewer.
const TAGS: usize = 5_000;

/// What stands in HTML, in lines, up to about so many bytes, and whether that is all. Block quotes become lines with `> `, so
/// that they fold as in plain text.
pub(super) fn to_text(html: &str, most: usize) -> (String, bool) {
    let mut text = Text::default();
    let mut rest = html;
    let mut tags = 0;
    while let Some((words, after)) = rest.split_once('<') {
        text.words(words);
        tags += 1;
        if tags > TAGS || text.out.len() > most {
            return (text.out, false);
        }
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            text.words("&lt;");
            continue;
        }
        // Without an end there is no further tag in all that follows.
        let Some((tag, after)) = rest.split_once('>') else { break };
        rest = after;
        let name = tag.trim_start_matches('/');
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        if tag.starts_with('/') {
            text.close(&name);
        } else if matches!(name.as_str(), "script" | "style" | "head" | "title") {
            rest = after_element(rest, &name);
        } else {
            text.open(&name, tag);
        }
    }
    text.words(rest);
    (text.out, true)
}

/// What follows the end of an element whose content is not text.
fn after_element<'a>(mut rest: &'a str, name: &str) -> &'a str {
    while let Some((_, after)) = rest.split_once("</") {
        rest = after;
        if rest.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return rest.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

#[derive(Default)]
struct Text {
    out: String,
    quotes: usize,
    /// Line ends that are due before the next word.
    breaks: usize,
    space: bool,
}

impl Text {
    fn words(&mut self, html: &str) {
        if html.starts_with(char::is_whitespace) {
            self.space = true;
        }
        for word in html.split(char::is_whitespace).filter(|word| !word.is_empty()) {
            self.begin_word();
            decode(word, &mut self.out);
            self.space = true;
        }
        // An element may end in the middle of a word.
        if !html.trim_start().is_empty() {
            self.space = html.ends_with(char::is_whitespace);
        }
    }

    fn begin_word(&mut self) {
        if self.out.is_empty() {
            self.breaks = 0;
            self.push_quotes();
        } else if self.breaks > 0 {
            for _ in 0..self.breaks.min(2) {
                self.out.push('\n');
            }
            self.breaks = 0;
            self.push_quotes();
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
    }

    fn push_quotes(&mut self) {
        for _ in 0..self.quotes.min(3) {
            self.out.push_str("> ");
        }
    }

    fn line(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        self.space = false;
    }

    fn open(&mut self, name: &str, tag: &str) {
        match name {
            "br" => self.breaks += 1,
            "p" | "table" | "ul" | "ol" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.line(2),
            "div" | "tr" | "hr" => self.line(1),
            "td" | "th" => self.space = true,
            "blockquote" => {
                self.line(1);
                self.quotes += 1;
            }
            "li" => {
                self.line(1);
                self.words("- ");
            }
            "img" => {
                let name = attribute(tag, "alt").unwrap_or_default();
                self.words(if name.is_empty() { " [image] " } else { " [image: " });
                if !name.is_empty() {
                    self.words(name);
                    self.words("] ");
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" | "table" | "ul" | "ol" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.line(2),
            "div" | "tr" | "li" => self.line(1),
            "td" | "th" => self.space = true,
            "blockquote" => {
                self.line(1);
                self.quotes = self.quotes.saturating_sub(1);
            }
            _ => {}
        }
    }
}

/// The value of a quoted attribute.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}="))?;
    let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    after.get(1..)?.split_once(quote).map(|(value, _)| value)
}

/// Longest entity that is looked for, without `&` and `;`.
const ENTITY_BYTES: usize = 8;

fn decode(word: &str, out: &mut String) {
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity =
            after.bytes().take(ENTITY_BYTES + 1).position(|byte| byte == b';').and_then(|end| after.get(..end));
        match entity.and_then(|name| character(name).map(|character| (name, character))) {
            Some((name, character)) => {
                out.push(character);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(|c| if c == '\u{a0}' { ' ' } else { c }).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "ldquo" | "rdquo" => '"',
        "ndash" | "mdash" => '–',
        "hellip" => '…',
        "bull" | "middot" => '·',
        "euro" => '€',
        "pound" => '£',
        "copy" => '©',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn html_becomes_lines() {
        for (html, text) in [
            ("<p>Hello <b>wor</b>ld</p><p>Bye</p>", "Hello world\n\nBye"),
            ("a<br>b<br/><br />c", "a\nb\n\nc"),
            ("<div>one</div>\n<div>two</div>", "one\ntwo"),
            ("<ul><li>x</li><li>y</li></ul>z", "- x\n- y\n\nz"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("x &amp;lt; y &lt;b&gt; &#228;&#xfc; &nbsp;z &unknown; & co", "x &lt; y <b> äü  z &unknown; & co"),
            ("<style>p{}</style><!-- <p>no --><script>1<2</script>yes", "yes"),
            ("<STYLE>a</b></StYlE>yes", "yes"),
            ("1 < 2 and <b>3</b> > 2", "1 < 2 and 3 > 2"),
            ("see <img src=\"data:x\" alt=\"the logo\"> and <img src='y'>.", "see [image: the logo] and [image] ."),
            ("new<blockquote>old<blockquote>older</blockquote></blockquote>end", "new\n> old\n> > older\nend"),
            ("cut <b", "cut b"),
            ("<!-- never closed", ""),
            ("", ""),
        ] {
            assert_eq!(to_text(html, 1_000), (text.to_owned(), true), "{html}");
        }
    }

    #[test]
    fn hostile_html_takes_one_pass() {
        for piece in ["<", "<!--", "<script>", "&", "<a \"", "</", "<blockquote>x", "<style></"] {
            let html = piece.repeat(400_000 / piece.len());
            assert!(to_text(&html, html.len()).0.len() <= html.len(), "{piece}");
        }
    }

    #[test]
    fn reading_ends_where_it_is_told_to_and_says_so() {
        assert_eq!(to_text("<p>one<p>two<p>three", 4), ("one\n\ntwo".to_owned(), false));
        let (text, all) = to_text(&"<b>x</b> ".repeat(10_000), 1_000_000);
        assert!(text.len() < 10_000 && !all);
    }
}
