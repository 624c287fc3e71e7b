//! The result as a schema: valid, complete, and with comments for the person who takes it over.

use std::fmt::Write;
use std::path::Path;

use toml_edit::{Array, InlineTable, Value};

use super::{Seen, Type, Variable};
use crate::generate::Recipe;
use crate::ui;

/// Most places that a comment names.
const MAX_PLACES: usize = 3;

/// The text of a schema with these variables, in their order. Paths are shown from `root`.
pub fn schema(name: &str, variables: &[Variable], root: &Path) -> String {
    let mut text = format!("[schema]\nname = {}\n", quoted(name));
    for variable in variables {
        text.push('\n');
        write_variable(&mut text, variable, root);
    }
    text
}

fn write_variable(text: &mut String, variable: &Variable, root: &Path) {
    for doubt in &variable.doubts {
        line(text, format_args!("# unsure: {doubt}"));
    }
    line(text, format_args!("# seen: {}", places(&variable.seen, root)));
    line(text, format_args!("[vars.{}]", variable.name));
    if let Some(description) = &variable.description {
        line(text, format_args!("description = {}", quoted(description)));
    }
    write_type(text, &variable.value_type);
    if !variable.secret {
        line(text, format_args!("secret = false"));
    }
    if !variable.required {
        line(text, format_args!("required = false"));
    }
    if let Some(default) = &variable.default {
        line(text, format_args!("default = {}", quoted(default)));
    }
    if let Some(recipe) = &variable.generate {
        line(text, format_args!("generate = {}", inline(recipe)));
    }
    if let Some(group) = &variable.group {
        line(text, format_args!("group = {}", quoted(group)));
    }
    if let Some(link) = &variable.link {
        line(text, format_args!("docs = {}", quoted(link)));
    }
}

fn write_type(text: &mut String, value_type: &Type) {
    if value_type.name != "string" {
        line(text, format_args!("type = {}", quoted(value_type.name)));
    }
    if !value_type.values.is_empty() {
        let values: Array = value_type.values.iter().map(String::as_str).collect();
        line(text, format_args!("values = {values}"));
    }
    if let Some(of) = value_type.of {
        line(text, format_args!("of = {}", quoted(of)));
    }
    if let Some(separator) = value_type.separator {
        line(text, format_args!("sep = {}", quoted(separator)));
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("a String takes everything");
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
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

/// `.env.example:12, compose.yml:4 and 3 more`.
fn places(seen: &[Seen], root: &Path) -> String {
    let shown: Vec<String> = seen
        .iter()
        .take(MAX_PLACES)
        .map(|seen| {
            let file = seen.file.strip_prefix(root).unwrap_or(&seen.file).display().to_string();
            format!("{}:{}", ui::escape(&file), seen.line)
        })
        .collect();
    let rest = seen.len() - shown.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::hex;
    use crate::schema::infer::Place;

    #[test]
    fn everything_that_is_known_stands_there_and_nothing_else() {
        let seen = |line| Seen { file: "/p/a\u{1b}.env".into(), line, place: Place::EnvFile };
        let variable = Variable {
            name: "A".to_owned(),
            value_type: Type {
                of: Some("url"),
                separator: Some(";"),
                values: vec!["x\"".to_owned()],
                ..Type::plain("list")
            },
            secret: true,
            required: false,
            default: None,
            generate: Some(Recipe::Hex(hex::Options { bytes: 16 })),
            description: Some("says \"x\"\nand more".to_owned()),
            group: Some("g".to_owned()),
            link: None,
            seen: vec![seen(1), seen(2), seen(3), seen(4)],
            doubts: vec!["why"],
        };
        let text = schema("s", std::slice::from_ref(&variable), Path::new("/p"));
        assert_eq!(
            text,
            "[schema]\nname = \"s\"\n\n# unsure: why\n# seen: a\\u{1b}.env:1, a\\u{1b}.env:2, a\\u{1b}.env:3 and 1 more\n[vars.A]\n\
             description = \"\"\"\nsays \"x\"\nand more\"\"\"\ntype = \"list\"\nvalues = ['x\"']\nof = \"url\"\nsep = \";\"\n\
             required = false\ngenerate = { kind = \"hex\", bytes = 16 }\ngroup = \"g\"\n"
        );
        assert!(toml::from_str::<toml::Table>(&text).is_ok());
    }
}
