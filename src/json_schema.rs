//! The JSON Schemas of schema and manifest, generated from the types that read them, so that an editor
//! completes and checks exactly what envward takes.
//!
//! They are committed in `schemas/`; a test says when they are out of date and how to renew them.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::manifest::Manifest;
use crate::schema::definition::SchemaDefinition;

/// The file in `schemas/` and its text.
pub fn files() -> [(&'static str, String); 2] {
    [
        ("envward.schema.json", text::<SchemaDefinition>("envward schema")),
        ("envward.manifest.schema.json", text::<Manifest>("envward manifest")),
    ]
}

/// Draft 7, which the common TOML editors know.
fn text<T: JsonSchema>(title: &str) -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    RecursiveTransform(without_null).transform(&mut schema);
    format!("{:#}\n", schema.to_value())
}

/// TOML has no null: what may be left out is only not required.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
    }
    for keyword in ["enum", "default"] {
        match schema.get_mut(keyword) {
            Some(Value::Array(values)) => values.retain(|value| !value.is_null()),
            Some(Value::Null) => drop(schema.remove(keyword)),
            _ => {}
        }
    }
}
