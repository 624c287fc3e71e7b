//! Every fault in the shape of a schema file: unknown fields, wrong types.
//!
//! Serde stops at the first one. When it has refused a file, each section of the file and each field of each
//! variable is tried by itself, and all that are refused are reported.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Error, ValueDeserializer};

use super::definition::{Header, RotationClass, RuleDefinition, VariableDefinition};
use super::error::MAX_FAULTS;
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
    fn is_full(&self) -> bool {
        self.problems.len() >= MAX_FAULTS
    }

    fn section(&mut self, entry: Entry, sections: &[&str]) {
        let (key, value) = entry;
        match &**key.get_ref() {
            "schema" if sections.contains(&"schema") => self.fields::<Header>(entry),
            "vars" => self.tables::<VariableDefinition>(entry),
            "classes" => self.tables::<RotationClass>(entry),
            "rules" => self.items::<RuleDefinition>(value),
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

    /// An array of `T`.
    fn items<T: DeserializeOwned>(&mut self, value: &Spanned<DeValue>) {
        let DeValue::Array(items) = value.get_ref() else {
            return self.report(value.span().start, "wrong type, expected tables in double brackets", None);
        };
        for item in items {
            if self.is_full() {
                return;
            }
            self.whole::<T>(item);
        }
    }

    /// A table whose fields are all optional: each field must make a `T` by itself.
    fn fields<T: DeserializeOwned + JsonSchema>(&mut self, (_, value): Entry) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.report(value.span().start, "wrong type, expected a table", None);
        };
        let known = field_names::<T>();
        for (key, field) in table {
            if self.is_full() {
                return;
            }
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

#[cfg(test)]
mod tests {
    use super::super::testing::refusal;

    #[test]
    fn every_misspelt_field_and_wrong_type_is_reported_with_its_place() {
        let text = "\
[schema]
naem = 'app'

[vars.A]
tpye = 'int'
min_lenght = 3
secret = 'hunter2'
max_length = 'hunter2'
generate = { kind = 'hex', bits = 'hunter2' }
rotate = { every = '90d', evry = 'hunter2' }

[vars.B]
required = 5
default = ['hunter2']

[classes.api-key]
warm = '1d'

[[rules]]
asert = 'hunter2'

[vras.C]
";
        let expected = "\
app.toml:2:1: unknown field \"naem\"
  help: did you mean \"name\"?
app.toml:5:1: unknown field \"tpye\"
  help: did you mean \"type\"?
app.toml:6:1: unknown field \"min_lenght\"
  help: did you mean \"min_length\"?
app.toml:7:10: wrong type, expected true or false
app.toml:8:14: wrong type, expected a whole number
app.toml:9:12: unknown field \"bits\"
  help: did you mean \"bytes\"?
app.toml:10:27: unknown field \"evry\"
  help: did you mean \"every\"?
app.toml:13:12: expected true, false, or a CEL condition in quotes
app.toml:14:11: expected a value, or a table of values by environment
app.toml:17:1: unknown field \"warm\"
  help: did you mean \"warn\"?
app.toml:20:1: unknown field \"asert\"
  help: did you mean \"assert\"?
app.toml:22:2: unknown field \"vras\"
  help: did you mean \"vars\"?";
        assert_eq!(refusal(text), expected);
    }

    #[test]
    fn a_section_of_another_shape_is_reported() {
        for (text, expected) in [
            ("vars = 5\n", "app.toml:1:8: wrong type, expected tables by name"),
            ("[vars]\nA = 'x'\n", "app.toml:2:5: wrong type, expected a table"),
            ("rules = 'x'\n", "app.toml:1:9: wrong type, expected tables in double brackets"),
            ("[[rules]]\nassert = 'true'\n", "app.toml:1:1: missing field `message`"),
        ] {
            assert_eq!(refusal(text), expected);
        }
    }

    #[test]
    fn text_that_is_not_toml_has_a_place() {
        assert_eq!(refusal("[vars.A\n"), "app.toml:1:8: unclosed table, expected `]`");
        assert_eq!(refusal("[vars.A]\n[vars.A]\n"), "app.toml:2:7: duplicate key");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let keys = vec!["a"; 50_000].join(".");
        for text in [format!("{keys} = 1"), format!("[{keys}]"), format!("a = {}", "[".repeat(50_000))] {
            assert!(refusal(&text).starts_with("app.toml:1:"));
        }
    }

    #[test]
    fn what_is_wrong_everywhere_is_reported_up_to_a_limit() {
        let tables: Vec<_> = (0..100).map(|number| format!("[vars.A{number}]\nx = 1\ny = 1\n")).collect();
        assert_eq!(refusal(&tables.concat()).matches("unknown field").count(), 50);
    }
}
