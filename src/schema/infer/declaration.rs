//! The text of a schema in envward's own form: of what was inferred, and of what another tool's file declares.

use toml_edit::{Array, InlineTable, Value};

use crate::generate::Recipe;
use crate::schema::definition::{
    Bound, Constraints, DefaultDefinition, RequiredDefinition, Scalar, VariableDefinition,
};

/// The text of a schema of that name with these variables, in their order. Fields that no source fills in are not
/// written.
pub fn render<'a>(
    schema: &str,
    variables: impl IntoIterator<Item = (&'a String, &'a VariableDefinition)>,
) -> String {
    let mut text = head(schema);
    for (name, variable) in variables {
        text.push('\n');
        write(&mut text, name, variable);
    }
    text
}

/// What a schema of that name begins with.
pub fn head(schema: &str) -> String {
    format!("[schema]\nname = {}\n", quoted(schema))
}

/// Adds a variable.
pub fn write(text: &mut String, name: &str, variable: &VariableDefinition) {
    for part in ["[vars.", name, "]\n"] {
        text.push_str(part);
    }
    for (field, value) in fields(variable) {
        for part in [field, " = ", &value.to_string(), "\n"] {
            text.push_str(part);
        }
    }
}

fn fields(variable: &VariableDefinition) -> impl Iterator<Item = (&'static str, Value)> {
    let VariableDefinition { description, value_type, constraints, required, default, template, .. } =
        variable;
    let text = |text: &Option<String>| text.as_deref().map(quoted);
    let scalar = |scalar: &Option<Scalar>| scalar.as_ref().map(|Scalar(value)| quoted(value));
    let Constraints { min, max, min_length, max_length, prefix, values, of, sep, .. } = constraints;
    [
        ("description", text(description)),
        ("type", text(value_type)),
        ("values", values.as_ref().map(|values| Value::Array(values.iter().collect::<Array>()))),
        ("of", text(of)),
        ("sep", text(sep)),
        ("prefix", text(prefix)),
        ("min", min.as_ref().map(bound)),
        ("max", max.as_ref().map(bound)),
        ("min_length", min_length.map(number)),
        ("max_length", max_length.map(number)),
        ("secret", variable.secret.map(Value::from)),
        ("required", required.as_ref().map(required_value)),
        ("default", default.as_ref().map(default_value)),
        ("generate", variable.generate.as_ref().map(|recipe| Value::InlineTable(inline(recipe)))),
        ("template", text(template)),
        ("example", scalar(&variable.example)),
        ("group", text(&variable.group)),
        ("docs", text(&variable.docs)),
        ("deprecated", text(&variable.deprecated)),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some((field, value?)))
}

fn quoted(text: &str) -> Value {
    Value::from(text)
}

fn number(number: usize) -> Value {
    Value::from(i64::try_from(number).unwrap_or(i64::MAX))
}

fn bound(bound: &Bound) -> Value {
    match bound {
        Bound::Int(number) => Value::from(*number),
        Bound::Float(number) => Value::from(*number),
        Bound::Text(text) => quoted(text),
    }
}

fn required_value(required: &RequiredDefinition) -> Value {
    match required {
        RequiredDefinition::Plain(required) => Value::from(*required),
        RequiredDefinition::When(condition) => quoted(condition),
    }
}

fn default_value(default: &DefaultDefinition) -> Value {
    match default {
        DefaultDefinition::Same(Scalar(value)) => quoted(value),
        DefaultDefinition::PerEnvironment(values) => {
            let pairs = values.iter().map(|(name, Scalar(value))| (name.as_str(), quoted(value)));
            Value::InlineTable(pairs.collect::<InlineTable>())
        }
    }
}

/// `{ kind = "hex", bytes = 32 }`.
fn inline(recipe: &Recipe) -> InlineTable {
    let value = serde_json::to_value(recipe).expect("options are words and numbers");
    let fields = value.as_object().into_iter().flatten();
    let mut table: InlineTable = fields.map(|(key, value)| (key.as_str(), toml_value(value))).collect();
    // serde puts the tag first, its map of fields does not.
    table.sort_values_by(|first, _, second, _| (second.get() == "kind").cmp(&(first.get() == "kind")));
    table.fmt();
    table
}

fn toml_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Bool(switch) => Value::from(*switch),
        serde_json::Value::Number(number) => Value::from(number.as_i64().unwrap_or_default()),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(toml_value).collect()),
        other => Value::from(other.as_str().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::schema;

    #[test]
    fn a_schema_can_be_read_back() {
        let scalar = |text: &str| Scalar(text.to_owned());
        let default = [("production".to_owned(), scalar("a \"b\"")), ("*".to_owned(), scalar("c\nd"))];
        let level = VariableDefinition {
            description: Some("How much \u{1b} to say\nand when".to_owned()),
            required: Some(RequiredDefinition::When("env == 'production'".to_owned())),
            default: Some(DefaultDefinition::PerEnvironment(default.into())),
            secret: Some(false),
            example: Some(scalar("x")),
            docs: Some("https://example.com/".to_owned()),
            ..VariableDefinition::default()
        };
        let constraints = Constraints { min: Some(Bound::Int(1)), ..Constraints::default() };
        let port = VariableDefinition {
            value_type: Some("int".to_owned()),
            constraints,
            required: Some(RequiredDefinition::Plain(false)),
            ..VariableDefinition::default()
        };
        let names = ["LEVEL".to_owned(), "PORT".to_owned(), "A".to_owned()];
        let text = render("my \"app\"", names.iter().zip([&level, &port, &VariableDefinition::default()]));
        let schema = schema(&text);
        assert_eq!(schema.vars.keys().collect::<Vec<_>>(), ["LEVEL", "PORT", "A"]);
        assert_eq!(schema.vars["LEVEL"].description.as_deref(), Some("How much \u{1b} to say\nand when"));
        assert!(!schema.vars["LEVEL"].secret && schema.vars["A"].secret);
        assert!(
            text.ends_with("[vars.PORT]\ntype = \"int\"\nmin = 1\nrequired = false\n\n[vars.A]\n"),
            "{text}"
        );
    }
}
