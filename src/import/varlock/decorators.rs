//! Decorators: `@name`, `@name=value`, `@name(arguments)`, several in a comment.

use crate::schema::definition::{Bound, RequiredDefinition, VariableDefinition};

/// One decorator.
pub(super) struct Decorator {
    /// Its name.
    pub name: String,
    /// What follows it: the value, or the arguments with their parentheses.
    pub value: String,
}

/// The decorators of a comment that begins with one; none of any other.
pub(super) fn parse(comment: &str) -> Vec<Decorator> {
    let mut decorators = Vec::new();
    let mut rest = comment.trim();
    while let Some(after) = rest.strip_prefix('@') {
        let end = after.find(|each: char| !each.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        if name.is_empty() {
            break;
        }
        let value = after.strip_prefix('=').unwrap_or(after);
        let length = word_length(value);
        decorators.push(Decorator { name: name.to_owned(), value: value[..length].to_owned() });
        rest = value[length..].trim_start();
    }
    decorators
}

/// How long a value is: up to a blank outside of quotes and parentheses.
fn word_length(text: &str) -> usize {
    let (mut quote, mut depth) = (None, 0_usize);
    for (at, each) in text.char_indices() {
        match (quote, each) {
            (Some(open), each) if each == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(each),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, each) if each.is_whitespace() && depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// A value without the quotes round it.
pub(super) fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = ['"', '\'', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(text).to_owned()
}

/// The arguments of `name(a, b)` or `(a, b)`.
pub(super) fn arguments(text: &str) -> Vec<String> {
    let inner =
        text.split_once('(').and_then(|(_, rest)| rest.trim_end().strip_suffix(')')).unwrap_or_default();
    let (mut quote, mut start, mut parts) = (None, 0, Vec::new());
    for (at, each) in inner.char_indices() {
        match (quote, each) {
            (Some(open), each) if each == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(each),
            (None, ',') => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    parts.into_iter().map(unquoted).filter(|part| !part.is_empty()).collect()
}

/// `@docs(url)`, `@docs("title", url)`, `@docsUrl=url`.
pub(super) fn last_argument(text: &str) -> Option<String> {
    if text.starts_with('(') {
        arguments(text).pop()
    } else {
        Some(unquoted(text)).filter(|text| !text.is_empty())
    }
}

/// `@required`, `@required=false`, `@required=forEnv(a, b)`; `yes` is what the decorator says without a value.
pub(super) fn required(value: &str, yes: bool) -> Option<RequiredDefinition> {
    let plain = |required: bool| (!required).then_some(RequiredDefinition::Plain(false));
    if value.starts_with("forEnv(") {
        let (sign, word) = if yes { ("==", " || ") } else { ("!=", " && ") };
        let each = arguments(value)
            .into_iter()
            .map(|name| format!("env {sign} '{}'", name.replace(['\'', '\\'], "")));
        return Some(RequiredDefinition::When(each.collect::<Vec<_>>().join(word)));
    }
    plain((value != "false") == yes)
}

/// `@type=string(minLength=3)`. A type that envward does not have is text.
pub(super) fn set_type(value: &str, variable: &mut VariableDefinition) {
    let name = value.split('(').next().unwrap_or_default();
    let arguments = arguments(value);
    let option = |key: &str| {
        arguments.iter().find_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            (name.trim() == key).then(|| unquoted(value))
        })
    };
    let constraints = &mut variable.constraints;
    let mapped = match name {
        "number" => {
            let bound = |key: &str| option(key)?.parse().ok().map(Bound::Int);
            (constraints.min, constraints.max) = (bound("min"), bound("max"));
            if option("isInt").as_deref() == Some("true") || option("precision").as_deref() == Some("0") {
                "int"
            } else {
                "float"
            }
        }
        "enum" => {
            constraints.values = Some(arguments);
            "enum"
        }
        "boolean" => "bool",
        "port" | "url" | "email" | "ip" | "uuid" | "semver" => name,
        "simple-object" | "object" | "json" => "json",
        _ => {
            let length = |key: &str| option(key)?.parse().ok();
            (constraints.min_length, constraints.max_length) = (length("minLength"), length("maxLength"));
            constraints.prefix = option("startsWith");
            return;
        }
    };
    variable.value_type = Some(mapped.to_owned());
}
