//! What is read out of an HTML body: its text, its inline images, its tags.

use base64::Engine as _;
use bytes::Bytes;

/// The text of a body, a line for each block.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(rest.get(..start).unwrap_or_default());
        rest = rest.get(start..).unwrap_or_default();
        let Some(end) = rest.find('>') else { break };
        let tag = rest.get(1..end).unwrap_or_default();
        let name: String = tag.chars().skip_while(|c| *c == '/').take_while(char::is_ascii_alphanumeric).collect();
        rest = rest.get(end + 1..).unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "br" | "p" | "div" | "li" | "tr" | "blockquote" | "h1" | "h2" | "h3" | "hr" => text.push('\n'),
            "script" | "style" if !tag.starts_with('/') => {
                let close = format!("</{}", name.to_ascii_lowercase());
                let end = rest.to_ascii_lowercase().find(&close).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
            }
            _ => {}
        }
    }
    text.push_str(rest);
    tidy(&unescaped(&text))
}

/// One blank line at most between blocks, none at the ends.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

fn unescaped(text: &str) -> String {
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Text made safe to stand in HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An image that stood in a body as a `data:` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// File name made for it.
    pub name: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// Takes every `<img src="data:…;base64,…">` out of a body. `cid` says what stands in its place; an image whose
/// base64 is broken stays as it was.
pub fn take_images(html: &str, mut cid: impl FnMut(&Inline) -> String) -> (String, Vec<Inline>) {
    let mut body = String::with_capacity(html.len().min(64 * 1024));
    let mut images = Vec::new();
    let mut rest = html;
    while let Some((before, address, after)) = next_data_image(rest) {
        body.push_str(before);
        match decode(address, images.len() + 1) {
            Some(image) => {
                body.push_str("cid:");
                body.push_str(&cid(&image));
                images.push(image);
            }
            None => body.push_str(address),
        }
        rest = after;
    }
    body.push_str(rest);
    (body, images)
}

/// Splits at the next data address that is the `src` of an `img`.
fn next_data_image(html: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + html.get(from..)?.find("data:image/")?;
        let before = html.get(..start)?;
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let in_image = before.rfind('<').and_then(|tag| before.get(tag..)).is_some_and(|tag| {
            tag.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("<img")) && !tag.contains('>')
        });
        let is_source = before.trim_end_matches(['"', '\'']).trim_end().to_ascii_lowercase().ends_with("src=");
        if let (Some(quote), true, true) = (quote, in_image, is_source) {
            let end = start + html.get(start..)?.find(quote)?;
            return Some((before, html.get(start..end)?, html.get(end..)?));
        }
        from = start + "data:image/".len();
    }
}

fn decode(address: &str, number: usize) -> Option<Inline> {
    let (mime, encoded) = address.strip_prefix("data:")?.split_once(";base64,")?;
    let extension = match mime {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/svg+xml" => "svg",
        _ => return None,
    };
    let compact: String = encoded.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact).ok()?;
    Some(Inline { name: format!("image-{number}.{extension}"), bytes: bytes.into() })
}

/// Words of a text that start with `sign` and a letter: `@priya`, `#recall`. Mail addresses are none.
#[must_use]
pub fn tags(text: &str, sign: char) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | '"')) {
        let Some(name) = word.strip_prefix(sign) else { continue };
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
        let name = name.trim_end_matches('.');
        if name.starts_with(char::is_alphabetic) && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_body() {
        let html =
            "<p>Hello &amp; thanks,</p><p>it <b>works</b>.<br>Bye</p><style>p{}</style><blockquote>old</blockquote>";
        assert_eq!(plain_text(html), "Hello & thanks,\n\nit works.\nBye\n\nold");
        assert_eq!(plain_text("1 < 2"), "1 < 2");
    }

    #[test]
    fn images_become_references_and_text_stays() {
        let html = r#"<p>a</p><img alt="x" src="data:image/png;base64,AAEC"> data:image/png;base64,AAEC <img src='data:image/gif;base64,!!'>"#;
        let (body, images) = take_images(html, |image| format!("{}-{}", image.name, image.bytes.len()));
        assert_eq!(images, [Inline { name: "image-1.png".into(), bytes: Bytes::from_static(&[0, 1, 2]) }]);
        assert!(body.contains(r#"src="cid:image-1.png-3">"#), "{body}");
        assert!(body.contains(" data:image/png;base64,AAEC "), "{body}");
        assert!(body.contains("data:image/gif;base64,!!"), "{body}");
    }

    #[test]
    fn tags_are_no_addresses() {
        assert_eq!(tags("@priya see #recall-26 and a@b.example (@Tom. #5) @priya", '@'), ["priya", "Tom"]);
        assert_eq!(tags("@priya see #recall-26 #5", '#'), ["recall-26"]);
    }
}
