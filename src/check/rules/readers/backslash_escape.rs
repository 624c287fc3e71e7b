//! `backslash-escape`: a backslash stands in a value.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::value_of;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// A backslash stands in a value.
pub(super) struct BackslashEscape;

pub(super) const CODE: Code = Code {
    id: "backslash-escape",
    severity: Severity::Error,
    summary: "A backslash stands in a value",
    help: "In double quotes readers know different escapes, and without quotes some drop it.",
};

impl Cause for BackslashEscape {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.raw.contains(&b'\\')
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, |unit| unit.starts_with('\\')))
    }

    fn what(&self) -> &'static str {
        "the backslash in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("a backslash in the value of {name} would be read differently")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn escapes_in_double_quotes_are_not_portable() {
        let by = |readers: &[&str], file: &str| read_by(readers, "backslash-escape", file);
        assert_eq!(
            by(&["python-dotenv", "node-dotenv"], "A=\"say \\\"hi\\\"\"\n"),
            [
                "1:3 error: node-dotenv: a backslash in the value of A would be read differently (write it in single \
                 quotes, or use --fix)"
            ]
        );
        assert_eq!(
            by(&["dotenvy", "bash"], "A=C:\\dir\n"),
            [
                "1:3 error: dotenvy: the whole file would be refused, because of the backslash in its value; bash: a \
                 backslash in the value of A would be read differently (write it in single quotes, or use --fix)"
            ]
        );
    }
}
