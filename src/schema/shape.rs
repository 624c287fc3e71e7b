//! Every fault in the shape of a schema file: unknown fields, wrong types.
//!
//! Serde stops at the first one. When it has refused a file, each section of the file and each field of each
//! variable is tried by itself, and all that are refused are reported.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Error, ValueDeserializer};

use super::definition::{Header, RotationClass, RuleDefinition, VariableDefinition};
use crate::suggest::closest;
use crate::toml_text::Problem;
use crate::ui;

/// The sections of a schema file.
pub(super) const SCHEMA: &[&str] = &["schema", "vars", "rules", "classes"];

/// The sections of a manifest that are a schema; the others are the manifest's own business.
pub(super) const MANIFEST: &[&str] = &["vars", "rules", "classes"];

/// A key of a table with its value.
type Entry<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// Every problem of a text that was refused with `error`. `sections` are the top-level keys to look at.
pub(super) fn problems(text: &str, sections: &[&str], error: &Error) -> Vec<Problem> {
    let mut search = Search { text, problems: Vec::new() };
    if let Ok(root) = DeTable::parse(text) {
        for entry in root.get_ref() {
            search.section(entry, sections);
        }
    }
    if search.problems.is_empty() {
        search.problems.push(Problem::from_error(text, error));
    }
    search.problems.sort_by_key(|problem| (problem.line, problem.column));
    search.problems
}

struct Search<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Search<'_> {
    fn section(&mut self, entry: Entry, sections: &[&str]) {
        let (key, value) = entry;
        match &**key.get_ref() {
            "schema" if sections.contains(&"schema") => self.fields::<Header>(entry),
            "vars" => self.tables::<VariableDefinition>(entry),
            "classes" => self.tables::<RotationClass>(entry),
            "rules" => match value.get_ref() {
                DeValue::Array(items) => items.iter().for_each(|item| self.whole::<RuleDefinition>(item)),
                _ => self.report(value.span().start, "wrong type, expected [[rules]]", None),
            },
            _ if sections == MANIFEST => {}
            name => self.unknown(key, name, sections.iter().copied()),
        }
    }

    /// Tables of `T` by name.
    fn tables<T: DeserializeOwned + JsonSchema>(&mut self, (_, value): Entry) {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().for_each(|entry| self.fields::<T>(entry)),
            _ => self.report(value.span().start, "wrong type, expected tables by name", None),
        }
    }

    /// A table whose fields are all optional: each field must make a `T` by itself.
    fn fields<T: DeserializeOwned + JsonSchema>(&mut self, (_, value): Entry) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.report(value.span().start, "wrong type, expected a table", None);
        };
        let known = field_names::<T>();
        for (key, field) in table {
            let name = &**key.get_ref();
            if !known.iter().any(|field| field == name) {
                self.unknown(key, name, known.iter().map(String::as_str));
                continue;
            }
            let alone = DeTable::from_iter([(key.clone(), field.clone())]);
            self.whole::<T>(&Spanned::new(field.span(), DeValue::Table(alone)));
        }
    }

    fn whole<T: DeserializeOwned>(&mut self, value: &Spanned<DeValue>) {
        if let Err(error) = T::deserialize(ValueDeserializer::from(value.clone())) {
            let mut problem = Problem::from_error(self.text, &error);
            if error.span().is_none() {
                problem = Problem::at(self.text, value.span().start, problem.message, problem.help);
            }
            self.problems.push(problem);
        }
    }

    fn unknown<'k>(&mut self, key: &Spanned<DeString>, name: &str, known: impl IntoIterator<Item = &'k str>) {
        let help = closest(name, known).map(|known| format!("did you mean {known:?}?"));
        self.report(key.span().start, format!("unknown field {:?}", ui::escape(name)), help);
    }

    fn report(&mut self, offset: usize, message: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem::at(self.text, offset, message, help));
    }
}

/// The names of a struct's fields, those of flattened structs too, as its JSON Schema has them.
fn field_names<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let properties = schema.get("properties").and_then(|properties| properties.as_object());
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}
