//! `enum`: one of a few words.

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// One of the words in `values`, in exactly that spelling.
pub struct Enum;

impl ValueType for Enum {
    fn name(&self) -> &'static str {
        "enum"
    }

    fn describe(&self) -> &'static str {
        "one of the words that `values` lists, in that spelling"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["values"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let words = constraints.values.as_deref().unwrap_or_default();
        if words.iter().any(|word| word == value) {
            return Ok(Typed::String(value.to_owned()));
        }
        if words.is_empty() {
            return Err(
                Mismatch::new("cannot be checked: the schema lists no `values`").help("correct the schema")
            );
        }
        let message = if words.iter().any(|word| word.eq_ignore_ascii_case(value)) {
            "is in the wrong case"
        } else {
            "is not one of the accepted values"
        };
        Err(Mismatch::new(message).help(format!("use one of: {}", words.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept_with, reject, reject_with};
    use super::*;

    fn levels() -> Constraints {
        Constraints { values: Some(vec!["INFO".to_owned(), "DEBUG".to_owned()]), ..Constraints::default() }
    }

    #[test]
    fn only_the_listed_words_in_that_spelling() {
        assert!(accept_with(&Enum, "INFO", &levels()) == Typed::String("INFO".to_owned()));
        assert_eq!(reject_with(&Enum, "info", &levels()), "is in the wrong case");
        assert_eq!(reject_with(&Enum, "TRACE", &levels()), "is not one of the accepted values");
    }

    #[test]
    fn the_help_lists_them() {
        let mismatch = Enum.check("TRACE", &levels()).err();
        assert_eq!(mismatch.and_then(|mismatch| mismatch.help).as_deref(), Some("use one of: INFO, DEBUG"));
    }

    #[test]
    fn an_empty_list_is_never_a_pass() {
        assert_eq!(reject(&Enum, "INFO"), "cannot be checked: the schema lists no `values`");
    }
}
