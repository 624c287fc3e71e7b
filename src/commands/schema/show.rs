//! `envward schema show`: the schema as everything else works with it, after `extends`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Which;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::document::{defaults, limits, required, rotation};
use crate::schema::{Required, Schema, ValueSource, Variable};
use crate::suggest::closest;
use crate::ui::{Table, escape};

/// Arguments of `schema show`.
#[derive(clap::Args)]
#[command(after_help = "Formats: human, json")]
pub struct Args {
    /// Show everything about this variable
    name: Option<String>,

    #[command(flatten)]
    which: Which,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    schema: &'a str,
    variables: Vec<Row<'a>>,
    rules: Vec<RuleRow<'a>>,
}

/// A variable. Of a secret one the default is not shown.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    value_type: &'static str,
    secret: bool,
    /// `true`, `false`, or the condition.
    required: Value,
    has_default: bool,
    /// By environment, `*` for all or for the rest.
    default: Map<String, Value>,
    template: Option<Vec<&'a str>>,
    generate: bool,
    description: Option<&'a str>,
    group: Option<&'a str>,
    limits: Map<String, Value>,
    source: &'static str,
    deprecated: Option<&'a str>,
    example: Option<&'a str>,
    obtain: Option<&'a str>,
    docs: Option<&'a str>,
    owner: Option<&'a str>,
    rotate: Map<String, Value>,
    file: String,
    line: u32,
}

#[derive(Serialize)]
struct RuleRow<'a> {
    when: Option<&'a str>,
    assert: &'a str,
    message: &'a str,
    #[serde(rename = "ref")]
    reference: Option<&'a str>,
}

/// Show the schema with what it extends, or one variable of it.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, _) = args.which.load(context)?;
    let variables: Vec<&Variable> = match &args.name {
        None => schema.vars.values().collect(),
        Some(name) => vec![schema.vars.get(name).ok_or_else(|| unknown(name, &schema))?],
    };
    let rows = variables.into_iter().map(|variable| row(variable, &schema));
    let text = match (context.globals.format, &args.name) {
        (Format::Json, name) => {
            let rules = if name.is_none() { schema.rules.iter().map(rule_row).collect() } else { Vec::new() };
            let report = Report { version: 1, schema: &schema.name, variables: rows.collect(), rules };
            serde_json::to_string_pretty(&report).expect("text, numbers and lists can be written as JSON")
                + "\n"
        }
        (_, None) => table(rows),
        (_, Some(_)) => rows.map(|row| details(&row)).collect(),
    };
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}

fn unknown(name: &str, schema: &Schema) -> Error {
    let message = format!("the schema {} has no variable of that name", escape(&schema.name));
    match closest(name, schema.vars.keys().map(String::as_str)) {
        Some(similar) => Error::usage_with_help(message, format!("did you mean {similar}?")),
        None => Error::usage_with_help(message, "see all of them with: envward schema show"),
    }
}

fn row<'a>(variable: &'a Variable, schema: &'a Schema) -> Row<'a> {
    let map = |pairs: Vec<(&str, &str)>| {
        pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
    };
    Row {
        name: &variable.name,
        value_type: variable.value_type.name(),
        secret: variable.secret,
        required: match variable.required {
            Required::Always => true.into(),
            Required::Never => false.into(),
            Required::When(_) => required(variable).into(),
        },
        has_default: variable.default.is_some(),
        default: map(defaults(variable)),
        template: variable.template.as_ref().map(|template| template.parts()),
        generate: variable.generate.is_some(),
        description: variable.description.as_deref(),
        group: variable.group.as_deref(),
        limits: limits(variable),
        source: match variable.source {
            ValueSource::File => "file",
            ValueSource::Environment => "environment",
        },
        deprecated: variable.deprecated.as_deref(),
        example: variable.example.as_deref().filter(|_| !variable.secret),
        obtain: variable.obtain.as_deref(),
        docs: variable.docs.as_deref(),
        owner: variable.owner.as_deref(),
        rotate: map(rotation(variable, schema)),
        file: variable.origin.file.to_string_lossy().into_owned(),
        line: variable.origin.line,
    }
}

fn rule_row(rule: &crate::schema::Rule) -> RuleRow<'_> {
    RuleRow {
        when: rule.when.as_ref().map(|when| when.source.as_str()),
        assert: &rule.assert.source,
        message: &rule.message,
        reference: rule.reference.as_deref(),
    }
}

fn table<'a>(rows: impl Iterator<Item = Row<'a>>) -> String {
    let mut table = Table::new(&["NAME", "TYPE", "REQUIRED", "SECRET", "DEFAULT", "GROUP"]);
    for row in rows {
        let required = match &row.required {
            Value::Bool(true) => "required",
            Value::Bool(false) => "-",
            _ => "sometimes",
        };
        let secret = if row.secret { "secret" } else { "-" };
        let default = default_text(&row);
        let default = default.as_deref().unwrap_or("-");
        table.row([row.name, row.value_type, required, secret, default, row.group.unwrap_or("-")]);
    }
    table.render()
}

/// `None` if there is no default.
fn default_text(row: &Row<'_>) -> Option<String> {
    if row.secret {
        return row.has_default.then(|| "(not shown)".to_owned());
    }
    let texts = row.default.iter().map(|(environment, value)| match environment.as_str() {
        "*" => text(value),
        _ => format!("{environment}: {}", text(value)),
    });
    let texts = texts.collect::<Vec<_>>().join(", ");
    row.has_default.then_some(texts)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Everything about one variable, a line for each thing that is said.
fn details(row: &Row<'_>) -> String {
    let mut lines = vec![("name", row.name.to_owned()), ("type", row.value_type.to_owned())];
    lines.extend(row.limits.iter().map(|(name, limit)| (name.as_str(), text(limit))));
    lines.push((
        "required",
        match &row.required {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            condition => format!("when {}", text(condition)),
        },
    ));
    lines.push(("secret", if row.secret { "yes" } else { "no" }.to_owned()));
    lines.extend(default_text(row).map(|default| ("default", default)));
    lines.extend(row.template.as_ref().map(|parts| ("rendered from", parts.join(", "))));
    let name = row.name;
    lines.extend(row.generate.then(|| ("make one with", format!("envward generate --for {name}"))));
    lines.extend((row.source == "environment").then(|| ("set by", "the platform".to_owned())));
    let texts = [
        ("description", row.description),
        ("deprecated", row.deprecated),
        ("example", row.example),
        ("get one at", row.obtain),
        ("see", row.docs),
        ("owner", row.owner),
        ("group", row.group),
    ];
    lines.extend(texts.into_iter().filter_map(|(label, value)| Some((label, value?.to_owned()))));
    let rotate = row.rotate.iter().map(|(name, value)| format!("{name} {}", text(value)));
    let rotate = rotate.collect::<Vec<_>>().join(", ");
    lines.extend((!rotate.is_empty()).then_some(("rotation", rotate)));
    lines.push(("declared in", format!("{}:{}", row.file, row.line)));
    let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let line = |(label, value): (&str, String)| format!("{label:<width$}  {}", escape(&value));
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}
