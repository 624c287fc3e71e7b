//! `long-line`: a line is longer than some readers take.

use zeroize::Zeroizing;

use super::Cause;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// 64 KiB, the buffer of Go's `bufio.Scanner`.
pub(super) const LONG: usize = 64 * 1024;

/// A line is longer than some readers take.
pub(super) struct LongLine;

pub(super) const CODE: Code = Code {
    id: "long-line",
    severity: Severity::Error,
    summary: "A line is longer than some readers take",
    help: "kubectl stops reading at a line of 64 KiB, without an error: what follows is lost. docker and podman refuse \
           the file.",
};

impl Cause for LongLine {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.text.len() >= LONG
    }

    fn sample(&self, _line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(Zeroizing::new(format!("A={}", "x".repeat(LONG))))
    }

    fn what(&self) -> &'static str {
        "the length of its line"
    }

    fn misread(&self, name: &str) -> String {
        format!("the value of {name} would be cut short")
    }

    fn help(&self, _declared: bool) -> Option<&'static str> {
        Some("name a file that holds the value instead")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn kubectl_loses_what_follows_a_long_line() {
        let file = format!("A={}\nB=1\n", "x".repeat(70_000));
        let by = |readers: &[&str]| read_by(readers, "long-line", &file);
        let lost = "what follows A would be lost, because of the length of its line";
        let refused = "the whole file would be refused, because of the length of its line";
        let help = "(name a file that holds the value instead)";
        assert_eq!(by(&["kubectl"]), [format!("1:3 error: kubectl: {lost} {help}")]);
        assert_eq!(by(&[]), [format!("1:3 warning: docker: {refused}; kubectl: {lost} {help}")]);
    }
}
