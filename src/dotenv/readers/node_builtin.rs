//! `node --env-file` (`Dotenv::ParseContent` in `src/node_dotenv.cc`), which changed between versions.
//!
//! Node.js 20 looks for the next `=` wherever it is, so a line without one becomes a part of the next name. Node.js
//! 22 and 24 pass such a line over, but take newlines behind `=` for blanks: after `A=` and a blank, the value of
//! `A` is the next line. Vite and Deno read in the same way.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `node --env-file` and `util.parseEnv` of Node.js 20.
pub(super) struct Node20;

impl Reader for Node20 {
    fn id(&self) -> &'static str {
        "node-20"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace('\r', ""));
        let mut rest = text.trim_matches(' ');
        let mut values = Values::new();
        while !rest.is_empty() {
            if let (true, Some(newline)) = (rest.starts_with(['\n', '#']), rest.find('\n')) {
                rest = &rest[newline + 1..];
                continue;
            }
            let Some((name, after)) = rest.split_once('=') else { break };
            let name = name.trim_matches(' ');
            if name.is_empty() {
                break;
            }
            let name = name.strip_prefix("export ").unwrap_or(name);
            let (value, after) = value(after.trim_matches(' '));
            rest = after;
            // What the process already has stays.
            if let (Some(value), false) = (value, environment.contains_key(name)) {
                values.insert(name.to_owned(), value);
            }
        }
        Ok(values)
    }
}

/// The value at the start of the text, if there is one, and what follows it.
fn value(text: &str) -> (Option<Secret>, &str) {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |offset| from + offset);
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) else {
        let (line, rest) = text.split_at(line_end(0));
        let value = line.split('#').next().unwrap_or_default();
        return (Some(Secret::new(value.trim_matches(' '))), rest);
    };
    match (text[1..].find(quote), text.find('\n')) {
        (Some(close), _) => {
            let inside = &text[1..=close];
            let value = if quote == '"' { inside.replace("\\n", "\n") } else { inside.to_owned() };
            (Some(Secret::new(value)), &text[line_end(close + 2)..])
        }
        (None, Some(newline)) => (Some(Secret::new(&text[..newline])), &text[newline..]),
        // The last line: the name is dropped and the value read again, as if a line started there.
        (None, None) => (None, text),
    }
}

/// `node --env-file` of Node.js 22 and 24.
pub(super) struct Node22;

impl Reader for Node22 {
    fn id(&self) -> &'static str {
        "node-22"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = parse_env(bytes);
        // What the process already has stays, and no variable has an empty name.
        values.retain(|name, _| !name.is_empty() && !environment.contains_key(name));
        Ok(values)
    }
}

/// `util.parseEnv` of Node.js 22 and 24.
pub(super) fn parse_env(bytes: &[u8]) -> Values {
    let mut values = Values::new();
    let nearest = |text: &str, quote| text[1..].find(quote).map(|at| at + 1);
    assignments(bytes, nearest, |name, value, _| {
        values.insert(name.to_owned(), Secret::new(value));
    });
    values
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Nothing follows `=`.
    Missing,
    /// Without quotes.
    Bare,
    /// In double quotes.
    Double,
    /// In single quotes or backticks.
    Literal,
    /// It begins with a quote that is not closed; the quote belongs to the value.
    Unclosed,
}

/// Hands every assignment of the file to `found`. `closing` says where the quote with which a text begins is
/// closed, which is what Deno does otherwise.
pub(super) fn assignments(
    bytes: &[u8],
    closing: impl Fn(&str, char) -> Option<usize>,
    mut found: impl FnMut(&str, &str, Form),
) {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace('\r', ""));
    let mut rest = trim(&text);
    while !rest.is_empty() {
        if rest.starts_with(['\n', '#']) {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let Some(end) = rest.find(['=', '\n']) else { break };
        let (name, after) = (trim(&rest[..end]), &rest[end + 1..]);
        if rest[end..].starts_with('\n') {
            rest = trim(after);
            continue;
        }
        if after.is_empty() || after.starts_with('\n') {
            found(name, "", Form::Missing);
            rest = after;
            continue;
        }
        rest = trim(after);
        if name.is_empty() {
            continue;
        }
        let name = name.strip_prefix("export ").map_or(name, trim);
        rest = match value_22(rest, &closing) {
            (value, Form::Double, after) => {
                found(name, &Zeroizing::new(value.replace("\\n", "\n")), Form::Double);
                after
            }
            (value, Form::Literal, after) => {
                found(name, value, Form::Literal);
                after
            }
            (value, form, after) => {
                found(name, value, form);
                trim(after)
            }
        };
    }
}

fn value_22<'a>(text: &'a str, closing: &impl Fn(&str, char) -> Option<usize>) -> (&'a str, Form, &'a str) {
    let after_line = |from: usize| text[from..].split_once('\n').map_or("", |(_, after)| after);
    let line = text.split('\n').next().unwrap_or_default();
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) else {
        let value = line.split('#').next().unwrap_or_default();
        let form = if text.is_empty() { Form::Missing } else { Form::Bare };
        return (trim(value), form, after_line(0));
    };
    match closing(text, quote) {
        Some(close) => {
            let form = if quote == '"' { Form::Double } else { Form::Literal };
            (&text[1..close], form, after_line(close + 1))
        }
        None => (line, Form::Unclosed, after_line(0)),
    }
}

/// A newline is a blank to it, also where it ends a line.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_node_20_a_comment_at_the_end_of_the_file_is_a_name() {
        for (text, expected) in [
            ("#A=x ", &[("#A", "x")][..]),
            ("B=1\n#A=x ", &[("B", "1"), ("#A", "x")]),
            ("B=1\n # A=x", &[("B", "1"), ("# A", "x")]),
            ("B=1\n#A=x #y", &[("B", "1"), ("#A", "x")]),
            ("B=1\n#A=x\n", &[("B", "1")]),
            ("B=1\n#A=x \n ", &[("B", "1")]),
            ("B=1\n#A", &[("B", "1")]),
        ] {
            let values = Node20.read(text.as_bytes(), &Environment::new()).expect("it refuses nothing");
            let read: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn a_blank_behind_an_equals_sign_takes_the_next_line_for_the_value() {
        let values = Node22.read(b"A= \nDB_PASSWORD=x\nB=\nC=1\n", &Environment::new());
        let values = values.expect("it refuses nothing");
        let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(values, [("A", "DB_PASSWORD=x"), ("B", ""), ("C", "1")]);
    }
}
