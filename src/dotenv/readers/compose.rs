//! Docker Compose v2, `env_file:` and `.env` (compose-go `dotenv/parser.go` and `template/template.go`).

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `docker compose`.
pub(super) struct Compose;

impl Reader for Compose {
    fn id(&self) -> &'static str {
        "compose"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut values = Values::new();
        while let Some(statement) = statement(rest) {
            let (name, after, inherited) = name(statement)?;
            if name.contains(' ') {
                return Err(Refused::Rejects);
            }
            let value = if inherited {
                rest = after;
                environment.get(name).map(Secret::new)
            } else {
                let (value, after) = value(after, &Scope { values: &values, environment })?;
                rest = after;
                Some(value)
            };
            if let Some(value) = value {
                values.insert(name.to_owned(), value);
            }
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
fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// The name, what follows its `=` or `:`, and whether there was neither.
fn name(statement: &str) -> Result<(&str, &str, bool), Refused> {
    let exported = statement.strip_prefix("export").filter(|after| after.starts_with(char::is_whitespace));
    let source = exported.map_or(statement, |after| after.trim_start_matches(is_space));
    for (at, character) in source.char_indices() {
        match character {
            '=' | ':' | '\n' => {
                let after = source[at + 1..].trim_start_matches(is_space);
                return Ok((source[..at].trim_end(), after, character == '\n'));
            }
            '_' | '.' | '-' | '[' | ']' => {}
            other if is_space(other) || other.is_alphanumeric() => {}
            _ => return Err(Refused::Rejects),
        }
    }
    // At the end of the file, a name alone is taken for a value without a name.
    Ok(("", source.trim_start_matches(is_space), false))
}

fn value<'a>(text: &'a str, scope: &Scope) -> Result<(Secret, &'a str), Refused> {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        let value = line.split(" #").next().unwrap_or_default().trim_end();
        return Ok((scope.expand(value)?, rest));
    };
    let mut value = Zeroizing::new(String::new());
    let mut characters = text[1..].char_indices();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            let rest = &text[at + 2..];
            let value = if quote == '"' { scope.expand(&unescape(&value))? } else { Secret::new(&**value) };
            return Ok((value, rest));
        }
        value.push(character);
        if character == '\\' {
            match characters.next() {
                Some((_, next)) if next == quote => {
                    value.pop();
                    value.push(next);
                }
                Some((_, next)) => value.push(next),
                None => break,
            }
        }
    }
    Err(Refused::Rejects)
}

/// Go's escapes, as far as the parser's expression `\\(?:[abcfnrtv$"\\]|0\d{0,3})` lets them through.
fn unescape(text: &str) -> Zeroizing<String> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        value.push_str(before);
        let length = match after.chars().next() {
            Some('0') => octal(after, &mut value),
            // The expansion that follows reads `$$` as a dollar sign.
            Some('$') => push(&mut value, "$$"),
            Some('a') => push(&mut value, "\u{7}"),
            Some('b') => push(&mut value, "\u{8}"),
            Some('f') => push(&mut value, "\u{c}"),
            Some('n') => push(&mut value, "\n"),
            Some('r') => push(&mut value, "\r"),
            Some('t') => push(&mut value, "\t"),
            Some('v') => push(&mut value, "\u{b}"),
            Some('"') => push(&mut value, "\""),
            Some('\\') => push(&mut value, "\\"),
            _ => {
                value.push('\\');
                0
            }
        };
        rest = &after[length..];
    }
    value.push_str(rest);
    value
}

fn push(value: &mut String, text: &str) -> usize {
    value.push_str(text);
    1
}

/// `\0123`: exactly three octal digits after the nought are one character; anything else stays as it is.
fn octal(after: &str, value: &mut String) -> usize {
    let digits = after[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
    let code = u32::from_str_radix(&after[1..=digits], 8).ok();
    if let Some(code) = code.filter(|&code| digits == 3 && code < 256) {
        value.extend(char::from_u32(code));
    } else {
        value.push('\\');
        value.push_str(&after[..=digits]);
    }
    digits + 1
}

/// What a `$` can refer to.
struct Scope<'a> {
    values: &'a Values,
    environment: &'a Environment,
}

impl Scope<'_> {
    /// The environment comes before the file.
    fn get(&self, name: &str) -> Option<&str> {
        let outer = self.environment.get(name).map(String::as_str);
        outer.or_else(|| self.values.get(name).map(Secret::expose))
    }

    /// Expands `$$`, `$NAME` and `${NAME…}`.
    fn expand(&self, text: &str) -> Result<Secret, Refused> {
        let mut result = Zeroizing::new(String::with_capacity(text.len()));
        self.expand_into(text, &mut result, 0)?;
        Ok(Secret::new(std::mem::take(&mut *result)))
    }

    fn expand_into(&self, text: &str, result: &mut String, depth: usize) -> Result<(), Refused> {
        // Far deeper than anyone writes; a hostile file could nest as deep as it is long.
        if depth > 64 {
            return Err(Refused::Computes);
        }
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            result.push_str(before);
            rest = if let Some(after) = after.strip_prefix('$') {
                result.push('$');
                after
            } else if let Some(braced) = after.strip_prefix('{') {
                let close = closing_brace(braced).ok_or(Refused::Rejects)?;
                self.braced(&braced[..close], result, depth)?;
                &braced[close + 1..]
            } else {
                let (name, after) = after.split_at(name_length(after));
                result.push_str(if name.is_empty() { "$" } else { self.get(name).unwrap_or_default() });
                after
            };
        }
        result.push_str(rest);
        Ok(())
    }

    /// `NAME`, or `NAME` with one of the operators `:- - :+ + :? ?` and a text.
    fn braced(&self, inside: &str, result: &mut String, depth: usize) -> Result<(), Refused> {
        let (name, operator) = inside.split_at(name_length(inside));
        let value = self.get(name);
        let (given, operator) = match operator.strip_prefix(':') {
            Some(operator) => (value.filter(|value| !value.is_empty()), operator),
            None => (value, operator),
        };
        let text = operator.get(1..).unwrap_or_default();
        match (name, operator.chars().next(), given) {
            ("", _, _) => Err(Refused::Rejects),
            (_, None, _) if inside.len() == name.len() => {
                result.push_str(value.unwrap_or_default());
                Ok(())
            }
            (_, Some('-' | '?'), Some(given)) => {
                result.push_str(given);
                Ok(())
            }
            (_, Some('-'), None) | (_, Some('+'), Some(_)) => self.expand_into(text, result, depth + 1),
            (_, Some('+'), None) => Ok(()),
            _ => Err(Refused::Rejects),
        }
    }
}

fn name_length(text: &str) -> usize {
    let is_name = |byte: u8, first: bool| {
        byte.is_ascii_alphabetic() || byte == b'_' || (!first && byte.is_ascii_digit())
    };
    text.bytes().enumerate().take_while(|&(at, byte)| is_name(byte, at == 0)).count()
}

/// The `}` that belongs to a `{` just before the text.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}
