//! Reading back what was written: strictly, from front to back.

use super::text::Text;
use crate::secret::{Secret, Values};

/// What is left to read.
pub(super) struct Cursor<'a>(pub(super) &'a str);

impl<'a> Cursor<'a> {
    /// Takes exactly this.
    pub(super) fn eat(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Takes the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.0.chars().next()?;
        self.0 = &self.0[character.len_utf8()..];
        Some(character)
    }

    /// Takes everything before this, and this too.
    pub(super) fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.0.split_once(end)?;
        self.0 = after;
        Some(before)
    }

    /// Takes that many hexadecimal digits as a number.
    pub(super) fn hex(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        u32::from_str_radix(number, 16).ok()
    }

    /// Takes text up to this character, which is not part of it. `escaped` reads what follows a `mark`.
    pub(super) fn quoted(
        &mut self,
        end: char,
        mark: char,
        escaped: impl Fn(&mut Self) -> Option<char>,
    ) -> Option<Secret> {
        let mut text = Text::default();
        loop {
            match self.next()? {
                character if character == end => return Some(text.into_secret()),
                character if character == mark => text.push_char(escaped(self)?),
                character => text.push_char(character),
            };
        }
    }
}

/// Reads entries to the end of the text; a name that comes twice is an error.
pub(super) fn entries<'a>(
    text: &'a str,
    entry: impl Fn(&mut Cursor<'a>) -> Option<(String, Secret)>,
) -> Option<Values> {
    let (mut cursor, mut values) = (Cursor(text), Values::new());
    while !cursor.0.is_empty() {
        let (name, value) = entry(&mut cursor)?;
        if values.insert(name, value).is_some() {
            return None;
        }
    }
    Some(values)
}
