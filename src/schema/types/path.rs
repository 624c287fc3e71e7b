//! `path`: where a file or directory lies.

use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// A path, absolute or relative. Nothing is looked up: the file may exist on another machine only.
pub struct Path;

impl ValueType for Path {
    fn name(&self) -> &'static str {
        "path"
    }

    fn describe(&self) -> &'static str {
        "a path, absolute or relative; `prefix = \"/\"` insists on an absolute one"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::TEXT
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        if value.is_empty() {
            return Err(Mismatch::new("is not a path").help("write it like /app/storage"));
        }
        if value.contains(char::is_control) {
            return Err(Mismatch::new("has a control character, which a path should not hold"));
        }
        if value.starts_with("~/") || value == "~" {
            return Err(
                Mismatch::new("begins with ~, which only a shell replaces").help("write the whole path")
            );
        }
        Ok(Typed::String(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn paths_are_accepted_as_they_are() {
        for value in ["/app/storage", "storage", "../x y", "C:\\data"] {
            assert!(accept(&Path, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn what_a_program_would_not_find_is_refused() {
        assert_eq!(reject(&Path, ""), "is not a path");
        assert_eq!(reject(&Path, "a\nb"), "has a control character, which a path should not hold");
        assert_eq!(reject(&Path, "~/data"), "begins with ~, which only a shell replaces");
    }
}
