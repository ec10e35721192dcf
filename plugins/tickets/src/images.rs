//! Images shown inside the body of a ticket or response.

use std::borrow::Cow;

use tickiti_relay_sdk::prelude::*;

/// An image to show inside the body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct InlineImage {
    /// Local image file.
    pub path: String,
    /// Used in the default placeholder; the file's name when left out.
    pub name: Option<String>,
    /// Text in content that the image replaces, wherever it occurs; default {{attach:NAME}}. Without it in content the
    /// image goes to the end.
    pub placeholder: Option<String>,
}

/// A stretch of a body.
enum Piece<'a> {
    Text(Cow<'a, str>),
    /// The mark of an image.
    Image(&'a str),
}

/// The body with `<img src="MARK">` for each image, in place of its placeholder or, where that does not occur, at the end.
pub(crate) fn embed(cx: &Context<'_>, content: &str, images: &[InlineImage]) -> Result<String> {
    let mut pieces = vec![Piece::Text(Cow::Borrowed(content))];
    let mut rest = Vec::new();
    for (index, image) in images.iter().enumerate() {
        let at = format!("/attachments/{index}/path");
        let file = cx.file(&at).ok_or_else(|| Error::new(format!("The relay did not open the file of {at}.")))?;
        let placeholder = match &image.placeholder {
            Some(empty) if empty.is_empty() => {
                return Err(Error::new(format!(
                    "attachments[{index}].placeholder is empty. Leave it out to use {{{{attach:{}}}}}, or give the text that \
                     the image is to replace. Nothing was sent.",
                    file.name
                )));
            }
            Some(given) => given.clone(),
            None => format!("{{{{attach:{}}}}}", image.name.as_ref().unwrap_or(&file.name)),
        };
        let before = pieces.len();
        pieces = pieces.into_iter().flat_map(|piece| placed(piece, &placeholder, &file.mark)).collect();
        if pieces.len() == before {
            rest.push(file.mark.as_str());
        }
    }
    let mut body = String::with_capacity(content.len() + 64 * images.len());
    for piece in pieces {
        match piece {
            Piece::Text(text) => body.push_str(&text),
            Piece::Image(mark) => push_image(&mut body, mark),
        }
    }
    for mark in rest {
        body.push_str("<p>");
        push_image(&mut body, mark);
        body.push_str("</p>");
    }
    Ok(body)
}

/// A piece with an image at each occurrence of its placeholder. Only text is searched, so that a placeholder never matches
/// inside an image that was placed before.
fn placed<'a>(piece: Piece<'a>, placeholder: &str, mark: &'a str) -> Vec<Piece<'a>> {
    let Piece::Text(text) = &piece else { return vec![piece] };
    let mut parts = text.split(placeholder);
    let Some(first) = parts.next() else { return vec![piece] };
    let mut pieces = vec![Piece::Text(Cow::Owned(first.to_owned()))];
    for part in parts {
        pieces.push(Piece::Image(mark));
        pieces.push(Piece::Text(Cow::Owned(part.to_owned())));
    }
    pieces
}

fn push_image(body: &mut String, mark: &str) {
    body.push_str("<img src=\"");
    body.push_str(mark);
    body.push_str("\">");
}
