//! An example env file: what a person copies and fills in. It can be committed: it holds no value of a secret.
//!
//! What must be filled in holds a placeholder, which `check` finds and `bootstrap` does not take for an answer. What has
//! a default holds it. Everything else is commented out.

use zeroize::Zeroizing;

use super::groups;
use crate::dotenv::Document;
use crate::schema::{Required, Schema, ValueSource, Variable};
use crate::secret::Secret;
use crate::ui::escape;

/// What every example begins with, in its first comment.
pub const TITLE: &str = "Example of the environment of ";

/// The file, with the defaults of that environment.
pub fn render(schema: &Schema, environment: &str) -> Zeroizing<Vec<u8>> {
    let mut document = Document::new();
    document.push_comment(&format!("{TITLE}{}. Copy it, and fill it in.", escape(&schema.name)));
    for (group, variables) in groups(schema) {
        document.push_blank();
        document.push_comment(&format!("--- {} ---", escape(group)));
        for variable in variables.into_iter().filter(|variable| variable.deprecated.is_none()) {
            document.push_blank();
            add(variable, environment, &mut document);
        }
    }
    document.to_bytes()
}

fn add(variable: &Variable, environment: &str, document: &mut Document) {
    for line in variable.description.iter().flat_map(|text| text.lines()) {
        document.push_comment(&escape(line));
    }
    for remark in remarks(variable) {
        document.push_comment(&remark);
    }
    let name = &variable.name;
    let default = variable.default.as_ref().and_then(|default| default.for_environment(environment));
    let default = default.filter(|_| !variable.secret);
    let must_be_given = matches!(variable.required, Required::Always)
        && variable.default.is_none()
        && variable.template.is_none()
        && variable.source == ValueSource::File;
    let value = match default {
        Some(default) => Some(default.to_owned()),
        None => must_be_given.then(|| placeholder(name)),
    };
    // A default that readers would understand differently is better left to the program.
    let is_written = value.is_some_and(|value| document.set(name, &Secret::new(value)).is_ok());
    if !is_written {
        let example =
            variable.example.as_deref().filter(|_| !variable.secret).map(escape).unwrap_or_default();
        document.push_comment(&format!("{name}={example}"));
    }
}

/// What helps to find a value.
fn remarks(variable: &Variable) -> Vec<String> {
    let name = &variable.name;
    let mut remarks = Vec::new();
    let mut kind = variable.value_type.name().to_owned();
    if let Some(values) = &variable.constraints.values {
        kind = format!("{kind}: {}", escape(&values.join(", ")));
    }
    if kind != "string" {
        remarks.push(format!("Type: {kind}"));
    }
    if let Required::When(condition) = &variable.required {
        remarks.push(format!("Required when {}", escape(&condition.source)));
    }
    if let Some(template) = &variable.template {
        remarks.push(format!("Rendered from {}", template.parts().join(", ")));
    }
    if variable.source == ValueSource::Environment {
        remarks.push("Set by the platform".to_owned());
    }
    if variable.secret && variable.default.is_some() {
        remarks.push("Has a default".to_owned());
    }
    if variable.generate.is_some() {
        remarks.push(format!("Make one with: envward generate --for {name}"));
    }
    if let Some(place) = &variable.obtain {
        remarks.push(format!("Get one at {}", escape(place)));
    }
    if let Some(example) = variable.example.as_deref().filter(|_| !variable.secret) {
        remarks.push(format!("Example: {}", escape(example)));
    }
    remarks
}

/// Text that is found to be a placeholder, and that every reader takes for the same without quotes.
fn placeholder(name: &str) -> String {
    let words = name.trim_matches('_').to_ascii_lowercase().replace('_', "-");
    format!("your-{words}-here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::placeholder::is_placeholder;
    use crate::schema::testing;

    #[test]
    fn what_must_be_filled_in_has_a_placeholder_and_the_rest_its_default_or_nothing() {
        let schema = testing::schema(
            r#"
            [vars.API_KEY]
            description = "Of the mail service\nAsk the team"
            obtain = "https://example.com/keys"
            [vars.PORT]
            type = "port"
            default = 8080
            secret = false
            group = "server"
            [vars.LEVEL]
            type = "enum"
            values = ["info", "debug"]
            default = { production = "info", "*" = "debug" }
            secret = false
            group = "server"
            [vars.URL]
            type = "http-url"
            template = "http://h/${API_KEY|url}"
            [vars.TOKEN]
            required = false
            example = "hunter2"
            [vars.STORE]
            default = "hunter2"
            generate = { kind = "hex" }
            [vars.MULTI]
            default = "two\nlines"
            secret = false
            [vars.OLD]
            deprecated = "set PORT"
            "#,
        );
        let text = String::from_utf8(render(&schema, "production").to_vec()).expect("it is UTF-8");
        assert!(!text.contains("hunter2"), "{text}");
        for lines in [
            "# Of the mail service\n# Ask the team\n# Get one at https://example.com/keys\nAPI_KEY=your-api-key-here\n",
            "# --- server ---\n\n# Type: port\nPORT=8080\n",
            "# Type: enum: info, debug\nLEVEL=info\n",
            "# Type: http-url\n# Rendered from API_KEY\n# URL=\n",
            "\n# TOKEN=\n",
            "# Has a default\n# Make one with: envward generate --for STORE\n# STORE=\n",
            "\n# MULTI=\n",
        ] {
            assert!(text.contains(lines), "{lines}: {text}");
        }
        assert!(!text.contains("OLD"), "{text}");
        let (document, problems) = Document::parse_with_problems(text.as_bytes());
        assert!(problems.is_empty());
        let values = document.values();
        assert_eq!(values.keys().collect::<Vec<_>>(), ["API_KEY", "PORT", "LEVEL"]);
        assert!(is_placeholder(values["API_KEY"].expose()));
        assert_eq!(values["LEVEL"].expose(), "info");
    }

    #[test]
    fn every_placeholder_is_found_to_be_one() {
        for name in ["A", "DB_PASSWORD", "_X", "lower", "S3_BUCKET_2"] {
            assert!(is_placeholder(&placeholder(name)), "{name}");
        }
    }
}
