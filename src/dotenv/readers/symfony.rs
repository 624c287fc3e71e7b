//! `symfony/dotenv` 5 to 7 (`Dotenv::parse`): strict, without blanks at `=` and without blanks in a bare value. A value
//! is a row of quoted and bare pieces; `$NAME` and `${NAME:-default}` are expanded and `$(command)` is run outside
//! single quotes.

use zeroize::Zeroizing;

use super::substitution::without_commands;
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values, push};

/// `(new Dotenv())->load()`.
pub(super) struct Symfony;

impl Reader for Symfony {
    fn id(&self) -> &'static str {
        "symfony"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n"));
        if text.starts_with('\u{feff}') {
            return Err(Refused::Rejects);
        }
        let mut lexer = Lexer { rest: &text, values: Values::new(), environment };
        lexer.skip_empty_lines();
        while !lexer.rest.is_empty() {
            let name = lexer.name()?;
            let value = lexer.value()?;
            lexer.values.insert(name.to_owned(), value);
            lexer.skip_empty_lines();
        }
        Ok(lexer.values)
    }
}

struct Lexer<'a> {
    rest: &'a str,
    values: Values,
    environment: &'a Environment,
}

impl<'a> Lexer<'a> {
    fn skip_empty_lines(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches(is_space);
            if !self.rest.starts_with('#') {
                return;
            }
            self.rest = &self.rest[line_length(self.rest)..];
        }
    }

    fn name(&mut self) -> Result<&'a str, Refused> {
        let exported =
            self.rest.strip_prefix("export").map(|after| (after, after.trim_start_matches(is_blank)));
        let text = match exported {
            Some((after, text)) if text.len() < after.len() && name_length(text) > 0 => text,
            _ => self.rest,
        };
        let (name, after) = text.split_at(name_length(text));
        self.rest = after.strip_prefix('=').filter(|_| !name.is_empty()).ok_or(Refused::Rejects)?;
        Ok(name)
    }

    fn value(&mut self) -> Result<Secret, Refused> {
        let line = &self.rest[..line_length(self.rest)];
        let content = line.trim_start_matches(is_blank);
        if content.is_empty() || content.starts_with('#') {
            self.rest = &self.rest[line.len()..];
            return Ok(Secret::default());
        }
        if content.len() < line.len() {
            return Err(Refused::Rejects);
        }
        let mut value = Zeroizing::new(String::new());
        while let Some(first) = self.rest.chars().next().filter(|&first| first != '\n') {
            match first {
                '\'' => {
                    let (inside, after) = self.rest[1..].split_once('\'').ok_or(Refused::Rejects)?;
                    push(&mut value, inside);
                    self.rest = after;
                }
                '"' => {
                    let inside = self.double_quoted()?;
                    push(&mut value, &self.resolve(&inside)?);
                }
                _ => {
                    let piece = self.bare()?;
                    let resolved = self.resolve(&piece)?;
                    if *resolved == *piece && piece.contains(is_space) {
                        return Err(Refused::Rejects);
                    }
                    push(&mut value, &resolved);
                    if self.rest.starts_with('#') {
                        break;
                    }
                }
            }
        }
        Ok(Secret::new(std::mem::take(&mut *value)))
    }

    /// Up to a quote before which there is no backslash, or two.
    fn double_quoted(&mut self) -> Result<Zeroizing<String>, Refused> {
        let text = &self.rest[1..];
        let open = |at: usize| text[..at].ends_with('\\') && !text[..at].ends_with("\\\\");
        let end = text.match_indices('"').map(|(at, _)| at).find(|&at| !open(at)).ok_or(Refused::Rejects)?;
        self.rest = &text[end + 1..];
        let inside = Zeroizing::new(text[..end].replace("\\\"", "\""));
        let inside = Zeroizing::new(inside.replace("\\r", "\r"));
        Ok(Zeroizing::new(inside.replace("\\n", "\n")))
    }

    /// Up to a quote, a comment behind a blank, or the end of the line; less trailing blanks.
    fn bare(&mut self) -> Result<Zeroizing<String>, Refused> {
        let mut piece = Zeroizing::new(String::new());
        let mut before = None;
        while let Some(next) = self.rest.chars().next() {
            if matches!(next, '\n' | '"' | '\'') || (next == '#' && before.is_some_and(is_blank)) {
                break;
            }
            let escaped = self.rest.strip_prefix('\\').filter(|after| after.starts_with(['"', '\'']));
            let text = escaped.unwrap_or(self.rest);
            let character = text.chars().next().unwrap_or(next);
            self.rest = &text[character.len_utf8()..];
            piece.push(character);
            before = Some(character);
            if let ('$', Some(nested)) = (character, self.rest.strip_prefix('(')) {
                self.rest = nested;
                piece.push('(');
                self.nested(&mut piece, 0)?;
                piece.push(')');
            }
        }
        let length = piece.trim_end_matches([' ', '\t', '\n', '\r', '\0', '\u{b}']).len();
        piece.truncate(length);
        Ok(piece)
    }

    /// What stands in the parentheses of a command, which must end on the line.
    fn nested(&mut self, piece: &mut String, depth: usize) -> Result<(), Refused> {
        // Deeper than anyone nests.
        if depth > 64 {
            return Err(Refused::Computes);
        }
        while let Some(next) = self.rest.chars().next().filter(|&next| next != '\n') {
            self.rest = &self.rest[next.len_utf8()..];
            if next == ')' {
                return Ok(());
            }
            piece.push(next);
            if next == '(' {
                self.nested(piece, depth + 1)?;
                piece.push(')');
            }
        }
        Err(Refused::Rejects)
    }

    fn resolve(&mut self, text: &str) -> Result<Zeroizing<String>, Refused> {
        let text = without_commands(text)?;
        let text = self.resolve_variables(&text)?;
        Ok(Zeroizing::new(text.replace("\\\\", "\\")))
    }

    fn resolve_variables(&mut self, text: &str) -> Result<Zeroizing<String>, Refused> {
        let mut result = Zeroizing::new(String::with_capacity(text.len()));
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            if after.starts_with('(') {
                push(&mut result, before);
                push(&mut result, "$");
                rest = after;
                continue;
            }
            let reference = Reference::new(after);
            let backslashes = before.len() - before.trim_end_matches('\\').len();
            rest = reference.after;
            if backslashes % 2 == 1 {
                // The backslash goes, and the dollar sign stays.
                push(&mut result, &before[..before.len() - 1]);
                push(&mut result, "$");
                push(&mut result, reference.text);
            } else {
                push(&mut result, before);
                self.look_up(&reference, &mut result)?;
            }
        }
        push(&mut result, rest);
        Ok(result)
    }

    fn look_up(&mut self, reference: &Reference<'_>, result: &mut Zeroizing<String>) -> Result<(), Refused> {
        let nothing_named = reference.name.is_empty() && reference.default.is_empty() && !reference.closed;
        if nothing_named {
            push(result, "$");
            push(result, reference.text);
            return Ok(());
        }
        if reference.opened && !reference.closed {
            return Err(Refused::Rejects);
        }
        let outer = self.environment.get(reference.name).map(String::as_str);
        let value = outer.or_else(|| self.values.get(reference.name).map(Secret::expose)).unwrap_or_default();
        match reference.default.strip_prefix(":-").or_else(|| reference.default.strip_prefix(":=")) {
            Some(default) if value.is_empty() => {
                if default.contains(['\'', '"', '{', '$']) {
                    return Err(Refused::Rejects);
                }
                push(result, default);
                if reference.default.starts_with(":=") {
                    self.values.insert(reference.name.to_owned(), Secret::new(default));
                }
            }
            _ => push(result, value),
        }
        if reference.closed && !reference.opened {
            push(result, "}");
        }
        Ok(())
    }
}

/// What follows a dollar sign; every part of it may be missing.
struct Reference<'a> {
    text: &'a str,
    opened: bool,
    name: &'a str,
    /// With its operator.
    default: &'a str,
    closed: bool,
    after: &'a str,
}

impl<'a> Reference<'a> {
    fn new(text: &'a str) -> Self {
        let inside = text.strip_prefix('{');
        let (name, tail) = {
            let inside = inside.unwrap_or(text);
            inside.split_at(name_length(inside))
        };
        let has_default = tail.starts_with(":-") || tail.starts_with(":=");
        let length = if has_default { tail.find('}').unwrap_or(tail.len()) } else { 0 };
        let (default, tail) = tail.split_at(length);
        let closing = tail.strip_prefix('}');
        let after = closing.unwrap_or(tail);
        let text = &text[..text.len() - after.len()];
        Self { text, opened: inside.is_some(), name, default, closed: closing.is_some(), after }
    }
}

/// `_?[A-Z][A-Z0-9_]*`, in any case.
fn name_length(text: &str) -> usize {
    let underscore = usize::from(text.starts_with('_'));
    if !text[underscore..].starts_with(|first: char| first.is_ascii_alphabetic()) {
        return 0;
    }
    text.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count()
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// `\s` of PHP's regular expressions.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, Refused> {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let values = Symfony.read(text.as_bytes(), &environment)?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    #[test]
    fn a_default_may_set_another_variable() {
        let values = [("B", "x"), ("A", "x y"), ("C", "/home/u")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(read("A=\"${B:=x} y\"\nC=${HOME:-no}\n"), Ok(values));
    }

    #[test]
    fn a_command_is_run_so_the_file_is_refused() {
        assert_eq!(read("A=$(id)\n"), Err(Refused::Computes));
        assert_eq!(read("A='$(id)'\n"), Ok(vec![("A".to_owned(), "$(id)".to_owned())]));
    }

    #[test]
    fn blanks_need_quotes() {
        assert_eq!(read("A=a b\n"), Err(Refused::Rejects));
        assert_eq!(read("A = b\n"), Err(Refused::Rejects));
        assert_eq!(read("A='a b' # c\n"), Ok(vec![("A".to_owned(), "a b".to_owned())]));
    }
}
