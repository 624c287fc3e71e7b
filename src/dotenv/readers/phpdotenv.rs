//! `vlucas/phpdotenv` 5, which Laravel uses (`Parser/{Lines,EntryParser,Lexer}.php`, `Loader/Resolver.php`): a line
//! may go on in double quotes, after a closing quote only blanks and a comment are allowed, and `${NAME}` is
//! expanded from the lines above.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values, push};

/// Of one value with references; who writes more waits for the program as well.
const MAX_COPIED: usize = 64 << 20;

/// `Dotenv\Dotenv::parse`.
pub(super) struct PhpDotenv;

impl Reader for PhpDotenv {
    fn id(&self) -> &'static str {
        "phpdotenv"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n"));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let entries = entries(text);
        // The whole file is parsed before anything is set.
        let parsed: Vec<_> = entries.into_iter().map(entry).collect::<Result<_, _>>()?;
        let mut values = Values::new();
        for (name, value) in parsed {
            match value {
                Some(value) => {
                    let value = value.resolve(&values)?;
                    values.insert(name.to_owned(), value);
                }
                // A name alone takes the variable away.
                None => drop(values.shift_remove(name)),
            }
        }
        Ok(values)
    }
}

/// Lines, and those that belong together as one; comments and empty ones are gone. What begins in double quotes
/// and never ends is lost.
fn entries(text: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in text.split('\n') {
        let end = at + line.len();
        let opens = line.contains("=\"") && !closes(line, true);
        if opens {
            start = start.or(Some(at));
        }
        let from = match start {
            Some(_) if !closes(line, opens) => {
                at = end + 1;
                continue;
            }
            from => from.unwrap_or(at),
        };
        start = None;
        let entry = &text[from..end];
        let content = trim(entry);
        if !content.is_empty() && !content.starts_with('#') {
            entries.push(entry);
        }
        at = end + 1;
    }
    entries
}

/// Whether the line has as many double quotes as it needs that no backslash precedes: two where it has the
/// opening one, else one. The quote at its very start does not count.
fn closes(line: &str, opening: bool) -> bool {
    if line == "\"" {
        return true;
    }
    let line = Zeroizing::new(line.replace("\\\\", ""));
    let quotes = line.as_bytes().windows(2).filter(|pair| pair[0] != b'\\' && pair[1] == b'"');
    quotes.count() > usize::from(opening)
}

/// PHP's `trim()`.
fn trim(text: &str) -> &str {
    text.trim_matches(is_trimmed)
}

fn is_trimmed(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\0' | '\u{b}')
}

/// `ctype_space()`.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}

/// A value, and where in it a dollar sign may begin a reference.
#[derive(Default)]
struct Value {
    text: Zeroizing<String>,
    references: Vec<usize>,
}

fn entry(entry: &str) -> Result<(&str, Option<Value>), Refused> {
    let (name, value) = match entry.split_once('=') {
        Some((name, value)) => (trim(name), Some(trim(value))),
        None => (entry, None),
    };
    let name = match name.strip_prefix("export") {
        Some(rest) if rest.starts_with(is_space) && name.chars().count() > 8 => {
            rest.trim_start_matches(is_trimmed)
        }
        _ => name,
    };
    let inside = |quote| name.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let name = inside('"').or_else(|| inside('\'')).filter(|inside| !inside.is_empty()).unwrap_or(name);
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(Refused::Rejects);
    }
    Ok((name, value.map(Value::parse).transpose()?))
}

enum State {
    Start,
    /// Blanks that PHP's `trim()` leaves at the start; they belong to the value.
    Leading,
    Bare,
    Single,
    Double,
    Escape,
    /// Behind a value: only blanks and a comment.
    Behind,
}

impl Value {
    fn parse(written: &str) -> Result<Self, Refused> {
        let mut value = Self::default();
        let mut state = State::Start;
        for character in written.chars() {
            state = match state {
                State::Start | State::Leading | State::Bare | State::Behind if character == '#' => {
                    return Ok(value);
                }
                State::Start | State::Leading if is_space(character) => {
                    value.push(character, false, State::Leading)
                }
                State::Start if character == '\'' => State::Single,
                State::Start if character == '"' => State::Double,
                State::Bare | State::Behind if is_space(character) => State::Behind,
                State::Start | State::Leading | State::Bare => value.push(character, true, State::Bare),
                State::Single if character == '\'' => State::Behind,
                State::Single => value.push(character, false, State::Single),
                State::Double if character == '"' => State::Behind,
                State::Double if character == '\\' => State::Escape,
                State::Double => value.push(character, true, State::Double),
                State::Escape => value.push(unescape(character)?, false, State::Double),
                State::Behind => return Err(Refused::Rejects),
            };
        }
        match state {
            State::Single | State::Double | State::Escape => Err(Refused::Rejects),
            State::Start | State::Leading | State::Bare | State::Behind => Ok(value),
        }
    }

    fn push(&mut self, character: char, expands: bool, next: State) -> State {
        if expands && character == '$' {
            self.references.push(self.text.len());
        }
        let mut buffer = [0; 4];
        push(&mut self.text, character.encode_utf8(&mut buffer));
        next
    }

    /// From the last to the first, so that what was put in can become a part of a name.
    fn resolve(self, values: &Values) -> Result<Secret, Refused> {
        let mut text = self.text;
        let mut budget = MAX_COPIED;
        for at in self.references.into_iter().rev() {
            let Some(name) = name(&text[at..]) else { continue };
            if let Some(value) = values.get(name) {
                let mut resolved = Zeroizing::new(String::with_capacity(text.len() + value.len()));
                budget = budget.checked_sub(text.len() + value.len()).ok_or(Refused::Computes)?;
                push(&mut resolved, &text[..at]);
                push(&mut resolved, value.expose());
                push(&mut resolved, &text[at + name.len() + "${}".len()..]);
                text = resolved;
            }
        }
        Ok(Secret::new(std::mem::take(&mut *text)))
    }
}

/// `${NAME}` at the start of the text.
fn name(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?;
    let (name, after) = inside.split_at(inside.find(|next| !is_name(next)).unwrap_or(inside.len()));
    (!name.is_empty() && after.starts_with('}')).then_some(name)
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.')
}

fn unescape(character: char) -> Result<char, Refused> {
    match character {
        '"' | '\\' | '$' => Ok(character),
        'f' => Ok('\u{c}'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'v' => Ok('\u{b}'),
        _ => Err(Refused::Rejects),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, Refused> {
        let values = PhpDotenv.read(text.as_bytes(), &Environment::new())?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    #[test]
    fn a_hash_ends_a_bare_value_and_a_second_word_is_an_error() {
        assert_eq!(read("A=pass#word\n"), Ok(vec![("A".to_owned(), "pass".to_owned())]));
        assert_eq!(read("A=two words\n"), Err(Refused::Rejects));
        assert_eq!(read("A=\"\\d\"\n"), Err(Refused::Rejects));
    }

    #[test]
    fn a_value_that_is_never_closed_is_lost_with_all_that_follows() {
        assert_eq!(read("A=1\nB=\"x\nC=2\n"), Ok(vec![("A".to_owned(), "1".to_owned())]));
        let value = ("B".to_owned(), "x\ny 1".to_owned());
        assert_eq!(read("A=1\nB=\"x\ny ${A}\"\n"), Ok(vec![("A".to_owned(), "1".to_owned()), value]));
    }
}
