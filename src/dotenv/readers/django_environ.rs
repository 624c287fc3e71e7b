//! `django-environ` 0.14 (`Env.read_env`, `Env.get_value`): one expression per line, without comments behind a
//! value. A value that begins with `$` is the name of another variable; while that one is not set, asking for
//! the first is an error, so that it counts as absent.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused, python};
use crate::secret::{Secret, Values};

/// `environ.Env.read_env`.
pub(super) struct DjangoEnviron;

impl Reader for DjangoEnviron {
    fn id(&self) -> &'static str {
        "django-environ"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = python::text(bytes)?;
        let mut written = Values::new();
        for (name, value) in python::split_lines(&text).filter_map(assignment) {
            written.insert(name.to_owned(), value);
        }
        let resolved = written.keys().filter_map(|name| {
            let value = resolve(name, &written, environment)?;
            Some((name.clone(), Secret::new(value)))
        });
        Ok(resolved.collect())
    }
}

/// `(?:export )?([A-Za-z_0-9]+)=(.*)`.
fn assignment(line: &str) -> Option<(&str, Secret)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (name, unquote(value)))
}

/// Single quotes first; double quotes that were inside them as well.
fn unquote(value: &str) -> Secret {
    let inside = |value, quote| str::strip_prefix(value, quote).and_then(|rest| rest.strip_suffix(quote));
    let value = inside(value, '\'').unwrap_or(value);
    inside(value, '"').map_or_else(|| Secret::new(value), unescape)
}

/// A backslash goes, except before `r`, `n` and `t`, where both stay.
fn unescape(text: &str) -> Secret {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some(escaped)) => {
                if matches!(escaped, 'r' | 'n' | 't') {
                    value.push('\\');
                }
                value.push(escaped);
                characters.next();
            }
            _ => value.push(character),
        }
    }
    Secret::new(std::mem::take(&mut *value))
}

/// Follows `$NAME` to a value; none if it ends in a variable that is not set, or goes round in a circle.
fn resolve<'a>(name: &str, written: &'a Values, environment: &'a Environment) -> Option<&'a str> {
    let get = |name: &str| match written.get(name) {
        Some(value) => Some(value.expose()),
        None => environment.get(name).map(String::as_str),
    };
    let mut value = get(name)?;
    // Longer than Python's own limit to recursion no chain can be.
    for _ in 0..1000 {
        if !value.starts_with('$') {
            return Some(value);
        }
        value = get(value.trim_start_matches('$'))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_begins_with_a_dollar_sign_is_another_variable() {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let file = b"A=$HOME\nB=$$A\nC=$D\nD=$C\nE='$NO'\nF=x$HOME\n";
        let values = DjangoEnviron.read(file, &environment).expect("it refuses nothing");
        let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert!(values == [("A", "/home/u"), ("B", "/home/u"), ("F", "x$HOME")], "{}", values.len());
    }
}
