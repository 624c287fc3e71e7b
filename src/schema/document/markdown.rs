//! A page in Markdown: a table of each group, then what there is to say about each variable, then the rules.

use std::fmt::Write as _;

use serde_json::Value;

use super::{defaults, groups, limits, required, rotation};
use crate::forms::markdown::escape;
use crate::schema::{Rule, Schema, ValueSource, Variable};

/// What every page begins with.
pub const TITLE: &str = "# Environment variables of ";

/// The page.
pub fn render(schema: &Schema) -> String {
    let mut page = format!("{TITLE}{}\n", escape(&schema.name));
    for (group, variables) in groups(schema) {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {}\n\n", escape(group));
        page.push_str("| Variable | Type | Required | Secret | Default | Description |\n");
        page.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for &variable in &variables {
            page.push_str(&row(variable));
        }
        for &variable in &variables {
            page.push_str(&details(variable, schema));
        }
    }
    if !schema.rules.is_empty() {
        page.push_str("\n## Rules\n\n");
    }
    for rule in &schema.rules {
        page.push_str(&rule_line(rule));
    }
    page
}

fn row(variable: &Variable) -> String {
    let required = match required(variable) {
        word @ ("yes" | "no") => word,
        _ => "sometimes",
    };
    let cells = [
        format!("`{}`", variable.name),
        variable.value_type.name().to_owned(),
        required.to_owned(),
        if variable.secret { "yes" } else { "no" }.to_owned(),
        default_text(variable),
        variable.description.as_deref().map(first_line).map(escape).unwrap_or_default(),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Defaults by environment; that there is one is all that is said of a secret's.
fn default_text(variable: &Variable) -> String {
    if variable.secret {
        return variable.default.as_ref().map(|_| "(not shown)".to_owned()).unwrap_or_default();
    }
    let texts = defaults(variable).into_iter().map(|(environment, value)| match environment {
        "*" => escape(value),
        _ => format!("{}: {}", escape(environment), escape(value)),
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// What a row has no room for; nothing, if there is no more to say.
fn details(variable: &Variable, schema: &Schema) -> String {
    let mut lines = Vec::new();
    let mut say = |label: &str, text: String| lines.push(format!("- {label}: {text}"));
    let rest = variable.description.as_deref().and_then(|text| text.split_once('\n'));
    if let Some((_, rest)) = rest {
        say("More", escape(rest.trim()));
    }
    if let Some(reason) = &variable.deprecated {
        say("Deprecated", escape(reason));
    }
    if !matches!(required(variable), "yes" | "no") {
        say("Required when", escape(required(variable)));
    }
    if variable.source == ValueSource::Environment {
        say("Set by", "the platform".to_owned());
    }
    if let Some(template) = &variable.template {
        let parts: Vec<String> = template.parts().iter().map(|part| format!("`{part}`")).collect();
        say("Rendered from", parts.join(", "));
    }
    if variable.generate.is_some() {
        say("Generate with", format!("`envward generate --for {}`", variable.name));
    }
    for (name, limit) in limits(variable) {
        say(&escape(&name), escape(&limit_text(&limit)));
    }
    if let Some(example) = variable.example.as_deref().filter(|_| !variable.secret) {
        say("Example", escape(example));
    }
    if let Some(place) = &variable.obtain {
        say("Get one at", link(place));
    }
    if let Some(place) = &variable.docs {
        say("See", link(place));
    }
    if let Some(owner) = &variable.owner {
        say("Owner", escape(owner));
    }
    let rotation =
        rotation(variable, schema).into_iter().map(|(name, value)| format!("{name} {}", escape(value)));
    let rotation = rotation.collect::<Vec<_>>().join(", ");
    if !rotation.is_empty() {
        say("Rotation", rotation);
    }
    if lines.is_empty() {
        String::new()
    } else {
        format!("\n### `{}`\n\n{}\n", variable.name, lines.join("\n"))
    }
}

fn limit_text(limit: &Value) -> String {
    match limit {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(limit_text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// An address that a reader can follow, if it is one of the web and no more than that.
fn link(text: &str) -> String {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_plain = |character: char| character.is_ascii_graphic() && !"<>|`\\\"".contains(character);
    if is_web && text.chars().all(is_plain) { format!("<{text}>") } else { escape(text) }
}

fn rule_line(rule: &Rule) -> String {
    let when = rule.when.as_ref().map(|when| format!(" when {}", escape(&when.source))).unwrap_or_default();
    let reference = rule.reference.as_ref().map(|text| format!(" ({})", escape(text))).unwrap_or_default();
    format!("- {}{reference}: {}{when}\n", escape(&rule.message), escape(&rule.assert.source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing;

    #[test]
    fn a_page_has_a_table_of_each_group_and_the_details() {
        let schema = testing::schema(
            r#"
            [vars.PORT]
            type = "port"
            description = "Where it listens"
            default = 8080
            min = 1024
            secret = false
            group = "server"
            [vars.API_KEY]
            obtain = "https://example.com/keys"
            rotate = { class = "api-key", owner = "@core" }
            [vars.LEVEL]
            type = "enum"
            values = ["info", "debug"]
            default = { production = "info", "*" = "debug" }
            required = "PORT > 8000"
            secret = false
            group = "server"
            [vars.URL]
            type = "redis-url"
            default = "redis://:hunter2@localhost"
            example = "redis://hunter2@host"
            deny = ["hunter2"]
            [[rules]]
            assert = "PORT != 80"
            message = "The port is taken"
            ref = "Guide, 2"
            [classes.api-key]
            every = "90d"
            "#,
        );
        let page = render(&schema);
        assert!(!page.contains("hunter2"), "{page}");
        for line in [
            "# Environment variables of app",
            "## server",
            "| `PORT` | port | yes | no | 8080 | Where it listens |",
            "| `API_KEY` | string | yes | yes |  |  |",
            "| `LEVEL` | enum | sometimes | no | production: info, debug |  |",
            "| `URL` | redis-url | yes | yes | (not shown) |  |",
            "- min: 1024",
            "- values: info, debug",
            "- Required when: PORT \\> 8000",
            "- Get one at: <https://example.com/keys>",
            "- Rotation: class api-key, every 90d, owner \\@core",
            "- The port is taken (Guide, 2): PORT != 80",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}: {page}");
        }
    }

    #[test]
    fn no_text_becomes_markup() {
        let hostile = "a|b <script>alert(1)</script>\n# x [y](javascript:z) `c` **d** https://evil.example";
        let text = hostile.replace('\n', "\\n");
        let schema = testing::schema(&format!(
            "[vars.A]\ndescription = \"{text}\"\nexample = \"{text}\"\ndefault = \"{text}\"\nsecret = false\n\
             group = \"{text}\"\nowner = \"{text}\"\nobtain = \"https://x/><script>\"\ndocs = \"javascript:alert(1)\"\n\
             deprecated = \"{text}\"\n"
        ));
        let page = render(&schema);
        // What stands behind a backslash is no markup.
        let escaped = regex::Regex::new(r"\\.").expect("it is an expression");
        let bare = escaped.replace_all(&page, "");
        for markup in ["<script", "|b", "[y", "](", "**", "\n# x", "://evil", "<javascript", "`c"] {
            assert!(!bare.contains(markup), "{markup}: {page}");
        }
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `A`")).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].replace("\\|", "").matches('|').count(), 7, "{}", rows[0]);
    }
}
