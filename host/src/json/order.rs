//! Arguments in the order of their schema, so that the same arguments are always the same text.

use serde_json::{Map, Value};

/// How many references and combinations are followed from one schema; a schema that refers to itself ends here.
const FOLLOWED: usize = 16;

/// Writes arguments compactly, members in the order in which the schema names them and, after those, sorted by name; so at
/// every level. References within the schema, `anyOf`, `oneOf` and `allOf` are looked into.
pub fn order(arguments: &Map<String, Value>, schema: &Value) -> String {
    let mut text = String::new();
    object(&mut text, arguments, &Schemas::of(vec![schema], schema));
    text
}

/// What describes one value: usually one schema, several where it is combined of some.
struct Schemas<'s> {
    all: Vec<&'s Value>,
    root: &'s Value,
}

impl<'s> Schemas<'s> {
    /// Follows references and combinations.
    fn of(mut all: Vec<&'s Value>, root: &'s Value) -> Self {
        let mut next = 0;
        while let Some(schema) = all.get(next).copied().filter(|_| next < FOLLOWED) {
            next += 1;
            let reference =
                schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
            all.extend(reference.and_then(|pointer| root.pointer(pointer)));
            for combination in ["allOf", "anyOf", "oneOf"] {
                all.extend(schema.get(combination).and_then(Value::as_array).into_iter().flatten());
            }
        }
        Self { all, root }
    }

    /// Names of the members, in order.
    fn names(&self) -> impl Iterator<Item = &'s String> {
        self.all.iter().filter_map(|schema| schema.get("properties")?.as_object()).flat_map(Map::keys)
    }

    /// What describes the member of this name.
    fn member(&self, name: &str) -> Self {
        let own = self.all.iter().filter_map(|schema| schema.get("properties")?.get(name)).collect();
        Self::of(own, self.root)
    }

    /// What describes each item.
    fn item(&self) -> Self {
        Self::of(self.all.iter().filter_map(|schema| schema.get("items")).collect(), self.root)
    }
}

fn value(text: &mut String, given: &Value, schemas: &Schemas<'_>) {
    match given {
        Value::Object(members) => object(text, members, schemas),
        Value::Array(items) => {
            let item_schemas = schemas.item();
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                value(text, item, &item_schemas);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn object(text: &mut String, members: &Map<String, Value>, schemas: &Schemas<'_>) {
    let mut names: Vec<&String> = Vec::with_capacity(members.len());
    names.extend(schemas.names().filter(|name| members.contains_key(*name)));
    let named = names.len();
    names.extend(members.keys());
    if let Some(unnamed) = names.get_mut(named..) {
        unnamed.sort_unstable();
    }
    let mut written = std::collections::HashSet::new();
    text.push('{');
    for name in names {
        let Some(member) = members.get(name).filter(|_| written.insert(name.as_str())) else { continue };
        if written.len() > 1 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        value(text, member, &schemas.member(name));
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "zebra": {"type": "string"},
                "data": {"$ref": "#/$defs/Data"},
                "attachments": {"type": "array", "items": {"properties": {"path": {}, "name": {}}}},
                "maybe": {"anyOf": [{"$ref": "#/$defs/Data"}, {"type": "null"}]},
                "again": {"$ref": "#"},
                "apple": {"type": "integer"},
            },
            "$defs": {"Data": {"properties": {"subject": {}, "content": {}}}},
        })
    }

    fn ordered(arguments: Value) -> String {
        order(arguments.as_object().expect("an object"), &schema())
    }

    #[test]
    fn members_stand_in_schema_order_and_unnamed_ones_sorted() {
        assert_eq!(
            ordered(json!({
                "b": {"y": 1, "x": [{"d": 1.0, "c": "ü\n"}]},
                "apple": 1,
                "a": null,
                "again": {"apple": 2, "zebra": "z"},
                "maybe": {"content": 1, "subject": 2},
                "attachments": [{"name": "n", "more": true, "path": "p"}, 3],
                "data": {"aaa": 0, "content": "c", "subject": "s"},
                "zebra": "z",
            })),
            concat!(
                r#"{"zebra":"z","data":{"subject":"s","content":"c","aaa":0},"attachments":[{"path":"p","name":"n","more":true},3],"#,
                r#""maybe":{"subject":2,"content":1},"again":{"zebra":"z","apple":2},"apple":1,"a":null,"b":{"x":[{"c":"ü\n","d":1.0}],"y":1}}"#
            )
        );
        assert_eq!(ordered(json!({})), "{}");
    }

    #[test]
    fn a_schema_that_is_only_itself_comes_to_an_end() {
        let endless = json!({"$ref": "#", "anyOf": [{"$ref": "#"}, {"$ref": "#/anyOf"}]});
        assert_eq!(order(json!({"b": 1, "a": 2}).as_object().expect("an object"), &endless), r#"{"a":2,"b":1}"#);
        assert_eq!(order(json!({"b": 1, "a": 2}).as_object().expect("an object"), &json!(true)), r#"{"a":2,"b":1}"#);
    }

    fn shuffled(value: &Value, random: &mut TestRng) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Vec<(String, Value)> =
                    members.iter().map(|(name, value)| (name.clone(), shuffled(value, random))).collect();
                for last in (1..members.len()).rev() {
                    members.swap(last, random.next_u32() as usize % (last + 1));
                }
                Value::Object(members.into_iter().collect())
            }
            Value::Array(items) => items.iter().map(|item| shuffled(item, random)).collect(),
            scalar => scalar.clone(),
        }
    }

    use proptest::test_runner::TestRng;

    fn free_values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\]{0,4}".prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(
                    "zebra|data|maybe|apple|again|attachments|path|name|subject|content|[a-d]",
                    inner,
                    0..6
                )
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn shuffled_arguments_give_one_text(value in free_values().prop_filter("an object", Value::is_object), random in any::<[u8; 32]>()) {
            let mut random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &random);
            let text = ordered(value.clone());
            prop_assert_eq!(&ordered(shuffled(&value, &mut random)), &text);
            prop_assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
        }
    }
}
