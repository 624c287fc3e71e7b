//! `EnvironmentFile=` of systemd 252: a state machine over bytes (`parse_env_file_internal` in
//! `src/basic/env-file.c`). It knows `#` and `;` comments at the start of a line only, and goes on after a
//! closing quote as if none had been.

use super::{Environment, Reader, Refused};
use crate::dotenv::is_name;
use crate::secret::{Secret, Values};

/// `EnvironmentFile=`.
pub(super) struct Systemd;

impl Reader for Systemd {
    fn id(&self) -> &'static str {
        "systemd"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Rejects)?;
        let mut machine = Machine::default();
        // The file is read as a C string.
        for character in text.chars().take_while(|&character| character != '\0') {
            machine.take(character);
        }
        if !matches!(machine.state, State::BeforeName | State::Name | State::Comment | State::CommentEscape) {
            machine.finish();
        }
        Ok(machine.values)
    }
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    BeforeName,
    Name,
    BeforeValue,
    Value,
    Escape,
    Single,
    Double,
    DoubleEscape,
    Comment,
    CommentEscape,
}

#[derive(Default)]
struct Machine {
    state: State,
    name: String,
    value: String,
    /// Length of the value without blanks that may turn out to be trailing; `None` if its end counts.
    trimmed: Option<usize>,
    values: Values,
}

impl Machine {
    fn take(&mut self, character: char) {
        let newline = matches!(character, '\n' | '\r');
        let blank = newline || matches!(character, ' ' | '\t');
        self.state = match self.state {
            State::BeforeName if matches!(character, '#' | ';') => State::Comment,
            State::BeforeName if blank => State::BeforeName,
            State::Name if newline => self.restart(),
            State::Name if character == '=' => State::BeforeValue,
            State::BeforeName | State::Name => self.name(character, State::Name),
            State::BeforeValue | State::Value if newline => self.finish(),
            State::BeforeValue if character == '\'' => State::Single,
            State::BeforeValue if character == '"' => State::Double,
            State::BeforeValue if blank => State::BeforeValue,
            State::BeforeValue | State::Value if character == '\\' => self.keep(State::Escape),
            State::BeforeValue | State::Value => self.bare(character, blank),
            State::Escape if newline => State::Value,
            State::Escape => self.value(character, State::Value),
            State::Single if character == '\'' => State::BeforeValue,
            State::Single => self.value(character, State::Single),
            State::Double if character == '"' => State::BeforeValue,
            State::Double if character == '\\' => State::DoubleEscape,
            State::Double => self.value(character, State::Double),
            State::DoubleEscape if character == '\n' => State::Double,
            State::DoubleEscape if matches!(character, '"' | '\\' | '`' | '$') => {
                self.value(character, State::Double)
            }
            State::DoubleEscape => {
                self.value.push('\\');
                self.value(character, State::Double)
            }
            State::Comment if character == '\\' => State::CommentEscape,
            State::Comment if newline => State::BeforeName,
            State::Comment | State::CommentEscape => State::Comment,
        };
    }

    fn name(&mut self, character: char, next: State) -> State {
        self.name.push(character);
        next
    }

    fn value(&mut self, character: char, next: State) -> State {
        self.value.push(character);
        next
    }

    fn keep(&mut self, next: State) -> State {
        self.trimmed = None;
        next
    }

    fn bare(&mut self, character: char, blank: bool) -> State {
        self.trimmed = if blank { self.trimmed.or(Some(self.value.len())) } else { None };
        self.value(character, State::Value)
    }

    fn restart(&mut self) -> State {
        self.name.clear();
        State::BeforeName
    }

    fn finish(&mut self) -> State {
        let mut value = std::mem::take(&mut self.value);
        if let (Some(length), State::Value) = (self.trimmed.take(), self.state) {
            value.truncate(length);
        }
        let value = Secret::new(value);
        let name = std::mem::take(&mut self.name);
        let name = name.trim_end_matches([' ', '\t']);
        // Other names are dropped, with a line in the log.
        if is_name(name) {
            self.values.insert(name.to_owned(), value);
        }
        State::BeforeName
    }
}
