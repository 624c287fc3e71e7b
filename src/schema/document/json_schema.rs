//! A JSON Schema (draft 2020-12) of the environment as an object, name to value: what other tools can validate.
//!
//! Every value of an environment is text, so a number is text that looks like one. What JSON Schema cannot say (bounds
//! of numbers in texts, conditions, rules) stands in `$comment`: unknown keywords would be errors to strict validators.
//! A value that envward takes is always one that the JSON Schema takes; the reverse holds as far as patterns go.

mod patterns;

use serde_json::{Map, Value, json};

use super::{limits, required};
use crate::schema::definition::Constraints;
use crate::schema::{Required, Schema, ValueSource, Variable};

/// The version of JSON Schema that it is written in.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema, with the defaults of that environment.
pub fn render(schema: &Schema, environment: &str) -> Value {
    let properties: Map<String, Value> = schema
        .vars
        .values()
        .map(|variable| (variable.name.clone(), property(variable, environment)))
        .collect();
    let required: Vec<&str> = schema
        .vars
        .values()
        .filter(|variable| is_required(variable))
        .map(|variable| variable.name.as_str())
        .collect();
    let mut root = json!({
        "$schema": DIALECT,
        "title": format!("Environment of {}", schema.name),
        "type": "object",
        "properties": properties,
        "required": required,
        // An environment holds what other programs need, too.
        "additionalProperties": { "type": "string" },
    });
    if !schema.rules.is_empty() {
        let rules = schema.rules.iter().map(|rule| match &rule.when {
            Some(when) => format!("{} when {}: {}", rule.assert.source, when.source, rule.message),
            None => format!("{}: {}", rule.assert.source, rule.message),
        });
        root["$comment"] = format!("Not checked here: {}", rules.collect::<Vec<_>>().join("; ")).into();
    }
    root
}

/// Whether the environment has to hold it: a default takes the place of what is missing, the platform sets its own.
fn is_required(variable: &Variable) -> bool {
    matches!(variable.required, Required::Always)
        && variable.default.is_none()
        && variable.source == ValueSource::File
}

fn property(variable: &Variable, environment: &str) -> Value {
    let constraints = &variable.constraints;
    let mut property = json!({ "type": "string" });
    let mut set = |keyword: &str, value: Value| property[keyword] = value;
    if let Some(description) = &variable.description {
        set("description", description.as_str().into());
    }
    if variable.secret {
        set("writeOnly", true.into());
    } else {
        let default = variable.default.as_ref().and_then(|default| default.for_environment(environment));
        if let Some(default) = default {
            set("default", default.into());
        }
        if let Some(example) = &variable.example {
            set("examples", json!([example]));
        }
    }
    if variable.deprecated.is_some() {
        set("deprecated", true.into());
    }
    let is_list = variable.value_type.name() == "list";
    let mut all = patterns::of(variable.value_type.name(), constraints);
    // The limits of a list are those of its items.
    if !is_list {
        lengths(constraints, &mut set);
        all.extend(constraints.prefix.as_deref().map(|prefix| format!("^{}", patterns::literal(prefix))));
        all.extend(
            constraints
                .pattern
                .as_deref()
                .and_then(patterns::portable)
                .map(|pattern| format!("^(?:{pattern})$")),
        );
        if let Some(denied) = constraints.deny.as_ref().filter(|_| !variable.secret) {
            set("not", json!({ "enum": denied }));
        }
    }
    if let Some(values) = patterns::values(variable.value_type.name(), constraints) {
        set("enum", values.into());
    }
    for &(keyword, value) in patterns::annotations(variable.value_type.name()) {
        set(keyword, value.into());
    }
    match all.as_slice() {
        [] => {}
        [one] => set("pattern", one.as_str().into()),
        several => {
            set("allOf", several.iter().map(|pattern| json!({ "pattern": pattern })).collect());
        }
    }
    if let Some(comment) = comment(variable, is_list) {
        set("$comment", comment.into());
    }
    property
}

fn lengths(constraints: &Constraints, set: &mut impl FnMut(&str, Value)) {
    if let Some(min) = constraints.min_length {
        set("minLength", min.into());
    }
    if let Some(max) = constraints.max_length {
        set("maxLength", max.into());
    }
}

/// What is not said otherwise.
fn comment(variable: &Variable, is_list: bool) -> Option<String> {
    let said = ["min_length", "max_length", "prefix", "values", "schemes", "bytes", "of", "sep"];
    let is_said = |name: &str| {
        !is_list && said.contains(&name)
            || name == "pattern"
                && variable.constraints.pattern.as_deref().and_then(patterns::portable).is_some()
            || name == "deny"
    };
    let mut remarks = vec![format!("type {}", variable.value_type.name())];
    remarks.extend(
        limits(variable)
            .iter()
            .filter(|(name, _)| !is_said(name))
            .map(|(name, limit)| format!("{name} {limit}")),
    );
    if let Required::When(_) = variable.required {
        remarks.push(format!("required when {}", required(variable)));
    }
    if let Some(template) = &variable.template {
        remarks.push(format!("rendered from {}", template.parts().join(", ")));
    }
    let is_plain = remarks.len() == 1 && variable.value_type.name() == "string";
    (!is_plain).then(|| remarks.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing;

    #[test]
    fn the_shape_of_the_environment() {
        let schema = testing::schema(
            r#"
            [vars.PORT]
            type = "port"
            min = 1024
            default = { production = 80, "*" = 8080 }
            secret = false
            [vars.API_KEY]
            prefix = "sk-"
            min_length = 20
            default = "hunter2-hunter2-hunter2"
            deny = ["hunter2"]
            [vars.LEVEL]
            type = "enum"
            values = ["info", "debug"]
            secret = false
            required = "PORT == 80"
            [vars.TOKEN]
            [[rules]]
            assert = "PORT != 81"
            message = "no"
            "#,
        );
        let rendered = render(&schema, "production");
        assert!(!rendered.to_string().contains("hunter2"), "{rendered:#}");
        assert_eq!(rendered["required"], json!(["TOKEN"]));
        assert_eq!(rendered["$comment"], "Not checked here: PORT != 81: no");
        let properties = &rendered["properties"];
        assert_eq!(properties["TOKEN"], json!({ "type": "string", "writeOnly": true }));
        assert_eq!(properties["PORT"]["default"], "80");
        assert_eq!(properties["PORT"]["$comment"], "type port; min 1024");
        let key = json!({ "type": "string", "writeOnly": true, "minLength": 20, "pattern": "^sk-" });
        assert_eq!(properties["API_KEY"], key);
        let level = &properties["LEVEL"];
        assert_eq!(level["enum"], json!(["info", "debug"]));
        assert_eq!(level["$comment"], "type enum; required when PORT == 80");
    }
}
