//! One word of a command: quoting, escapes, tilde and parameter expansion.

use super::{Dialect, Script, Stop, Word};
use crate::secret::Secret;

/// Where a piece of text stands; it decides what ends it and what is special in it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Outside quotes.
    Bare,
    /// In double quotes.
    Double,
    /// After the operator of `${NAME:-…}`, inside double quotes or not.
    Operand { quoted: bool },
}

/// `${…}` nested deeper than this is not modelled.
const MAX_DEPTH: usize = 64;

impl Script<'_> {
    /// Reads the word that starts here.
    pub(super) fn word(&mut self) -> Result<Word, Stop> {
        let mut word = Word::default();
        let (mut quoted, mut depth) = (false, 0_usize);
        // Behind a bare `=` it is an array.
        let is_value = |word: &Word| word.name.is_some_and(|name| word.text.len() > name + 1);
        while let Some(character) = self.rest.chars().next() {
            match character {
                // A group of a pattern for zsh: what would end the word does not.
                '(' if self.is_zsh() && (depth > 0 || is_value(&word)) => {
                    self.take(&mut word.text, 1);
                    depth += 1;
                }
                ')' if depth > 0 => {
                    self.take(&mut word.text, 1);
                    depth -= 1;
                }
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' if depth > 0 => self.take(&mut word.text, 1),
                '=' if self.is_zsh() && word.text.is_empty() && !quoted => {
                    word.is_pattern |= self.is_program();
                    self.take(&mut word.text, 1);
                }
                end if is_end(end) => break,
                '=' if word.name.is_none() && !quoted => {
                    word.name = self.assigned_name(&word.text);
                    self.take(&mut word.text, 1);
                    self.tilde(&mut word)?;
                }
                ':' => {
                    self.take(&mut word.text, 1);
                    self.tilde(&mut word)?;
                }
                _ => {
                    let is_set = character == '['
                        && self.rest.split(is_end).next().is_some_and(|rest| rest.contains(']'));
                    word.is_pattern |= word.name.is_none() && (is_set || matches!(character, '*' | '?'));
                    quoted |= matches!(character, '\'' | '"' | '\\' | '$' | '`');
                    word.is_literal |= character != '$';
                    self.piece(character, Place::Bare, &mut word.text, 0)?;
                }
            }
        }
        if self.is_zsh()
            && word.name.is_none()
            && !quoted
            && word.text.ends_with('}')
            && !word.text.contains('{')
        {
            return Err(Stop::Syntax);
        }
        Ok(word)
    }

    /// Moves as many bytes of the file into the text as they stand.
    fn take(&mut self, text: &mut String, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        text.push_str(taken);
        self.rest = rest;
    }

    /// Whether a `=` is one in front of a name: in zsh that is the path of the program.
    fn is_program(&self) -> bool {
        let after = &self.rest[1..];
        !(after.is_empty() || after.starts_with([' ', '\t', '\n', ';', '&', '|', '<', '>', '$']))
    }

    /// In the value of an assignment, `~` at the start or after a colon is the home directory.
    fn tilde(&mut self, word: &mut Word) -> Result<(), Stop> {
        if word.name.is_none() {
            return Ok(());
        }
        if self.is_zsh() && self.rest.starts_with('=') {
            word.is_pattern |= self.is_program();
            return Ok(());
        }
        let Some(after) = self.rest.strip_prefix('~') else { return Ok(()) };
        let length = after.find(['/', ':', ' ', '\t', '\n', ';', '&', '|', '<', '>']).unwrap_or(after.len());
        let (user, rest) = after.split_at(length);
        let home = match user {
            "" => self.get("HOME"),
            "root" => Some("/root"),
            _ if user.starts_with(['+', '-']) => return Err(Stop::Computes),
            _ if self.is_zsh() && is_user(user) => return Err(Stop::Failed),
            _ => None,
        };
        if let Some(home) = home {
            word.text.push_str(home);
            self.rest = rest;
        }
        Ok(())
    }

    /// One character or quoted part of a word.
    fn piece(&mut self, first: char, place: Place, text: &mut String, depth: usize) -> Result<(), Stop> {
        let double = matches!(place, Place::Double | Place::Operand { quoted: true });
        match first {
            '\\' => {
                self.escape(double, place, text);
                Ok(())
            }
            '$' => self.dollar(double, text, depth),
            '`' => Err(Stop::Computes),
            '\'' if !double => {
                let (inside, rest) = self.rest[1..].split_once('\'').ok_or(Stop::Syntax)?;
                text.push_str(inside);
                self.rest = rest;
                Ok(())
            }
            '"' if place != Place::Double => {
                self.rest = &self.rest[1..];
                self.until('"', Place::Double, text, depth)
            }
            other => {
                self.take(text, other.len_utf8());
                Ok(())
            }
        }
    }

    fn until(&mut self, end: char, place: Place, text: &mut String, depth: usize) -> Result<(), Stop> {
        while let Some(character) = self.rest.chars().next() {
            if character == end {
                self.rest = &self.rest[1..];
                return Ok(());
            }
            self.piece(character, place, text, depth)?;
        }
        Err(Stop::Syntax)
    }

    /// A backslash: outside quotes it keeps the next character, in double quotes only some; a backslash before
    /// a line end joins the lines.
    fn escape(&mut self, double: bool, place: Place, text: &mut String) {
        let mut characters = self.rest[1..].chars();
        let next = characters.next();
        let special = |next| {
            matches!(next, '$' | '`' | '"' | '\\') || (next == '}' && matches!(place, Place::Operand { .. }))
        };
        match next {
            Some('\n') => {}
            Some(next) if !double || special(next) => text.push(next),
            Some(next) => text.extend(['\\', next]),
            None => text.push('\\'),
        }
        self.rest = characters.as_str();
    }

    fn dollar(&mut self, double: bool, text: &mut String, depth: usize) -> Result<(), Stop> {
        let after = &self.rest[1..];
        let name = name_length(after);
        let first = after.chars().next();
        if name > 0 {
            let (name, rest) = after.split_at(name);
            if self.is_zsh() && is_modified(rest) {
                return Err(Stop::Computes);
            }
            text.push_str(self.get(name).unwrap_or_default());
            self.rest = rest;
            return Ok(());
        }
        match first {
            // No arguments, no job, nothing that failed.
            Some('=' | '~' | '+' | '^') if self.is_zsh() => return Err(Stop::Computes),
            Some('0' | '$' | '-' | '(') => return Err(Stop::Computes),
            Some('1'..='9') if self.is_zsh() => {
                self.rest = after.trim_start_matches(|next: char| next.is_ascii_digit());
            }
            Some('1'..='9' | '@' | '*' | '!') => self.rest = &after[1..],
            Some('#' | '?') => {
                text.push('0');
                self.rest = &after[1..];
            }
            Some('{') => {
                self.rest = &after[1..];
                return self.braced(double, text, depth);
            }
            Some('\'') if self.dialect != Dialect::Posix && !double => return Err(Stop::Computes),
            // bash translates `$"…"`, which without a catalogue changes nothing.
            Some('"') if self.dialect == Dialect::Bash && !double => self.rest = after,
            _ => {
                text.push('$');
                self.rest = after;
            }
        }
        Ok(())
    }

    /// `${NAME}`, or with `:- - := = :+ + :? ?` and a word.
    fn braced(&mut self, quoted: bool, text: &mut String, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::Computes);
        }
        let rest = self.rest;
        let (name, after) = rest.split_at(name_length(rest));
        if name.is_empty() {
            let special =
                rest.starts_with(['#', '?', '$', '!', '-', '@', '*']) || rest.starts_with(char::is_numeric);
            return Err(match (special, rest.contains('}')) {
                (true, _) => Stop::Computes,
                (false, true) => Stop::BadSubstitution,
                (false, false) => Stop::Syntax,
            });
        }
        let (colon, operation) = after.strip_prefix(':').map_or((false, after), |after| (true, after));
        let operator = operation.chars().next();
        if operator == Some('}') && !colon {
            text.push_str(self.get(name).unwrap_or_default());
            self.rest = &operation[1..];
            return Ok(());
        }
        let Some(operator @ ('-' | '=' | '+' | '?')) = operator else {
            let known = matches!(operator, Some('#' | '%' | '/' | '^' | ',' | '@' | '[')) || colon;
            return Err(match operator {
                None => Stop::Syntax,
                _ if !rest.contains('}') => Stop::Syntax,
                _ if known => Stop::Computes,
                _ => Stop::BadSubstitution,
            });
        };
        self.rest = &operation[1..];
        let mut word = String::new();
        self.until('}', Place::Operand { quoted }, &mut word, depth + 1)?;
        let given = self.get(name).filter(|value| !colon || !value.is_empty());
        match (operator, given) {
            ('+', Some(_)) => text.push_str(&word),
            ('+', None) => {}
            (_, Some(value)) => text.push_str(value),
            ('?', None) => return Err(Stop::Unset),
            (operator, None) => {
                text.push_str(&word);
                if operator == '=' {
                    self.values.insert(name.to_owned(), Secret::new(word));
                }
            }
        }
        Ok(())
    }
}

/// Whether it ends a word.
fn is_end(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Whether it could be the name of a user.
fn is_user(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// Whether zsh goes on after the name: an index, or `:` with the letter of a modifier.
fn is_modified(rest: &str) -> bool {
    let is_modifier = |letter: char| "aAceghilpPqQrstuwx&".contains(letter);
    rest.starts_with('[') || rest.strip_prefix(':').is_some_and(|rest| rest.starts_with(is_modifier))
}

fn name_length(text: &str) -> usize {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let bytes = text.bytes().enumerate();
    bytes.take_while(|&(at, byte)| first(byte) || (at > 0 && byte.is_ascii_digit())).count()
}
