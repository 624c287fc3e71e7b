//! `hash`: `#` stands in a value without quotes.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::Quote;

/// `#` stands in a value without quotes.
pub(super) struct Hash;

pub(super) const CODE: Code = Code {
    id: "hash",
    severity: Severity::Error,
    summary: "A # stands in a value without quotes",
    help: "About half of the readers begin a comment at any #, so that the value ends there: a generated password \
           is cut short without a word.",
};

impl Cause for Hash {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.quote == Quote::Bare && line.raw.contains(&b'#')
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        units(line).next().map(|_| value_of(line, |unit| unit == "#"))
    }

    fn what(&self) -> &'static str {
        "the # in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("the value of {name} would end at the #")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn node_ends_a_value_at_a_hash() {
        let by = |readers: &[&str], file: &str| read_by(readers, "hash", file);
        assert_eq!(
            by(&["node-dotenv", "docker"], "A=abc#def\n"),
            ["1:3 error: node-dotenv: the value of A would end at the # (no way to write this value suits \
                 node-dotenv, docker: use letters, digits and _ . / : , @ % + = -, or start the program with envward \
                 run, which carries every value)"]
        );
        assert_eq!(
            by(&["node-dotenv", "bash"], "A=abc#def\n"),
            [
                "1:3 error: node-dotenv: the value of A would end at the # (write it in single quotes, or use --fix)"
            ]
        );
        assert!(by(&["node-dotenv"], "A='abc#def'\n").is_empty());
    }
}
