//! `unquoted-blank`: a blank stands in a value without quotes.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::Quote;

/// A blank stands in a value without quotes.
pub(super) struct UnquotedBlank;

pub(super) const CODE: Code = Code {
    id: "unquoted-blank",
    severity: Severity::Error,
    summary: "A blank stands in a value without quotes",
    help: "A shell takes the second word for a command and runs it; dotenvy refuses the file.",
};

impl Cause for UnquotedBlank {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.quote == Quote::Bare && units(line).any(is_blank)
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, is_blank))
    }

    fn what(&self) -> &'static str {
        "the blank in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("the value of {name} would end at the blank")
    }
}

fn is_blank(unit: &str) -> bool {
    unit.starts_with(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn the_second_word_is_a_command_to_a_shell() {
        let by = |readers: &[&str], file: &str| read_by(readers, "unquoted-blank", file);
        let help = "(write it in single quotes, or use --fix)";
        let lost = "A would be lost, because of the blank in its value";
        let refused = "the whole file would be refused, because of the blank in its value";
        assert_eq!(by(&["bash"], "A=My App\n"), [format!("1:3 error: bash: {lost} {help}")]);
        assert_eq!(
            by(&[], "A=My App\nB='My App'\n"),
            [format!("1:3 warning: dotenvy: {refused}; bash: {lost} {help}")]
        );
        assert!(by(&["python-dotenv", "docker"], "A=My App\n").is_empty());
    }
}
