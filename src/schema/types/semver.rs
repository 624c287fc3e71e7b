//! `semver`: a version number.

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A version by Semantic Versioning 2.0.0.
pub struct SemVer;

impl ValueType for SemVer {
    fn name(&self) -> &'static str {
        "semver"
    }

    fn describe(&self) -> &'static str {
        "a version by Semantic Versioning 2.0.0, such as 1.4.0 or 2.0.0-rc.1"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        // The error's own text may quote a character of the value.
        match semver::Version::parse(value) {
            Ok(_) => Ok(Typed::String(value.to_owned())),
            Err(_) if value.starts_with('v') => {
                Err(Mismatch::new("is not a semantic version").help("leave out the v"))
            }
            Err(_) => {
                Err(Mismatch::new("is not a semantic version").help("write three numbers, such as 1.4.0"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn versions_are_accepted() {
        for value in ["1.4.0", "2.0.0-rc.1", "1.0.0+build.5"] {
            assert!(accept(&SemVer, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn other_numbers_are_refused() {
        for value in ["", "1", "1.4", "v1.4.0", "01.4.0", "1.4.0.0"] {
            assert_eq!(reject(&SemVer, value), "is not a semantic version", "{value}");
        }
    }
}
