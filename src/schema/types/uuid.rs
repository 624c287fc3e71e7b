//! `uuid`: a UUID.

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A UUID of any version in the 36 characters of RFC 9562, section 4.
pub struct Uuid;

impl ValueType for Uuid {
    fn name(&self) -> &'static str {
        "uuid"
    }

    fn describe(&self) -> &'static str {
        "a UUID of any version in its 36-character form (RFC 9562)"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        if value.len() == 36 && uuid::Uuid::try_parse(value).is_ok() {
            return Ok(Typed::String(value.to_owned()));
        }
        Err(Mismatch::new("is not a UUID").help("write it like 123e4567-e89b-12d3-a456-426614174000"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn any_version_in_any_case() {
        for value in ["123e4567-e89b-12d3-a456-426614174000", "0190163D-8694-739B-AEA5-966C26F8AD91"] {
            assert!(accept(&Uuid, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for value in [
            "",
            "123e4567e89b12d3a456426614174000",
            "{123e4567-e89b-12d3-a456-426614174000}",
            "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
            "123e4567-e89b-12d3-a456-42661417400g",
        ] {
            assert_eq!(reject(&Uuid, value), "is not a UUID", "{value}");
        }
    }
}
