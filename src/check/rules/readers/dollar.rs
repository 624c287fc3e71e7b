//! `dollar`: `$` stands in a value.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use super::command_substitution::is_command;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// `$` stands in a value.
pub(super) struct Dollar;

pub(super) const CODE: Code = Code {
    id: "dollar",
    severity: Severity::Error,
    summary: "A $ stands in a value",
    help: "Shells, Compose, python-dotenv and others expand what follows a $; where single quotes keep it in most of \
           them, Next, Vite and bun expand it there too.",
};

impl Cause for Dollar {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        units(line).any(|unit| unit == "$") && !is_command(line)
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, |unit| unit.starts_with(['$', '{', '}'])))
    }

    fn what(&self) -> &'static str {
        "the $ in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("what follows $ in the value of {name} would be expanded")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn a_dollar_is_expanded_outside_of_single_quotes() {
        let by = |readers: &[&str], file: &str| read_by(readers, "dollar", file);
        assert_eq!(
            by(&["compose", "bash", "systemd"], "A=$2b$12$abc\n"),
            [
                "1:3 error: compose, bash: what follows $ in the value of A would be expanded (write it in single \
                 quotes, or use --fix)"
            ]
        );
        assert!(by(&["compose", "bash", "systemd"], "A='$2b$12$abc'\n").is_empty());
    }
}
