//! `json`: one JSON document.

use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// One JSON document (RFC 8259).
pub struct Json;

impl ValueType for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn describe(&self) -> &'static str {
        "one JSON document (RFC 8259)"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::TEXT
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        match serde_json::from_str::<serde::de::IgnoredAny>(value) {
            Ok(_) => Ok(Typed::String(value.to_owned())),
            // The error's own text may quote the value; its position does not.
            Err(error) => {
                let position = format!("line {}, column {} of the value", error.line(), error.column());
                Err(Mismatch::new(format!("is not JSON: {position}")).help("quote names and texts with \""))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn a_document_is_accepted_as_it_is() {
        for value in [r#"{"a":[1,null]}"#, "[]", "3", "\"x\""] {
            assert!(accept(&Json, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn the_message_says_where() {
        assert_eq!(reject(&Json, "{'a':1}"), "is not JSON: line 1, column 2 of the value");
        assert_eq!(reject(&Json, "{} {}"), "is not JSON: line 1, column 4 of the value");
    }

    #[test]
    fn deep_nesting_ends() {
        assert!(reject(&Json, &"[".repeat(100_000)).starts_with("is not JSON"));
    }
}
