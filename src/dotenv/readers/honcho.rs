//! `honcho` 2.0 (`honcho/environ.py`): a line is cut into words by Python's `shlex`, whose words are letters,
//! digits and `_`; what follows `NAME` and `=` is joined again, so that blanks between words are lost.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused, python};
use crate::secret::{Secret, Values};

/// `honcho start`.
pub(super) struct Honcho;

impl Reader for Honcho {
    fn id(&self) -> &'static str {
        "honcho"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = python::text(bytes)?;
        let mut values = Values::new();
        for line in python::split_lines(&text) {
            let words = words(line)?;
            let [name, operator, value @ ..] = &words[..] else { continue };
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
            if value.is_empty() || operator.as_str() != "=" || !is_name {
                continue;
            }
            let joined = Zeroizing::new(value.iter().map(|word| word.as_str()).collect::<String>());
            let value = Secret::new(joined.replace("\\n", "\n").replace("\\t", "\t"));
            values.insert(name.to_string(), value);
        }
        Ok(values)
    }
}

/// `shlex.shlex(line, posix=True)`: words, and every other character by itself.
fn words(line: &str) -> Result<Vec<Zeroizing<String>>, Refused> {
    let mut words = Vec::new();
    let mut characters = line.chars().peekable();
    loop {
        while characters.next_if(|&next| is_blank(next)).is_some() {}
        let Some(&first) = characters.peek() else { return Ok(words) };
        let mut word = Zeroizing::new(String::new());
        match first {
            '#' => return Ok(words),
            '\'' | '"' | '\\' => {}
            first if is_word(first) => {}
            first => {
                characters.next();
                word.push(first);
                words.push(word);
                continue;
            }
        }
        while let Some(next) = characters.next_if(|&next| is_word(next) || matches!(next, '\'' | '"' | '\\'))
        {
            match next {
                '\\' => word.push(characters.next().ok_or(Refused::Rejects)?),
                '\'' | '"' => quoted(next, &mut characters, &mut word)?,
                _ => word.push(next),
            }
        }
        words.push(word);
    }
}

/// Up to the closing quote; in double quotes, a backslash keeps a quote and a backslash from their meaning.
fn quoted(
    quote: char,
    characters: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), Refused> {
    loop {
        match characters.next().ok_or(Refused::Rejects)? {
            end if end == quote => return Ok(()),
            '\\' if quote == '"' => {
                let escaped = characters.next().ok_or(Refused::Rejects)?;
                if !matches!(escaped, '"' | '\\') {
                    word.push('\\');
                }
                word.push(escaped);
            }
            other => word.push(other),
        }
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// ASCII and Latin-1 letters, digits and `_`.
fn is_word(character: char) -> bool {
    let latin = matches!(character, '\u{c0}'..='\u{ff}') && !matches!(character, '\u{d7}' | '\u{f7}');
    character.is_ascii_alphanumeric() || character == '_' || latin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<String>, Refused> {
        let values = Honcho.read(line.as_bytes(), &Environment::new())?;
        Ok(values.get("A").map(|value| value.expose().to_owned()))
    }

    #[test]
    fn blanks_between_words_are_lost_and_an_empty_value_with_them() {
        assert_eq!(read("A=one two  three # four"), Ok(Some("onetwothree".to_owned())));
        assert_eq!(read("A='one two'"), Ok(Some("one two".to_owned())));
        assert_eq!(read("A="), Ok(None));
        assert_eq!(read("A=''"), Ok(Some(String::new())));
        assert_eq!(read("A=it's"), Err(Refused::Rejects));
    }
}
