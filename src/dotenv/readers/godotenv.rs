//! The Go module `github.com/joho/godotenv` (`parser.go`): it reads statements rather than lines, names byte by byte, and
//! expands names in capitals alone.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// What may be a reference to a variable: a backslash takes it back.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\?\$\(?\{?([A-Z0-9_]+)?\}?").expect("the expression is valid"));

/// `godotenv.Read` and `godotenv.Load`.
pub(super) struct Godotenv;

impl Reader for Godotenv {
    fn id(&self) -> &'static str {
        "godotenv"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace("\r\n", "\n"));
        let mut rest = text.as_str();
        let mut values = Values::new();
        while let Some(statement) = statement(rest) {
            let (name, after) = name(statement)?;
            let (value, after) = value(after, |text| expand(text, &values, environment))?;
            values.insert(name.to_owned(), value);
            rest = after;
        }
        Ok(values)
    }
}

/// Where the next statement starts, past blank lines and comments.
fn statement(mut rest: &str) -> Option<&str> {
    loop {
        rest = rest.trim_start();
        match rest.strip_prefix('#') {
            Some(comment) => rest = &comment[comment.find('\n')?..],
            None => return (!rest.is_empty()).then_some(rest),
        }
    }
}

/// A blank that does not end the line.
fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// The name and what follows its `=` or `:`.
fn name(statement: &str) -> Result<(&str, &str), Refused> {
    let exported = statement.strip_prefix("export").filter(|after| after.starts_with(is_blank));
    let source = exported.map_or(statement, |after| after.trim_start_matches(is_blank));
    for (at, byte) in source.bytes().enumerate() {
        match byte {
            b'=' | b':' => {
                return Ok((source[..at].trim_end(), source[at + 1..].trim_start_matches(is_blank)));
            }
            b'_' | b'.' | b'-' => {}
            // Each byte of a longer character is looked at as one of Latin-1.
            other if is_blank(other.into()) || char::from(other).is_alphanumeric() => {}
            _ => return Err(Refused::Rejects),
        }
    }
    // At the end of the file, a name alone is taken for a value without a name.
    Ok(("", source.trim_start_matches(is_blank)))
}

/// The value at the start of the text, and what follows it.
fn value(text: &str, expand: impl Fn(&str) -> Secret) -> Result<(Secret, &str), Refused> {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let (line, rest) = text.split_at(text.find(['\n', '\r']).unwrap_or(text.len()));
        return Ok((expand(without_comment(line)?.trim_matches(is_blank)), rest));
    };
    let is_escaped = |at: usize| text[..at].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1;
    let is_end = |&(at, _): &(usize, &str)| at > 0 && !is_escaped(at);
    let (end, _) = text.match_indices(quote).find(is_end).ok_or(Refused::Rejects)?;
    let inside = text[..end].trim_end_matches(quote).trim_start_matches(quote);
    let value = if quote == '"' { expand(&unescape(inside)) } else { Secret::new(inside) };
    Ok((value, &text[end + 1..]))
}

/// The line up to its last comment; one that begins with `#` and has no other makes the module panic.
fn without_comment(line: &str) -> Result<&str, Refused> {
    let mut comments = line.match_indices('#').rev().map(|(at, _)| at);
    match comments.find(|&at| at == 0 || line[..at].ends_with(is_blank)) {
        Some(0) => Err(Refused::Rejects),
        Some(at) => Ok(&line[..at]),
        None => Ok(line),
    }
}

/// `\n` and `\r`; every other backslash goes, but for one before a dollar sign.
fn unescape(text: &str) -> Zeroizing<String> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next_if(|&next| next != '$') } else { None };
        value.push(match escaped {
            Some('n') => '\n',
            Some('r') => '\r',
            Some(other) => other,
            None => character,
        });
    }
    value
}

fn expand(text: &str, values: &Values, environment: &Environment) -> Secret {
    let expanded = REFERENCE.replace_all(text, |reference: &Captures| match reference.get(1) {
        _ if reference[0].starts_with('\\') => reference[0][1..].to_owned(),
        Some(name) => {
            let from_file = values.get(name.as_str()).map(Secret::expose);
            from_file
                .or_else(|| environment.get(name.as_str()).map(String::as_str))
                .unwrap_or_default()
                .to_owned()
        }
        None => reference[0].to_owned(),
    });
    Secret::new(expanded)
}
