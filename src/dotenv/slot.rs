//! The place of a value in a line, and the form in which a new value goes there.

use zeroize::Zeroizing;

use super::lexer::{Content, Lexer};
use super::quote::{Quote, Unportable};
use super::readers;
use crate::secret::Secret;

/// A line without its value.
pub(super) struct Slot {
    /// Up to and with `=`.
    pub(super) before: String,
    /// A comment, if there is one, and the line end.
    pub(super) after: String,
    /// How the value that was there stands.
    pub(super) quote: Option<Quote>,
}

impl Slot {
    /// The line with this value: as the old value stood if that carries the new one, else in the portable form,
    /// else without quotes if that is what the declared readers need.
    pub(super) fn fill(
        &self,
        name: &str,
        value: &Secret,
        readers: &[String],
    ) -> Result<Zeroizing<String>, Unportable> {
        let portable = Quote::portable(value.expose());
        let kept = self.quote.filter(|quote| quote.carries(value.expose()));
        let mut refusal = None;
        let unquoted = (!readers.is_empty()).then_some(Quote::Bare);
        for quote in kept.into_iter().chain(portable).chain(unquoted) {
            let line = self.line(value, quote);
            if !reads_back(&line, value) {
                continue;
            }
            match readers::verify_written(line.as_bytes(), readers, name, value) {
                Ok(()) => return Ok(line),
                Err(differing) => refusal = refusal.or(differing.first().copied()),
            }
        }
        Err(match (portable, refusal) {
            (Err(reason), _) => reason,
            (Ok(_), Some(reader)) => Unportable::Reader(reader),
            (Ok(_), None) => Unportable::MixedQuotes,
        })
    }

    fn line(&self, value: &Secret, quote: Quote) -> Zeroizing<String> {
        // Blanks or a comment right behind `=` would be read as part of the value by some readers.
        let trailing = self.after.starts_with([' ', '\t']);
        let quote = if value.is_empty() && trailing && quote == Quote::Bare { Quote::Single } else { quote };
        let mark = quote.mark();
        join(&[&self.before, mark, value.expose(), mark, &self.after])
    }
}

/// Whether the line is one line, and reads as this value.
fn reads_back(line: &str, value: &Secret) -> bool {
    let mut lines = Lexer::new(line.as_bytes());
    let first = lines.next().map(|line| line.content);
    let single = lines.next().is_none() && !value.expose().contains(['\n', '\r']);
    single && matches!(first, Some(Content::Assignment(parts)) if parts.value == *value)
}

/// Joins into a buffer that never grows, so that no copy of a value stays behind.
pub(super) fn join(parts: &[&str]) -> Zeroizing<String> {
    let mut joined = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        joined.push_str(part);
    }
    joined
}
