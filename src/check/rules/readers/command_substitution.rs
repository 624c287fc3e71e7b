//! `command-substitution`: `$(…)` or backticks stand in a value.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::Quote;

/// `$(…)` or backticks stand in a value.
pub(super) struct CommandSubstitution;

pub(super) const CODE: Code = Code {
    id: "command-substitution",
    severity: Severity::Error,
    summary: "$(…) or backticks stand in a value",
    help: "Shells, and some libraries too, run it as a command when they read the file. In single quotes nothing does.",
};

impl Cause for CommandSubstitution {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        is_command(line)
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, |unit| "$()`".contains(unit)))
    }

    fn what(&self) -> &'static str {
        "the command in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("what stands in $(…) or backticks in the value of {name} would be read differently")
    }
}

/// Whether `$(` or a backtick stands in the value, outside of single quotes.
pub(super) fn is_command(line: &Assignment<'_>) -> bool {
    if line.quote == Quote::Single {
        return false;
    }
    let mut after_dollar = false;
    units(line).any(|unit| {
        let command = unit == "`" || (after_dollar && unit == "(");
        after_dollar = unit == "$";
        command
    })
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn a_shell_would_run_what_is_between_the_parentheses() {
        let by = |readers: &[&str], file: &str| read_by(readers, "command-substitution", file);
        for value in ["$(touch x)", "\"$(touch x)\"", "`touch x`"] {
            assert_eq!(
                by(&["bash", "python-dotenv"], &format!("A={value}\n")),
                [
                    "1:3 error: bash: a command or an expansion would be run to read A, because of the command in its \
                     value (write it in single quotes, or use --fix)"
                ],
                "{value}"
            );
        }
        assert!(by(&["bash"], "A='$(touch x)'\n").is_empty());
    }
}
