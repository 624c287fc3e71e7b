//! `shell-character`: a character that shells obey stands in a value without quotes.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use super::command_substitution::is_command;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::Quote;

/// A character that shells obey stands in a value without quotes.
pub(super) struct ShellCharacter;

pub(super) const CODE: Code = Code {
    id: "shell-character",
    severity: Severity::Error,
    summary: "A character that shells obey stands in a value without quotes",
    help: "& ; | < > ( ) end a value in a shell: it starts a second command, or opens a file of that name.",
};

impl Cause for ShellCharacter {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.quote == Quote::Bare && units(line).any(is_operator) && !is_command(line)
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, is_operator))
    }

    fn what(&self) -> &'static str {
        "a shell operator in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("the value of {name} would end at a shell operator")
    }
}

fn is_operator(unit: &str) -> bool {
    unit.starts_with(['&', ';', '|', '<', '>', '(', ')'])
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn a_url_with_two_parameters_is_two_commands() {
        let by = |readers: &[&str], file: &str| read_by(readers, "shell-character", file);
        assert_eq!(
            by(&["bash", "docker"], "A=http://x/?a=1&b=2\n"),
            [
                "1:3 error: bash: A would be lost, because of a shell operator in its value (no way to write this value \
                 suits bash, docker: use letters, digits and _ . / : , @ % + = -, or start the program with envward \
                 run, which carries every value)"
            ]
        );
        assert!(by(&["python-dotenv", "docker"], "A=http://x/?a=1&b=2\n").is_empty());
    }
}
