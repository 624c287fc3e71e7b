//! The gem `dotenv` 3.2 (`lib/dotenv/parser.rb` and its substitutions), as Rails applications load it: one regular
//! expression over the whole file, `\` takes any character but `$` out of its meaning outside single quotes,
//! `$NAME` is expanded and `$(command)` run.

use std::sync::LazyLock;

use regex::Regex;
use zeroize::Zeroizing;

use super::substitution::without_commands;
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values, push};

/// The gem's own expression; Ruby's `\s` and `\w` are ASCII. It needs neither look-around nor back references, so it
/// finds the same here.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|[^#\n]+"#;
    let line = format!(
        r"(?m)^\s*(?P<export>export\s+)?(?P<name>[A-Za-z0-9_.]+)(?:(?:\s*=\s*?|:\s+?)(?P<value>{value})?)?\s*(?:#.*)?$"
    );
    Regex::new(&line.replace(r"\s", r"[ \t\r\n\x0B\x0C]")).expect("the expression is valid")
});

const BYTE_ORDER_MARK: char = '\u{feff}';

/// `Dotenv.load`.
pub(super) struct RubyDotenv;

impl Reader for RubyDotenv {
    fn id(&self) -> &'static str {
        "ruby-dotenv"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Rejects)?;
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let text = Zeroizing::new(text.replace("\r\n", "\n").replace('\r', "\n"));
        let mut values = Values::new();
        for line in LINE.captures_iter(&text) {
            let (name, value) = (&line["name"], line.name("value"));
            if line.name("export").is_none() || value.is_some() {
                let value = value.map(|value| value.as_str()).unwrap_or_default();
                let value = evaluate(value, &values, environment)?;
                values.insert(name.to_owned(), value);
            } else if !values.contains_key(name) {
                // A name that is exported without a value must have one.
                return Err(Refused::Rejects);
            }
        }
        Ok(values)
    }
}

fn evaluate(written: &str, values: &Values, environment: &Environment) -> Result<Secret, Refused> {
    let value = written.trim_matches(['\0', '\t', '\n', '\u{b}', '\u{c}', '\r', ' ']);
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(literal) = inside('\'') {
        return Ok(Secret::new(literal));
    }
    let value = match inside('"') {
        Some(inside) => unescape(&newlines(inside, values, environment)),
        None => unescape(value),
    };
    let expanded = expand(&value, values, environment);
    Ok(Secret::new(without_commands(&expanded)?.as_str()))
}

/// `\n` and `\r` survive as they stand, unless a variable asks for the behaviour of the gem's version 2.
fn newlines(text: &str, values: &Values, environment: &Environment) -> Zeroizing<String> {
    const MODE: &str = "DOTENV_LINEBREAK_MODE";
    let from_file = values.get(MODE).map(Secret::expose);
    let mode = from_file.or_else(|| environment.get(MODE).map(String::as_str));
    let (newline, carriage_return) = if mode == Some("legacy") { ("\n", "\r") } else { ("\\\\n", "\\\\r") };
    let text = Zeroizing::new(text.replace("\\n", newline));
    Zeroizing::new(text.replace("\\r", carriage_return))
}

/// A backslash goes, except before `$`.
fn unescape(text: &str) -> Zeroizing<String> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let escaped = characters.clone().next().filter(|&next| character == '\\' && next != '$');
        if escaped.is_some() {
            characters.next();
        }
        value.push(escaped.unwrap_or(character));
    }
    value
}

/// `$NAME` and `${NAME}`, whose braces need not match: from the lines above, else from the environment, else empty.
fn expand(text: &str, values: &Values, environment: &Environment) -> Zeroizing<String> {
    let mut result = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        if after.starts_with('(') {
            push(&mut result, before);
            push(&mut result, "$");
            rest = after;
            continue;
        }
        let braced = after.strip_prefix('{').unwrap_or(after);
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let (name, tail) = braced.split_at(braced.find(|next| !is_name(next)).unwrap_or(braced.len()));
        let tail = tail.strip_prefix('}').unwrap_or(tail);
        let whole = &after[..after.len() - tail.len()];
        rest = tail;
        if let Some(before) = before.strip_suffix('\\') {
            push(&mut result, before);
            push(&mut result, "$");
            push(&mut result, whole);
        } else if name.is_empty() {
            push(&mut result, before);
            push(&mut result, "$");
            push(&mut result, whole);
        } else {
            push(&mut result, before);
            let from_file = values.get(name).map(Secret::expose);
            let value = from_file.or_else(|| environment.get(name).map(String::as_str));
            push(&mut result, value.unwrap_or_default());
        }
    }
    push(&mut result, rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, Refused> {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let values = RubyDotenv.read(text.as_bytes(), &environment)?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    #[test]
    fn a_command_is_run_so_the_file_is_refused() {
        assert_eq!(read("A=$(id)\n"), Err(Refused::Computes));
        assert_eq!(read("A='$(id)'\n"), Ok(vec![("A".to_owned(), "$(id)".to_owned())]));
        assert_eq!(read("A=\"\\$(id)\"\n"), Ok(vec![("A".to_owned(), "$(id)".to_owned())]));
    }

    #[test]
    fn an_exported_name_needs_a_value_above() {
        assert_eq!(read("export A\n"), Err(Refused::Rejects));
        assert_eq!(read("A=1\nexport A\n"), Ok(vec![("A".to_owned(), "1".to_owned())]));
    }
}
