//! `string`: any text.

use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// Any text.
pub struct AnyText;

impl ValueType for AnyText {
    fn name(&self) -> &'static str {
        "string"
    }

    fn describe(&self) -> &'static str {
        "any text"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::TEXT
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        Ok(Typed::String(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject_with};
    use super::*;

    #[test]
    fn any_text_is_a_string() {
        for value in ["", "Your App Name", "\u{1b}[1m"] {
            assert!(accept(&AnyText, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn its_constraints_apply() {
        let constraints = Constraints { min_length: Some(32), ..Constraints::default() };
        assert_eq!(reject_with(&AnyText, "short", &constraints), "has 5 characters; at least 32 are needed");
    }
}
