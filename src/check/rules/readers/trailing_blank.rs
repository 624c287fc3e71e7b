//! `trailing-blank`: blanks stand behind a value.

use zeroize::Zeroizing;

use super::Cause;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// Blanks stand behind a value.
pub(super) struct TrailingBlank;

pub(super) const CODE: Code = Code {
    id: "trailing-blank",
    severity: Severity::Error,
    summary: "Blanks stand behind a value",
    help: "docker, kubectl and others take them for part of the value, where nobody sees them.",
};

impl Cause for TrailingBlank {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        let line_end = line.text.trim_ascii_end().len();
        !line.inline_comment && line.text[line_end..].iter().any(|byte| matches!(byte, b' ' | b'\t'))
    }

    fn sample(&self, _line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(Zeroizing::new("A=x ".to_owned()))
    }

    fn what(&self) -> &'static str {
        "the blank behind it"
    }

    fn misread(&self, name: &str) -> String {
        format!("the blank behind it would be taken for part of the value of {name}")
    }

    fn help(&self, _declared: bool) -> Option<&'static str> {
        Some("remove the blank, or use --fix")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn docker_keeps_the_blanks_behind_a_value() {
        let by = |readers: &[&str]| read_by(readers, "trailing-blank", "A=3600 \t\r\nB=1\n");
        let said =
            "the blank behind it would be taken for part of the value of A (remove the blank, or use --fix)";
        assert_eq!(by(&["docker", "bash"]), [format!("1:3 error: docker: {said}")]);
        assert!(by(&["python-dotenv", "bash"]).is_empty());
    }
}
