//! A text that holds values, as it is written and read piece by piece.

use zeroize::Zeroizing;

use crate::secret::{self, Secret};

/// A text that leaves no copy behind when it grows.
#[derive(Default)]
pub(super) struct Text(Zeroizing<String>);

impl Text {
    /// Appends a part as it is.
    pub(super) fn push(&mut self, part: &str) -> &mut Self {
        secret::push(&mut self.0, part);
        self
    }

    /// Appends one character.
    pub(super) fn push_char(&mut self, character: char) -> &mut Self {
        self.push(character.encode_utf8(&mut [0; 4]))
    }

    /// Appends a value with some of its characters written otherwise; `escape` gives `None` for the rest.
    pub(super) fn push_escaped(&mut self, value: &str, escape: impl Fn(char) -> Option<Escape>) -> &mut Self {
        for character in value.chars() {
            match escape(character) {
                None => self.push_char(character),
                Some(Escape::As(text)) => self.push(text),
                Some(Escape::Marked(mark)) => self.push_char(mark).push_char(character),
                Some(Escape::Code(code)) => self.push(&code),
            };
        }
        self
    }

    /// The whole as a value.
    pub(super) fn into_secret(mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.0))
    }

    /// The whole as a text.
    pub(super) fn finish(self) -> Zeroizing<String> {
        self.0
    }
}

/// How a character is written.
pub(super) enum Escape {
    /// As this text.
    As(&'static str),
    /// As itself, after this mark.
    Marked(char),
    /// As its number in some spelling.
    Code(String),
}
