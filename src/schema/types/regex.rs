//! `regex`: a regular expression.

use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// Most memory that the compiled expression may take; larger ones are seldom meant.
const SIZE: usize = 1024 * 1024;

/// A regular expression in the syntax of the `regex` crate: what Perl, Python and RE2 have in common, without
/// look-around and back-references.
pub struct Regex;

impl ValueType for Regex {
    fn name(&self) -> &'static str {
        "regex"
    }

    fn describe(&self) -> &'static str {
        "a regular expression without look-around and back-references (the syntax of RE2)"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::TEXT
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        // The error's own text quotes the value.
        match regex::RegexBuilder::new(value).size_limit(SIZE).build() {
            Ok(_) => Ok(Typed::String(value.to_owned())),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(Mismatch::new("is a regular expression that is too large"))
            }
            Err(_) => Err(Mismatch::new("is not a regular expression")
                .help("look-around and back-references are not accepted")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn expressions_are_accepted() {
        for value in ["^a+$", r"\d{3}-\w*", "(?i)x|y"] {
            assert!(accept(&Regex, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn what_cannot_be_compiled_is_refused() {
        for value in ["(", "[a", "a{2,1}", "(?=x)", r"(a)\1"] {
            assert_eq!(reject(&Regex, value), "is not a regular expression", "{value}");
        }
        assert_eq!(reject(&Regex, r"(\w{1000}){1000}"), "is a regular expression that is too large");
    }
}
