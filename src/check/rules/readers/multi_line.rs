//! `multi-line`: a value spans lines.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::value_of;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// A value spans lines.
pub(super) struct MultiLine;

pub(super) const CODE: Code = Code {
    id: "multi-line",
    severity: Severity::Error,
    summary: "A value spans lines",
    help: "No way to write a line break is read alike by more than two thirds of the readers.",
};

impl Cause for MultiLine {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.raw.contains(&b'\n')
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, |unit| unit.contains('\n')))
    }

    fn what(&self) -> &'static str {
        "the line break in its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("the lines of the value of {name} would be read differently")
    }

    fn hides_the_rest(&self) -> bool {
        true
    }

    fn help(&self, _declared: bool) -> Option<&'static str> {
        Some("keep it in the sealed file alone, name a file that holds it, or give it as base64")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn docker_reads_the_first_line_only() {
        let by = |readers: &[&str], file: &str| read_by(readers, "multi-line", file);
        let help = "(keep it in the sealed file alone, name a file that holds it, or give it as base64)";
        assert_eq!(
            by(&["podman", "bash"], "A=\"one\nB=two\"\n"),
            [format!("1:3 error: podman: the lines of the value of A would be read differently {help}")]
        );
        assert!(by(&["python-dotenv", "bash"], "A=\"one\nB=two\"\n").is_empty());
    }
}
