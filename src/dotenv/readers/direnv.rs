//! `direnv dotenv` and its `dotenv` in `.envrc` (`pkg/dotenv/parse.go` of 2.32): one regular expression a line, which every
//! line has to match.

use std::sync::LazyLock;

use regex::Regex;
use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// A line; in Go's syntax `\'` is a quote, so that a quoted value goes to the last quote of the line.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let blank = r"[\t\n\f\r ]";
    let value = r#"(?s:'.*'|".*")|[^\t\n\f\r #]+"#;
    let assignment = format!(
        r"(?:export{blank}+)?([0-9A-Za-z_.]+)(?:{blank}*={blank}*|:{blank}+?)({value})?{blank}*(?:\#.*)?"
    );
    Regex::new(&format!(r"\A{blank}*(?:|#.*|{assignment})\z")).expect("the expression is valid")
});

/// direnv.
pub(super) struct Direnv;

impl Reader for Direnv {
    fn id(&self) -> &'static str {
        "direnv"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut values = Values::new();
        for line in text.split(['\n', '\r']) {
            let line = LINE.captures(line).ok_or(Refused::Rejects)?;
            let Some(name) = line.get(1) else { continue };
            let value = value(line.get(2).map_or("", |value| value.as_str()), &values, environment);
            values.insert(name.as_str().to_owned(), value);
        }
        Ok(values)
    }
}

fn value(text: &str, values: &Values, environment: &Environment) -> Secret {
    if text.len() <= 1 {
        return Secret::new(text);
    }
    let within = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    if let Some(inside) = within('\'') {
        return Secret::new(inside);
    }
    let unescaped = within('"').map(|inside| unescape(&inside.replace("\\n", "\n").replace("\\r", "\r")));
    expand(unescaped.as_deref().map_or(text, String::as_str), |name| {
        let (name, default) = name.split_once(":-").map_or((name, ""), |(name, default)| (name, default));
        if let Some(value) = values.get(name) {
            return value.expose().to_owned();
        }
        let inherited = environment.get(name).filter(|value| !value.is_empty());
        inherited.cloned().unwrap_or_else(|| default.to_owned())
    })
}

/// Every backslash goes, but for one before a dollar sign.
fn unescape(text: &str) -> Zeroizing<String> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next_if(|&next| next != '$') } else { None };
        value.push(escaped.unwrap_or(character));
    }
    value
}

/// Go's `os.Expand`: what is wrong after a `$` is eaten.
fn expand(text: &str, get: impl Fn(&str) -> String) -> Secret {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        value.push_str(before);
        let (name, length) = name(after);
        match name {
            Some(name) => value.push_str(&Zeroizing::new(get(name))),
            None if length == 0 => value.push('$'),
            None => {}
        }
        rest = &after[length..];
    }
    value.push_str(rest);
    Secret::new(std::mem::take(&mut *value))
}

/// The name after a `$`, and how long it is with its braces; a length without a name is of what cannot be one.
fn name(text: &str) -> (Option<&str>, usize) {
    let is_special = |byte: u8| b"*#$@!?-".contains(&byte) || byte.is_ascii_digit();
    match text.as_bytes() {
        [] => (None, 0),
        [b'{', special, b'}', ..] if is_special(*special) => (Some(&text[1..2]), 3),
        [b'{', ..] => match text.find('}') {
            None => (None, 1),
            Some(1) => (None, 2),
            Some(end) => (Some(&text[1..end]), end + 1),
        },
        [special, ..] if is_special(*special) => (Some(&text[..1]), 1),
        bytes => {
            let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let length = bytes.iter().take_while(is_name).count();
            ((length > 0).then(|| &text[..length]), length)
        }
    }
}
