//! Where two JSON values differ, for a person's eyes.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// One difference between a case and what happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// Way into the case's file: `exchanges/0/request/input/status`.
    pub(crate) at: String,
    /// What the case says; none where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Value>,
    /// What happened; none where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) happened: Option<Value>,
}

/// Every place where two values differ. The order of members makes no difference.
pub(super) fn differences(at: &str, expected: &Value, happened: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(at, Some(expected), Some(happened), &mut found);
    found
}

fn collect(at: &str, expected: Option<&Value>, happened: Option<&Value>, found: &mut Vec<Difference>) {
    match (expected, happened) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for (name, value) in one {
                collect(&below(at, name), Some(value), other.get(name), found);
            }
            for (name, value) in other.iter().filter(|(name, _)| !one.contains_key(*name)) {
                collect(&below(at, name), None, Some(value), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                collect(&format!("{at}/{index}"), one.get(index), other.get(index), found);
            }
        }
        (None, None) => {}
        _ => found.push(Difference { at: at.to_owned(), expected: expected.cloned(), happened: happened.cloned() }),
    }
}

fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "  at {}", self.at)?;
        match (&self.expected, &self.happened) {
            (Some(Value::String(one)), Some(Value::String(other))) if one.contains('\n') || other.contains('\n') => {
                lines(one, other).iter().try_for_each(|line| write!(out, "\n    {line}"))
            }
            (expected, happened) => {
                if let Some(expected) = expected {
                    write!(out, "\n    - {expected}")?;
                }
                if let Some(happened) = happened {
                    write!(out, "\n    + {happened}")?;
                }
                Ok(())
            }
        }
    }
}

/// The lines that differ, with one of those that do not on each side.
fn lines(one: &str, other: &str) -> Vec<String> {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
    let before = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = (one.len() - before).min(other.len() - before);
    let after = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let middle = |lines: &[&str], sign: char| -> Vec<String> {
        lines.iter().skip(before).take(lines.len() - before - after).map(|line| format!("{sign} {line}")).collect()
    };
    let around = |at: Option<usize>| at.and_then(|at| one.get(at)).map(|line| format!("  {line}"));
    let mut shown: Vec<String> = around(before.checked_sub(1)).into_iter().collect();
    shown.extend(middle(&one, '-'));
    shown.extend(middle(&other, '+'));
    shown.extend(around(Some(one.len() - after)));
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expected: Value, happened: Value) -> String {
        differences("result", &expected, &happened).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_difference_is_at_its_place() {
        let one = json!({"same": 1, "status": "open", "gone": true, "list": [1, 2, {"x": 1}], "a/b": 1});
        let other = json!({"list": [1, 3, {"x": 1}, 4], "status": "on-hold", "same": 1, "new": null, "a/b": 2});
        insta::assert_snapshot!(told(one, other), @r#"
          at result/status
            - "open"
            + "on-hold"
          at result/gone
            - true
          at result/list/1
            - 2
            + 3
          at result/list/3
            + 4
          at result/a~1b
            - 1
            + 2
          at result/new
            + null
        "#);
        assert_eq!(told(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})), "");
    }

    #[test]
    fn long_texts_are_compared_line_by_line() {
        let told = told(json!("one\ntwo\nthree\nfour"), json!("one\ntwo\nthird\nfour"));
        insta::assert_snapshot!(told, @r"
          at result
              two
            - three
            + third
              four
        ");
        assert_eq!(lines("a\nb", "a\nb\nc"), ["  b", "+ c"]);
        assert_eq!(lines("x\nb", "b"), ["- x", "  b"]);
        assert_eq!(lines("a\na", "a"), ["  a", "- a"]);
    }
}
