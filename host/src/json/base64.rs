//! A base64 string inside a JSON text.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The value is not a string, or not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a base64 string")]
pub struct NotBase64;

/// The bytes behind a JSON string of base64, given as it stands in the text: quotes, `\/` and all. Standard alphabet and
/// padding; line breaks and blanks, which mail programs put in, are passed over.
///
/// # Errors
/// [`NotBase64`] for everything else.
pub fn decode_base64(value: &str) -> Result<Vec<u8>, NotBase64> {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(NotBase64)?;
    let text = if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        Cow::Borrowed(inner)
    } else {
        Cow::Owned(serde_json::from_str::<String>(value).map_err(|_| NotBase64)?)
    };
    STANDARD.decode(text.as_bytes()).or_else(|_| {
        let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(dense).map_err(|_| NotBase64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_base64_is_decoded_also_escaped_and_wrapped() {
        assert_eq!(decode_base64(r#""""#), Ok(Vec::new()));
        assert_eq!(decode_base64(r#""QUI=""#), Ok(b"AB".to_vec()));
        assert_eq!(decode_base64(r#""\/\/\/\/""#), Ok(vec![0xff; 3]));
        assert_eq!(decode_base64(r#""QUJD\r\nRE\u0056G ""#), Ok(b"ABCDEF".to_vec()));
    }

    #[test]
    fn all_else_is_refused() {
        for value in [
            "null",
            "1",
            "[]",
            "\"",
            r#""QUI""#,
            r#""QUI==""#,
            r#""QUJ=""#,
            r#""__--""#,
            r#""Q*I=""#,
            r#""Q\x""#,
            r#""=""#,
        ] {
            assert_eq!(decode_base64(value), Err(NotBase64), "{value}");
        }
    }
}
