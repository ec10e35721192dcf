//! `plugins.toml`: what a person sets for plugins, by hand. Pure: from its text to the JSON that plugins get.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::Spanned;

/// The settings of each plugin, as compact JSON, sorted by name.
///
/// # Errors
/// What is wrong, with its line.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(default)]
        plugins: BTreeMap<String, OfPlugin>,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct OfPlugin {
        #[serde(default)]
        settings: BTreeMap<String, Spanned<toml::Value>>,
    }
    let line_of = |at: usize| 1 + text.get(..at).map_or(0, |before| before.matches('\n').count());
    // Without the line itself: an assistant may read this, and a setting may be a secret.
    let parsed: Settings = toml::from_str(text).map_err(|error| {
        let why = error.message().lines().collect::<Vec<_>>().join(", ");
        format!("line {}: {why}", line_of(error.span().map_or(0, |span| span.start)))
    })?;
    let mut all = BTreeMap::new();
    for (plugin, of) in parsed.plugins {
        let mut members = serde_json::Map::new();
        for (name, value) in of.settings {
            let line = line_of(value.span().start);
            let value = json(value.into_inner())
                .map_err(|why| format!("line {line}: the setting `{name}` of the plugin `{plugin}` {why}"))?;
            members.insert(name, value);
        }
        all.insert(plugin, Value::Object(members).to_string());
    }
    Ok(all)
}

/// The same value in JSON, which has fewer kinds.
fn json(value: toml::Value) -> Result<Value, &'static str> {
    Ok(match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => {
            serde_json::Number::from_f64(number).ok_or("holds what is no number: write a number, or a text")?.into()
        }
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(_) => return Err("holds a date or time, which plugins do not know: write it in quotes"),
        toml::Value::Array(items) => items.into_iter().map(json).collect::<Result<Vec<_>, _>>()?.into(),
        toml::Value::Table(members) => {
            let members = members.into_iter().map(|(name, value)| Ok((name, json(value)?)));
            Value::Object(members.collect::<Result<_, &'static str>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_has_is_handed_on() {
        let text = "[plugins.digest.settings]\nweek_starts = \"monday\"\nqueues = [\"Support\", \"Sales\"]\nlimit = 5\n\
                    share = 0.5\n[plugins.digest.settings.mail]\non = true\n[plugins.other]\n";
        let digest =
            r#"{"limit":5,"mail":{"on":true},"queues":["Support","Sales"],"share":0.5,"week_starts":"monday"}"#;
        let all = [("digest".to_owned(), digest.to_owned()), ("other".to_owned(), "{}".to_owned())];
        assert_eq!(parse(text), Ok(BTreeMap::from(all)));
        assert_eq!(parse(""), Ok(BTreeMap::new()));
    }

    #[test]
    fn what_json_does_not_have_is_refused_with_its_line() {
        for (value, line, why) in [
            ("2026-01-02", 3, "a date"),
            ("2026-01-02T08:00:00Z", 3, "a date"),
            ("08:00:00", 3, "a date"),
            ("nan", 3, "no number"),
            ("-inf", 3, "no number"),
            ("[\"a\", [{ b = 2026-01-02 }]]", 3, "a date"),
        ] {
            let said = parse(&format!("[plugins.digest.settings]\nfirst = 1\nwrong = {value}\n")).unwrap_err();
            assert!(said.starts_with(&format!("line {line}: the setting `wrong`")) && said.contains(why), "{said}");
        }
        for (text, line) in [("[plugins.digest.setings]\n", 1), ("[plugins.digest.settings]\nx =\n", 2), ("x = 1", 1)] {
            let said = parse(text).unwrap_err();
            assert!(said.starts_with(&format!("line {line}: ")) && !said.contains('\n'), "{said}");
        }
    }
}
