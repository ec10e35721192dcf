//! Create, update and delete for families whose rows are plain: the fields are a table, the rest is here.

use serde_json::{Value, json};

use crate::call::Call;
use crate::collection::Row;
use crate::input::Input;
use crate::reply::Refusal;
use crate::world::World;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// A mail address.
    Email,
    /// True or false.
    Flag,
    /// A whole number within bounds.
    Number(i64, i64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of ids.
    Ids,
    /// A number that is not below zero.
    Amount,
    /// `#rrggbb`.
    Colour,
    /// The id of a row of this collection, kept as a string of digits.
    Id(&'static str),
    /// The name of a row of this collection, kept as the row writes it.
    Name(&'static str),
    /// Any JSON.
    Any,
}

/// One field of a kind of row.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the body and in the row.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether create wants it.
    pub required: bool,
    /// What a new row has when the body does not say, as JSON text.
    pub default: &'static str,
}

impl Field {
    /// A field that create wants.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true, default: "null" }
    }

    /// A field that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self { name, kind, required: false, default }
    }
}

/// A kind of row.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Name of its collection in the world: `mailboxes`.
    pub collection: &'static str,
    /// What effects call one of them: `mailbox`.
    pub what: &'static str,
    /// The body field that names one: `mailbox_id`.
    pub id_field: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// A field that no two rows may share.
    pub unique: Option<&'static str>,
}

impl Resource {
    /// All rows as a JSON array.
    #[must_use]
    pub fn list(&self, world: &World) -> Value {
        world.rows(self.collection).rows().cloned().map(Value::Object).collect()
    }

    /// The id and the row that the call names.
    ///
    /// # Errors
    /// 422 when the call names none, 404 when there is no such row.
    pub fn named<'w>(&self, world: &'w World, call: &Call) -> Result<(u64, &'w Row), Refusal> {
        let mut input = call.input();
        let id = input.id(self.id_field);
        let id = input.need(self.id_field, id);
        input.finish()?;
        let id = id.unwrap_or_default();
        let row = world.rows(self.collection).get(id);
        row.map(|row| (id, row)).ok_or(Refusal::NotFound { what: self.what, field: self.id_field })
    }

    /// Adds a row from the call's body (or an object inside it) and says which id it got.
    ///
    /// # Errors
    /// 422 with everything that is wrong.
    pub fn create(&self, world: &mut World, body: &Row) -> Result<u64, Refusal> {
        let mut row = self.read(world, body, true)?;
        for field in self.fields {
            if !row.contains_key(field.name) {
                row.insert(field.name.into(), serde_json::from_str(field.default).unwrap_or(Value::Null));
            }
        }
        self.refuse_double(world, &row, None)?;
        let id = world.rows_mut(self.collection).add(row);
        world.did(format!("{}:{id}", self.what), "created");
        Ok(id)
    }

    /// Lays the given fields over a row.
    ///
    /// # Errors
    /// 422 with everything that is wrong.
    pub fn update(&self, world: &mut World, id: u64, body: &Row) -> Result<(), Refusal> {
        let changes = self.read(world, body, false)?;
        self.refuse_double(world, &changes, Some(id))?;
        if !world.rows_mut(self.collection).update(id, &changes) {
            return Err(Refusal::NotFound { what: self.what, field: self.id_field });
        }
        world.did(format!("{}:{id}", self.what), "updated");
        Ok(())
    }

    /// Takes away the row that the call names.
    ///
    /// # Errors
    /// 422 when the call names none, 404 when there is no such row.
    pub fn delete(&self, world: &mut World, call: &Call) -> Result<u64, Refusal> {
        let (id, _) = self.named(world, call)?;
        world.rows_mut(self.collection).delete(id);
        world.did(format!("{}:{id}", self.what), "deleted");
        Ok(id)
    }

    /// Reads the known fields out of a body.
    fn read(&self, world: &World, body: &Row, creating: bool) -> Result<Row, Refusal> {
        let mut input = Input::new(body);
        let mut row = Row::new();
        for field in self.fields {
            let value = read_one(&mut input, field, world);
            let value = if creating && field.required { input.need(field.name, value) } else { value };
            match value {
                Some(value) => {
                    row.insert(field.name.into(), value);
                }
                // An explicit null clears a field that may be empty.
                None if !creating && body.contains_key(field.name) && !field.required && !input.is_wrong() => {
                    row.insert(field.name.into(), Value::Null);
                }
                None => {}
            }
        }
        input.finish().map(|()| row)
    }

    fn refuse_double(&self, world: &World, row: &Row, but: Option<u64>) -> Result<(), Refusal> {
        let Some(field) = self.unique else { return Ok(()) };
        let Some(text) = row.get(field).and_then(Value::as_str) else { return Ok(()) };
        match world.rows(self.collection).find(field, text) {
            Some((id, _)) if Some(id) != but => {
                Err(Refusal::field(field, format!("The {} has already been taken.", field.replace('_', " "))))
            }
            _ => Ok(()),
        }
    }
}

fn read_one(input: &mut Input<'_>, field: &Field, world: &World) -> Option<Value> {
    match field.kind {
        Kind::Text(most) => input.text(field.name, most).map(|text| json!(text)),
        Kind::Email => input.email(field.name).map(|text| json!(text)),
        Kind::Flag => input.flag(field.name).map(|flag| json!(flag)),
        Kind::Number(least, most) => input.number(field.name, least, most).map(|number| json!(number)),
        Kind::OneOf(words) => {
            let word = input.text(field.name, 255)?;
            if words.contains(&word) {
                return Some(json!(word));
            }
            input.refuse(
                field.name,
                format!("The selected {} is invalid; it is one of {}.", field.name, words.join(", ")),
            );
            None
        }
        Kind::Ids => input.integers(field.name, 5000).map(|ids| json!(ids)),
        Kind::Amount => {
            let amount = input.value(field.name)?;
            let is_amount = amount.as_f64().is_some_and(|amount| amount >= 0.0);
            is_or(input, field, is_amount, "must be a number and not below 0").then(|| amount.clone())
        }
        Kind::Colour => {
            let colour = input.text(field.name, 255)?;
            let digits = colour.strip_prefix('#').unwrap_or_default();
            let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_or(input, field, is_colour, "must be a colour as #rrggbb").then(|| json!(colour))
        }
        Kind::Id(collection) => {
            let id = input.id(field.name)?;
            let is_there = world.rows(collection).get(id).is_some();
            is_or(input, field, is_there, "names nothing that exists").then(|| json!(id.to_string()))
        }
        Kind::Name(collection) => {
            let name = input.text(field.name, 255)?;
            let found = world.rows(collection).find("name", name).and_then(|(_, row)| row.get("name"));
            is_or(input, field, found.is_some(), "names nothing that exists").then(|| found.cloned())?
        }
        Kind::Any => input.value(field.name).cloned(),
    }
}

/// Notes what is wrong with a field, unless it is right; hands on which.
fn is_or(input: &mut Input<'_>, field: &Field, right: bool, words: &str) -> bool {
    if !right {
        input.refuse(field.name, format!("The {} field {words}.", field.name.replace('_', " ")));
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::row;
    use tickiti_relay_routes::Table;

    const MAILBOX: Resource = Resource {
        collection: "test_mailboxes",
        what: "mailbox",
        id_field: "mailbox_id",
        fields: &[
            Field::required("address", Kind::Email),
            Field::optional("name", Kind::Text(10), "\"Mail\""),
            Field::optional("security", Kind::OneOf(&["none", "tls"]), "\"none\""),
            Field::optional("max_errors", Kind::Number(1, 9), "5"),
            Field::optional("enabled", Kind::Flag, "true"),
        ],
        unique: Some("address"),
    };

    fn call(body: Value) -> Call {
        let route = Table::builtin().get("mail.mailboxes.delete").unwrap().as_ref().clone();
        Call { route, params: Vec::new(), body: row(body), uploads: Vec::new(), token: None }
    }

    fn refused(result: Result<impl std::fmt::Debug, Refusal>) -> Vec<String> {
        match result {
            Err(Refusal::Fields(errors)) => errors.0.into_iter().map(|(field, _)| field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_are_made_listed_changed_and_taken_away() {
        let mut world = World::default();
        let id = MAILBOX.create(&mut world, &row(json!({"address": "Help@a.example", "security": "tls"}))).unwrap();
        let made = json!([{"id": "1", "address": "help@a.example", "security": "tls", "name": "Mail", "max_errors": 5, "enabled": true}]);
        assert_eq!(MAILBOX.list(&world), made);
        MAILBOX.update(&mut world, id, &row(json!({"max_errors": 9, "name": null, "unheard": 1}))).unwrap();
        assert_eq!(MAILBOX.list(&world)[0]["max_errors"], 9);
        assert_eq!(MAILBOX.list(&world)[0]["name"], Value::Null);
        assert_eq!(MAILBOX.list(&world)[0].get("unheard"), None);
        MAILBOX.delete(&mut world, &call(json!({"mailbox_id": "1"}))).unwrap();
        assert_eq!(MAILBOX.list(&world), json!([]));
        let missing = MAILBOX.delete(&mut world, &call(json!({"mailbox_id": 1})));
        assert_eq!(missing, Err(Refusal::NotFound { what: "mailbox", field: "mailbox_id" }));
        let again = MAILBOX.create(&mut world, &row(json!({"address": "help@a.example"}))).unwrap();
        assert_eq!(again, 2, "an id is not used twice");
        let did: Vec<_> = world.effects().iter().map(|effect| format!("{} {}", effect.target, effect.did)).collect();
        assert_eq!(did, ["mailbox:1 created", "mailbox:1 updated", "mailbox:1 deleted", "mailbox:2 created"]);
    }

    #[test]
    fn what_is_wrong_is_refused_and_changes_nothing() {
        let mut world = World::default();
        let bad = row(json!({"name": "longer than ten", "security": "ssl", "max_errors": 10, "enabled": "maybe"}));
        let fields = refused(MAILBOX.create(&mut world, &bad));
        assert_eq!(fields, ["address", "name", "security", "max_errors", "enabled"]);
        let id = MAILBOX.create(&mut world, &row(json!({"address": "a@a.example"}))).unwrap();
        MAILBOX.create(&mut world, &row(json!({"address": "b@a.example"}))).unwrap();
        assert_eq!(refused(MAILBOX.create(&mut world, &row(json!({"address": "A@a.example"})))), ["address"]);
        assert_eq!(refused(MAILBOX.update(&mut world, id, &row(json!({"address": "b@a.example"})))), ["address"]);
        MAILBOX.update(&mut world, id, &row(json!({"address": "a@a.example"}))).unwrap();
        assert_eq!(refused(MAILBOX.delete(&mut world, &call(json!({})))), ["mailbox_id"]);
        assert_eq!(world.rows("test_mailboxes").len(), 2);
    }
}
