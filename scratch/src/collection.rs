//! Rows that a family keeps: listed in order, added with ids that count up, changed, taken away.

use serde_json::{Map, Value, json};

use crate::input::integer;

/// One row; its `id` is a string of digits, as the server writes ids.
pub type Row = Map<String, Value>;

/// Rows of one kind.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    last_id: u64,
    rows: Vec<(u64, Row)>,
}

impl Collection {
    /// Adds a row and says which id it got. `id` becomes its first member.
    pub fn add(&mut self, mut row: Row) -> u64 {
        self.last_id += 1;
        row.shift_insert(0, "id".into(), json!(self.last_id.to_string()));
        self.rows.push((self.last_id, row));
        self.last_id
    }

    /// Sets where ids go on; for seeds that want a certain id.
    pub fn ids_after(&mut self, last: u64) {
        self.last_id = self.last_id.max(last);
    }

    /// A row by id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Row> {
        self.rows.iter().find(|(known, _)| *known == id).map(|(_, row)| row)
    }

    /// A row by id, to change.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut Row> {
        self.rows.iter_mut().find(|(known, _)| *known == id).map(|(_, row)| row)
    }

    /// Lays new members over a row; its id stays. Says whether the row exists.
    pub fn update(&mut self, id: u64, changes: &Row) -> bool {
        let Some(row) = self.get_mut(id) else { return false };
        for (name, value) in changes.iter().filter(|(name, _)| *name != "id") {
            row.insert(name.clone(), value.clone());
        }
        true
    }

    /// Takes a row away and hands it out.
    pub fn delete(&mut self, id: u64) -> Option<Row> {
        let place = self.rows.iter().position(|(known, _)| *known == id)?;
        Some(self.rows.remove(place).1)
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// Ids with their rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    /// The first row whose member is this text, without regard to case.
    #[must_use]
    pub fn find(&self, member: &str, text: &str) -> Option<(u64, &Row)> {
        self.iter().find(|(_, row)| row.get(member).and_then(Value::as_str).is_some_and(|known| same(known, text)))
    }

    /// The row that a caller names by id or by the text of `member`.
    #[must_use]
    pub fn named(&self, member: &str, name: &Value) -> Option<(u64, &Row)> {
        let by_id = integer(name).and_then(|id| u64::try_from(id).ok());
        by_id
            .and_then(|id| self.get(id).map(|row| (id, row)))
            .or_else(|| name.as_str().and_then(|text| self.find(member, text)))
    }

    /// Puts the rows into the order of `ids`; rows not named keep their order at the end. Says whether all ids exist.
    pub fn reorder(&mut self, ids: &[u64]) -> bool {
        if ids.iter().any(|id| self.get(*id).is_none()) {
            return false;
        }
        let place = |id: u64| ids.iter().position(|wanted| *wanted == id).unwrap_or(usize::MAX);
        self.rows.sort_by_key(|(id, _)| place(*id));
        true
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Whether two texts are equal without regard to case.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// A row from a JSON object; anything else is an empty row.
#[must_use]
pub fn row(value: Value) -> Row {
    match value {
        Value::Object(members) => members,
        _ => Row::new(),
    }
}

/// Text of a member; empty when there is none.
#[must_use]
pub fn text<'a>(row: &'a Row, member: &str) -> &'a str {
    row.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A true member; `1` counts too.
#[must_use]
pub fn flag(row: &Row, member: &str) -> bool {
    row.get(member).is_some_and(|value| value.as_bool() == Some(true) || value.as_i64() == Some(1))
}
