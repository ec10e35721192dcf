//! Rules for attached files: which are handed out, and what their bytes are.

/// What one request may carry or hand out whole.
pub const LARGEST_FILE: usize = 25 * 1024 * 1024;

/// What the rules say about a file, judged by its extension alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Always handed out.
    Allowed,
    /// Handed out once somebody has said that it was looked at.
    Review,
    /// Never.
    Blocked,
}

const ALLOWED: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "csv", "jpg", "jpeg", "png", "gif", "webp",
    "bmp", "svg", "zip", "7z",
];
const BLOCKED: &[&str] =
    &["exe", "msi", "bat", "cmd", "com", "scr", "ps1", "app", "docm", "xlsm", "pptm", "dotm", "xltm", "potm"];

/// The rule for a file name.
#[must_use]
pub fn rule(name: &str) -> Rule {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    if ALLOWED.contains(&extension.as_str()) {
        Rule::Allowed
    } else if BLOCKED.contains(&extension.as_str()) {
        Rule::Blocked
    } else {
        Rule::Review
    }
}

/// The type that the bytes show.
#[must_use]
pub fn sniffed(bytes: &[u8]) -> &'static str {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"MZ", "application/x-dosexec"),
        (b"<svg", "image/svg+xml"),
        (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    ];
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return kind;
    }
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let text = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A character cut at the end of the head is no reason against text.
        Err(error) => error.error_len().is_none(),
    };
    if text && !head.contains(&0) { "text/plain" } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_go_by_extension() {
        assert_eq!(rule("Invoice.PDF"), Rule::Allowed);
        assert_eq!(rule("setup.exe"), Rule::Blocked);
        assert_eq!(rule("macro.xlsm"), Rule::Blocked);
        assert_eq!(rule("trace.har"), Rule::Review);
        assert_eq!(rule("README"), Rule::Review);
    }
}
