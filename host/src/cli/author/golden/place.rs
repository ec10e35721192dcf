//! From a line and column of a JSON text to the member that stands there.

/// One level of the way.
enum Level {
    Object { key: Option<String>, value: bool },
    Array { index: usize },
}

/// The way to the member at a place, `exchanges/0/answer`; as far as the text up to there tells it.
pub(super) fn at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = text.len().min(before + column);
    let mut levels: Vec<Level> = Vec::new();
    let mut bytes = text.bytes().enumerate().take(end).peekable();
    while let Some((start, byte)) = bytes.next() {
        match byte {
            b'{' => levels.push(Level::Object { key: None, value: false }),
            b'[' => levels.push(Level::Array { index: 0 }),
            b'}' | b']' => {
                levels.pop();
            }
            b':' => {
                if let Some(Level::Object { value, .. }) = levels.last_mut() {
                    *value = true;
                }
            }
            b',' => match levels.last_mut() {
                Some(Level::Object { key, value }) => (*key, *value) = (None, false),
                Some(Level::Array { index }) => *index += 1,
                None => {}
            },
            b'"' => {
                let mut escaped = false;
                let mut close = None;
                for (at, byte) in bytes.by_ref() {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            close = Some(at);
                            break;
                        }
                        _ => {}
                    }
                }
                let name =
                    close.and_then(|close| text.get(start..=close)).and_then(|raw| serde_json::from_str(raw).ok());
                if let (Some(Level::Object { key, value: false }), Some(name)) = (levels.last_mut(), name) {
                    *key = Some(name);
                }
            }
            _ => {}
        }
    }
    let steps: Vec<String> = levels
        .into_iter()
        .map_while(|level| match level {
            Level::Object { key, .. } => key,
            Level::Array { index } => Some(index.to_string()),
        })
        .collect();
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn the_member_at_a_place_is_named() {
        let text = "{\"a\": [1, {\"b\\\"\": \"x,]\",\n \"c\": 2}],\n \"d\": 3}";
        assert_eq!(at(text, 1, 8), "a/0");
        assert_eq!(at(text, 1, 23), "a/1/b\"");
        assert_eq!(at(text, 2, 7), "a/1/c");
        assert_eq!(at(text, 3, 7), "d");
        assert_eq!(at(text, 9, 9), "");
        assert_eq!(at("", 1, 1), "");
    }
}
