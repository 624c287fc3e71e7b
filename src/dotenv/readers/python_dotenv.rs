//! `python-dotenv` 1.2 (`parser.py`, `variables.py`), which pydantic-settings and Flask use too: a line that it
//! cannot read is passed over, and `${NAME}` is expanded in every kind of quotes. `environs` 15 reads through it.

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::{Environment, Reader, Refused, python};
use crate::secret::{Secret, Values};

/// `dotenv_values()` and `load_dotenv()`.
pub(super) struct PythonDotenv;

impl Reader for PythonDotenv {
    fn id(&self) -> &'static str {
        "python-dotenv"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        read(bytes, environment, Version::Present)
    }
}

/// `env_file:` and `.env` of `docker-compose` 1.29, which reads them with python-dotenv 0.21, and takes a name alone from its
/// own environment.
pub(super) struct ComposeV1;

impl Reader for ComposeV1 {
    fn id(&self) -> &'static str {
        "compose-v1"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        read(bytes, environment, Version::OfComposeV1)
    }
}

/// Which of the two it is.
#[derive(Clone, Copy, PartialEq)]
enum Version {
    Present,
    OfComposeV1,
}

fn read(bytes: &[u8], environment: &Environment, version: Version) -> Result<Values, Refused> {
    let text = python::text(bytes)?;
    let mut scanner = Scanner { rest: text.strip_prefix('\u{feff}').unwrap_or(&text), version };
    let mut values = Found::new();
    loop {
        scanner.rest = scanner.rest.trim_start_matches(python::is_space);
        if scanner.rest.is_empty() {
            let set = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
            return Ok(set.collect());
        }
        match scanner.binding() {
            Ok(Binding { name: Some(name), value: Some(value) }) => {
                let value = interpolate(&value, &values, environment);
                values.insert(name.to_owned(), Some(value));
            }
            Ok(Binding { name: Some(name), value: None }) => {
                let inherited = environment.get(name).filter(|_| version == Version::OfComposeV1);
                values.insert(name.to_owned(), inherited.map(|value| Secret::new(value.as_str())));
            }
            Ok(_) => {}
            Err(BadLine) => scanner.skip_line(),
        }
    }
}

/// `environs.Env().read_env()`: what the process already has is what it gives.
pub(super) struct Environs;

impl Reader for Environs {
    fn id(&self) -> &'static str {
        "environs"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = PythonDotenv.model(bytes, environment)?;
        for (name, value) in &mut values {
            if let Some(outer) = environment.get(name) {
                *value = Secret::new(outer.as_str());
            }
        }
        Ok(values)
    }
}

/// The names so far; one without `=` takes away the value that a line above gave it.
type Found = IndexMap<String, Option<Secret>>;

/// A line that cannot be read from where the scanner stands.
struct BadLine;

/// What a line sets, if it sets anything.
struct Binding<'a> {
    name: Option<&'a str>,
    value: Option<Zeroizing<String>>,
}

struct Scanner<'a> {
    rest: &'a str,
    version: Version,
}

impl<'a> Scanner<'a> {
    fn binding(&mut self) -> Result<Binding<'a>, BadLine> {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.rest = after.trim_start_matches(is_blank);
        }
        let name = self.name()?;
        self.skip_blanks();
        let value = match self.rest.strip_prefix('=').filter(|_| name.is_some()) {
            Some(after) => {
                self.rest = after.trim_start_matches(is_blank);
                let is_comment = self.rest.len() < after.len() && self.rest.starts_with('#');
                // Before 1.0 a comment alone was taken for the value.
                let is_empty = is_comment && self.version == Version::Present;
                Some(if is_empty { Zeroizing::default() } else { self.value()? })
            }
            None => None,
        };
        self.skip_blanks();
        if self.rest.starts_with('#') {
            self.rest = &self.rest[line_length(self.rest)..];
        }
        if self.rest.is_empty() || self.rest.starts_with('\n') {
            Ok(Binding { name, value })
        } else {
            Err(BadLine)
        }
    }

    /// `None` before a comment.
    fn name(&mut self) -> Result<Option<&'a str>, BadLine> {
        if self.rest.starts_with('#') {
            return Ok(None);
        }
        if let Some(quoted) = self.rest.strip_prefix('\'') {
            let (name, after) =
                quoted.split_once('\'').filter(|(name, _)| !name.is_empty()).ok_or(BadLine)?;
            self.rest = after;
            return Ok(Some(name));
        }
        let end =
            self.rest.find(|character: char| matches!(character, '=' | '#') || python::is_space(character));
        let (name, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = after;
        if name.is_empty() { Err(BadLine) } else { Ok(Some(name)) }
    }

    fn value(&mut self) -> Result<Zeroizing<String>, BadLine> {
        let quote = self.rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let Some(quote) = quote else {
            let (line, after) = self.rest.split_at(line_length(self.rest));
            self.rest = after;
            let starts_comment = |&(at, _): &(usize, &str)| line[..at].ends_with(python::is_space);
            let comment = line.match_indices('#').find(starts_comment);
            let value = comment.map_or(line, |(at, _)| &line[..at]);
            return Ok(Zeroizing::new(value.trim_end_matches(python::is_space).to_owned()));
        };
        let mut value = Zeroizing::new(String::new());
        let mut characters = self.rest[1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => {
                    let (_, escaped) = characters.next().ok_or(BadLine)?;
                    match unescape(quote, escaped) {
                        Some(meant) => value.push(meant),
                        None => value.extend(['\\', escaped]),
                    }
                }
                end if end == quote => {
                    self.rest = &self.rest[at + 2..];
                    return Ok(value);
                }
                other => value.push(other),
            }
        }
        Err(BadLine)
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    fn skip_line(&mut self) {
        self.rest = &self.rest[line_length(self.rest)..];
    }
}

fn is_blank(character: char) -> bool {
    python::is_space(character) && character != '\n'
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn unescape(quote: char, escaped: char) -> Option<char> {
    match (quote, escaped) {
        (_, '\\' | '\'') => Some(escaped),
        ('"', '"') => Some('"'),
        ('"', 'a') => Some('\u{7}'),
        ('"', 'b') => Some('\u{8}'),
        ('"', 'f') => Some('\u{c}'),
        ('"', 'n') => Some('\n'),
        ('"', 'r') => Some('\r'),
        ('"', 't') => Some('\t'),
        ('"', 'v') => Some('\u{b}'),
        _ => None,
    }
}

/// Expands `${NAME}` and `${NAME:-default}`: from the lines above, else from the environment.
fn interpolate(text: &str, values: &Found, environment: &Environment) -> Secret {
    let mut result = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let name_length = after.find([':', '}']).unwrap_or(after.len());
        let (name, tail) = after.split_at(name_length);
        let (default, end) = match tail.strip_prefix(":-") {
            Some(default) => default.split_once('}').map_or(("", None), |(text, end)| (text, Some(end))),
            None => ("", tail.strip_prefix('}')),
        };
        if let Some(end) = end {
            let value = match values.get(name) {
                Some(value) => value.as_ref().map_or("", Secret::expose),
                None => environment.get(name).map_or(default, String::as_str),
            };
            result.push_str(value);
            rest = end;
        } else {
            result.push_str("${");
            rest = after;
        }
    }
    result.push_str(rest);
    Secret::new(std::mem::take(&mut *result))
}
