//! The tokens of a file, and what the readers of all languages ask of them.

use std::collections::HashMap;
use std::ops::Range;

use super::lexer::{Grammar, Kind, Token, lex};
use crate::dotenv::is_name;

/// Most tokens of one call that are looked at, so that nested calls cost no more than their number.
const LONGEST_CALL: usize = 400;

/// A file's tokens.
pub struct Tokens<'a> {
    tokens: Vec<Token<'a>>,
    /// Texts that have a name, as in `const KEY = "API_KEY"`: some programs read `getenv(KEY)`.
    constants: HashMap<&'a str, String>,
}

impl<'a> Tokens<'a> {
    /// Reads a file.
    pub fn of(text: &'a str, grammar: &'a Grammar) -> Self {
        let mut tokens = Self { tokens: lex(text, grammar), constants: HashMap::new() };
        tokens.constants = tokens.find_constants();
        tokens
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// What stands there.
    pub fn kind(&self, at: usize) -> Option<&Kind<'a>> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    /// The line on which it stands, from 1.
    pub fn line(&self, at: usize) -> u32 {
        self.tokens.get(at).map_or(1, |token| token.line)
    }

    /// How far it is indented.
    pub fn column(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(0, |token| token.column)
    }

    /// Whether it is the first of its line.
    pub fn begins_line(&self, at: usize) -> bool {
        at == 0 || self.line(at - 1) < self.line(at)
    }

    /// The word that stands there.
    pub fn word(&self, at: usize) -> Option<&'a str> {
        match self.kind(at)? {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The text that stands there.
    pub fn text(&self, at: usize) -> Option<&str> {
        match self.kind(at)? {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether that word stands there.
    pub fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at) == Some(word)
    }

    /// Whether that sign stands there.
    pub fn is(&self, at: usize, sign: char) -> bool {
        self.kind(at) == Some(&Kind::Sign(sign))
    }

    /// Whether these words and signs stand there, one after the other.
    pub fn starts(&self, at: usize, pattern: &[&str]) -> bool {
        pattern.iter().enumerate().all(|(offset, part)| match self.kind(at + offset) {
            Some(Kind::Word(word)) => word == part,
            Some(Kind::Sign(sign)) => part.chars().eq([*sign]),
            _ => false,
        })
    }

    /// The same for what stands before.
    pub fn ends(&self, before: usize, pattern: &[&str]) -> bool {
        before.checked_sub(pattern.len()).is_some_and(|at| self.starts(at, pattern))
    }

    /// The name of a variable that stands there, as a text or as the constant that has it.
    pub fn name(&self, at: usize) -> Option<&str> {
        let text = match self.kind(at)? {
            Kind::Text(text) => text.as_ref(),
            Kind::Word(word) => self.constants.get(word)?.as_str(),
            _ => return None,
        };
        is_name(text).then_some(text)
    }

    /// What stands between the bracket there and the one that closes it, split at commas; the second is where the
    /// closing bracket stands. `None` if no bracket stands there, or it is not closed within [`LONGEST_CALL`].
    pub fn arguments(&self, open: usize) -> Option<(Vec<Range<usize>>, usize)> {
        if !['(', '[', '{'].iter().any(|sign| self.is(open, *sign)) {
            return None;
        }
        let mut arguments = Vec::new();
        let (mut depth, mut start) = (0_usize, open + 1);
        for at in open..self.len().min(open + LONGEST_CALL) {
            let Kind::Sign(sign) = self.tokens[at].kind else { continue };
            match sign {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => {
                    depth -= 1;
                    if depth == 0 {
                        if start < at {
                            arguments.push(start..at);
                        }
                        return Some((arguments, at));
                    }
                }
                ',' if depth == 1 => {
                    arguments.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        None
    }

    /// The literal that is all there is in a range, as an env file would hold it.
    pub fn literal(&self, range: &Range<usize>) -> Option<String> {
        let at = range.start;
        match (range.len(), self.kind(at)?) {
            (1, Kind::Text(text)) => Some(text.as_ref().to_owned()),
            (1, Kind::Number(number)) => Some(number.replace('_', "")),
            (1, Kind::Word(word)) if is_bool(word) => Some((*word).to_owned()),
            (2, Kind::Sign('-')) => match self.kind(at + 1)? {
                Kind::Number(number) => Some(format!("-{}", number.replace('_', ""))),
                _ => None,
            },
            _ => None,
        }
    }

    /// The literal that begins there.
    pub fn literal_at(&self, at: usize) -> Option<String> {
        let length = if self.is(at, '-') { 2 } else { 1 };
        self.literal(&(at..at + length))
    }

    /// What a named argument is given: `default=5`, `default: 5`.
    pub fn named(&self, arguments: &[Range<usize>], names: &[&str]) -> Option<Range<usize>> {
        arguments.iter().find_map(|argument| {
            let is_named = names.contains(&self.word(argument.start)?)
                && (self.is(argument.start + 1, '=') || self.is(argument.start + 1, ':'));
            is_named.then_some(argument.start + 2..argument.end)
        })
    }

    /// Whether something is assigned to what ends there: `= x`, but not `== x` or `=> x`.
    pub fn is_assigned(&self, at: usize) -> bool {
        self.is(at, '=') && !self.is(at + 1, '=') && !self.is(at + 1, '>') && !self.is(at + 1, '~')
    }

    fn find_constants(&self) -> HashMap<&'a str, String> {
        let mut constants = HashMap::new();
        for at in 2..self.len() {
            let Some(text) = self.text(at).filter(|text| is_screaming(text)) else { continue };
            if !self.is(at - 1, '=') {
                continue;
            }
            // `NAME =`, `NAME: &str =`, `NAME string =`, `name :=`.
            let before = (at.saturating_sub(6)..at - 1).rev();
            let named = before
                .take_while(|&before| self.line(before) == self.line(at))
                .filter_map(|before| self.word(before))
                .find(|word| !matches!(*word, "str" | "static" | "string" | "String"));
            if let Some(name) = named {
                constants.insert(name, text.to_owned());
            }
        }
        constants
    }
}

fn is_bool(word: &str) -> bool {
    matches!(word, "true" | "false" | "True" | "False" | "TRUE" | "FALSE")
}

/// Whether a name is in capitals, as variables of the environment are in most programs.
pub fn is_screaming(name: &str) -> bool {
    is_name(name)
        && name.len() > 1
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
}
