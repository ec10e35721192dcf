//! What kind of file some bytes are. Pure.

/// Kinds of image that the helpdesk takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageKind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Bmp,
    Svg,
}

impl ImageKind {
    /// What the end of a file name promises.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match extension(name).as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "gif" => Some(Self::Gif),
            "webp" => Some(Self::Webp),
            "bmp" => Some(Self::Bmp),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }

    /// What the bytes are.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if is_bitmap(bytes) {
            Some(Self::Bmp)
        } else if is_svg(bytes) {
            Some(Self::Svg)
        } else {
            None
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Svg => "image/svg+xml",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::Webp => "WebP",
            Self::Bmp => "BMP",
            Self::Svg => "SVG",
        }
    }
}

/// The media type that a name promises, for files whose bytes nobody looks at.
pub(super) fn media_type(name: &str) -> &'static str {
    if let Some(kind) = ImageKind::from_name(name) {
        return kind.media_type();
    }
    match extension(name).as_str() {
        "txt" | "log" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "htm" | "html" => "text/html",
        "csv" => "text/csv",
        "json" => "application/json",
        "ndjson" | "jsonl" => "application/x-ndjson",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "eml" => "message/rfc822",
        "rtf" => "application/rtf",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// `BM`, and a header of a size that exists: two letters alone begin many a text.
fn is_bitmap(bytes: &[u8]) -> bool {
    let header = bytes.get(14..18).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
    bytes.starts_with(b"BM") && matches!(header, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// UTF-8 XML whose first element is `svg`. A document type with declarations of its own is not taken: entities can grow
/// without bound or name other files.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let skipped = if let Some(inside) = rest.strip_prefix("<?") {
            inside.split_once("?>").map(|(_, after)| after)
        } else if let Some(inside) = rest.strip_prefix("<!--") {
            inside.split_once("-->").map(|(_, after)| after)
        } else if let Some(inside) = rest.strip_prefix("<!DOCTYPE") {
            inside.split_once('>').filter(|(declared, _)| !declared.contains('[')).map(|(_, after)| after)
        } else {
            let Some(tag) = rest.strip_prefix('<') else { return false };
            let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
            let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
            return local == "svg" && tag.len() > name.len();
        };
        let Some(after) = skipped else { return false };
        rest = after;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The least bytes of each kind.
    pub(in crate::files) fn samples() -> Vec<(ImageKind, &'static str, Vec<u8>)> {
        let mut bitmap = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
        bitmap.extend(40_u32.to_le_bytes());
        vec![
            (ImageKind::Png, "png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            (ImageKind::Jpeg, "jpg", b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec()),
            (ImageKind::Gif, "gif", b"GIF89a\x01\0\x01\0".to_vec()),
            (ImageKind::Webp, "webp", b"RIFF\x1a\0\0\0WEBPVP8L".to_vec()),
            (ImageKind::Bmp, "bmp", bitmap),
            (ImageKind::Svg, "svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ]
    }

    #[test]
    fn every_kind_is_known_by_name_and_by_bytes() {
        for (kind, extension, bytes) in samples() {
            assert_eq!(ImageKind::from_name(&format!("a.b.{}", extension.to_uppercase())), Some(kind));
            assert_eq!(ImageKind::from_bytes(&bytes), Some(kind), "{extension}");
            for cut in 0..3 {
                assert_eq!(ImageKind::from_bytes(&bytes[..cut]), None, "{extension} cut to {cut}");
            }
        }
        assert_eq!(ImageKind::from_name("a.jpeg"), Some(ImageKind::Jpeg));
        assert_eq!(ImageKind::from_name("png"), None);
    }

    #[test]
    fn svg_is_xml_whose_first_element_is_svg() {
        let taken = [
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- <html> -->\n<svg>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\"><svg/>",
            "<s:svg xmlns:s='http://www.w3.org/2000/svg'>",
        ];
        let refused = [
            "",
            "svg",
            "<svg",
            "<svgx>",
            "<html><svg/></html>",
            "<!-- <svg> ",
            "<!-- --><script/>",
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg/>",
            "<?xml version='1.0'",
            "text <svg>",
        ];
        for text in taken {
            assert!(is_svg(text.as_bytes()), "{text}");
        }
        for text in refused {
            assert!(!is_svg(text.as_bytes()), "{text}");
        }
        assert!(!is_svg(b"<svg>\xff</svg>"[..6].iter().chain(b"\xff").copied().collect::<Vec<_>>().as_slice()));
    }

    #[test]
    fn two_letters_do_not_make_a_bitmap() {
        assert_eq!(ImageKind::from_bytes(b"BMW sells cars, and this is a text"), None);
    }
}
