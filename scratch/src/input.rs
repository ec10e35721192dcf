//! Reading a body field by field; what is wrong is collected and refused together, as the server's validator does.

use serde_json::{Map, Value};

use crate::reply::{FieldErrors, Refusal};

/// A body under validation.
///
/// Empty strings and nulls count as not given, as the server's own middleware makes them.
#[derive(Debug)]
pub struct Input<'a> {
    body: &'a Map<String, Value>,
    errors: FieldErrors,
}

impl<'a> Input<'a> {
    /// Starts with nothing found wrong.
    #[must_use]
    pub fn new(body: &'a Map<String, Value>) -> Self {
        Self { body, errors: FieldErrors::default() }
    }

    /// The value at a dotted path (`data.subject`), unless it is null or an empty string.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&'a Value> {
        let mut members = Some(self.body);
        let mut found = None;
        for name in path.split('.') {
            found = members?.get(name);
            members = found.and_then(Value::as_object);
        }
        found.filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// Notes that a field is wrong.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.errors.0.push((field.to_owned(), message.into()));
    }

    /// Notes that a field is missing, unless `given`; hands it on.
    pub fn need<T>(&mut self, path: &str, given: Option<T>) -> Option<T> {
        if given.is_none() && !self.errors.0.iter().any(|(field, _)| field == path) {
            self.refuse(path, format!("The {} field is required.", words(path)));
        }
        given
    }

    /// A string of at most `most` characters.
    pub fn text(&mut self, path: &str, most: usize) -> Option<&'a str> {
        let value = self.value(path)?;
        let Some(text) = value.as_str() else {
            self.refuse(path, format!("The {} field must be a string.", words(path)));
            return None;
        };
        if text.chars().count() > most {
            self.refuse(path, format!("The {} field must not be greater than {most} characters.", words(path)));
            return None;
        }
        Some(text)
    }

    /// A mail address, in lower case.
    pub fn email(&mut self, path: &str) -> Option<String> {
        let text = self.text(path, 255)?;
        if !is_address(text) {
            self.refuse(path, format!("The {} field must be a valid email address.", words(path)));
            return None;
        }
        Some(text.to_lowercase())
    }

    /// True or false; `0`, `1`, `"0"`, `"1"` count too.
    pub fn flag(&mut self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::Bool(given) => Some(*given),
            Value::Number(number) if number.as_i64() == Some(0) => Some(false),
            Value::Number(number) if number.as_i64() == Some(1) => Some(true),
            Value::String(text) if text == "0" => Some(false),
            Value::String(text) if text == "1" => Some(true),
            _ => {
                self.refuse(path, format!("The {} field must be true or false.", words(path)));
                None
            }
        }
    }

    /// A whole number within bounds; digits in a string count too.
    pub fn number(&mut self, path: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.value(path)?;
        let Some(number) = integer(value) else {
            self.refuse(path, format!("The {} field must be an integer.", words(path)));
            return None;
        };
        if number < least {
            self.refuse(path, format!("The {} field must be at least {least}.", words(path)));
            return None;
        }
        if number > most {
            self.refuse(path, format!("The {} field must not be greater than {most}.", words(path)));
            return None;
        }
        Some(number)
    }

    /// An id, as an integer or a string of digits.
    pub fn id(&mut self, path: &str) -> Option<u64> {
        self.number(path, 0, i64::MAX).and_then(|id| u64::try_from(id).ok())
    }

    /// A list of at most `most` values.
    pub fn list(&mut self, path: &str, most: usize) -> Option<&'a [Value]> {
        let value = self.value(path)?;
        let Some(items) = value.as_array() else {
            self.refuse(path, format!("The {} field must be an array.", words(path)));
            return None;
        };
        if items.len() > most {
            self.refuse(path, format!("The {} field must not have more than {most} items.", words(path)));
            return None;
        }
        Some(items)
    }

    /// A list whose items all pass `read`.
    pub fn list_of<T>(
        &mut self,
        path: &str,
        most: usize,
        kind: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.list(path, most)?;
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match read(item) {
                Some(item) => all.push(item),
                None => self.refuse(&format!("{path}.{index}"), format!("The {path}.{index} field must be {kind}.")),
            }
        }
        Some(all)
    }

    /// A list of mail addresses, in lower case.
    pub fn emails(&mut self, path: &str, most: usize) -> Option<Vec<String>> {
        self.list_of(path, most, "a valid email address", |item| {
            item.as_str().filter(|text| is_address(text)).map(str::to_lowercase)
        })
    }

    /// A list of integers.
    pub fn integers(&mut self, path: &str, most: usize) -> Option<Vec<u64>> {
        self.list_of(path, most, "an integer", |item| integer(item).and_then(|id| u64::try_from(id).ok()))
    }

    /// A list of strings; numbers count as their digits.
    pub fn texts(&mut self, path: &str, most: usize) -> Option<Vec<String>> {
        self.list_of(path, most, "a string", scalar_text)
    }

    /// An object.
    pub fn object(&mut self, path: &str) -> Option<&'a Map<String, Value>> {
        let value = self.value(path)?;
        if value.as_object().is_none() {
            self.refuse(path, format!("The {} field must be an object.", words(path)));
        }
        value.as_object()
    }

    /// A date `YYYY-MM-DD`, handed on as it was written.
    pub fn date(&mut self, path: &str) -> Option<String> {
        let text = self.text(path, 32)?;
        if crate::clock::read_day(text).is_none() {
            self.refuse(path, format!("The {} field must match the format Y-m-d.", words(path)));
            return None;
        }
        Some(text.to_owned())
    }

    /// Whether anything was found wrong so far.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        !self.errors.0.is_empty()
    }

    /// Ends the validation.
    ///
    /// # Errors
    /// With everything found wrong.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.errors.0.is_empty() { Ok(()) } else { Err(Refusal::Fields(self.errors)) }
    }
}

/// A string, or a number as its digits.
#[must_use]
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An integer, also as a string of digits.
#[must_use]
pub fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// Whether this could be a mail address: one `@`, something before it, a name with a dot or `localhost` after it.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    plain(local)
        && plain(domain)
        && !domain.contains('@')
        && !local.contains(['<', '>', '"', ','])
        && (domain == "localhost" || domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty()))
}

fn words(path: &str) -> String {
    path.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn everything_wrong_is_refused_together_and_in_order() {
        let body = body(json!({"from_email": "nobody", "limit": 5000, "data": {"subject": 7}, "content": ""}));
        let mut input = Input::new(&body);
        assert_eq!(input.email("from_email"), None);
        assert_eq!(input.number("limit", 1, 1000), None);
        assert_eq!(input.text("data.subject", 255), None);
        let content = input.text("content", 10);
        assert_eq!(input.need("content", content), None);
        let Err(Refusal::Fields(errors)) = input.finish() else { panic!("accepted") };
        let fields: Vec<_> = errors.0.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["from_email", "limit", "data.subject", "content"]);
    }

    #[test]
    fn addresses() {
        for good in ["a@b.example", "first.last+tag@sub.example.com", "dev@localhost"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "a", "a@", "@b.example", "a@b", "a b@c.example", "a@b@c.example", "a@b..example"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
