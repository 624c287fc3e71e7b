//! The right side of a line: a text, a call of a function, or a text with other variables in it.

use crate::dotenv::is_name;
use crate::import::Taken;

/// What stands to the right of `=`.
pub(super) enum Value {
    /// Nothing.
    Empty,
    /// A text.
    Static(String),
    /// A text with `${NAME}` in it, as envward writes templates.
    Template(String),
    /// A call of this function.
    Call(String),
}

/// The value, and the comment behind it.
pub(super) fn split(text: &str) -> (Value, Option<&str>) {
    let text = text.trim();
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = text.strip_prefix(quote)
            && let Some(end) = rest.find(quote)
        {
            let comment = rest[end + 1..].trim_start().strip_prefix('#');
            let inner = &rest[..end];
            let value = if quote == '\'' { Value::Static(inner.to_owned()) } else { expanded(inner) };
            return (value, comment);
        }
    }
    let (value, comment) = match text.find(" #") {
        Some(at) => (text[..at].trim_end(), Some(&text[at + 2..])),
        None => (text, None),
    };
    if let Some((function, arguments)) = value.split_once('(')
        && value.ends_with(')')
        && function.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let referred = super::decorators::unquoted(arguments.trim_end_matches(')'));
        let value = if function == "ref" && is_name(&referred) {
            Value::Template(format!("${{{referred}}}"))
        } else {
            Value::Call(function.to_owned())
        };
        return (value, comment);
    }
    (if value.is_empty() { Value::Empty } else { expanded(value) }, comment)
}

/// A text in which `$NAME` and `${NAME}` stand for variables.
fn expanded(text: &str) -> Value {
    let (mut template, mut plain, mut rest, mut is_template) = (String::new(), String::new(), text, false);
    while let Some((before, after)) = rest.split_once('$') {
        template.push_str(before);
        plain.push_str(before);
        let in_braces = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, behind) = in_braces.unwrap_or_else(|| {
            let end = after.find(|each: char| !each.is_ascii_alphanumeric() && each != '_');
            after.split_at(end.unwrap_or(after.len()))
        });
        if is_name(name) {
            is_template = true;
            for part in ["${", name, "}"] {
                template.push_str(part);
            }
            rest = behind;
        } else if after.starts_with(['{', '(']) {
            return Value::Call("$".to_owned());
        } else {
            template.push_str("$$");
            plain.push('$');
            rest = after;
        }
    }
    template.push_str(rest);
    plain.push_str(rest);
    if is_template { Value::Template(template) } else { Value::Static(plain) }
}

/// Takes out the templates of variables that the file does not declare.
pub(super) fn check_templates(taken: &mut Taken) {
    let known: Vec<String> = taken.declared.keys().cloned().collect();
    for (name, variable) in &mut taken.declared {
        let Some(template) = &variable.template else { continue };
        let parts = template.split("${").skip(1).filter_map(|rest| rest.split('}').next());
        let missing: Vec<&str> = parts.filter(|part| !known.iter().any(|known| known == part)).collect();
        if !missing.is_empty() {
            taken.notes.push(format!("{name}: it is made of {}, which is not declared", missing.join(", ")));
            variable.template = None;
        }
    }
}
