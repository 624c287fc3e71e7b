//! `inline-comment`: a comment stands on the line of a value.

use zeroize::Zeroizing;

use super::Cause;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// A comment stands on the line of a value.
pub(super) struct InlineComment;

pub(super) const CODE: Code = Code {
    id: "inline-comment",
    severity: Severity::Error,
    summary: "A comment stands on the line of a value",
    help: "Readers that know no quoting, such as docker and kubectl, take the comment for part of the value.",
};

impl Cause for InlineComment {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.inline_comment
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        // What is in the comment counts: some readers look for quotes there too.
        let after = std::str::from_utf8(line.text).ok()?.rsplit_once(std::str::from_utf8(line.raw).ok()?)?.1;
        Some(Zeroizing::new(format!("A=x{after}")))
    }

    fn what(&self) -> &'static str {
        "the comment behind it"
    }

    fn misread(&self, name: &str) -> String {
        format!("the comment would be taken for part of the value of {name}")
    }

    fn help(&self, _declared: bool) -> Option<&'static str> {
        Some("move the comment to a line of its own above, or use --fix")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn a_comment_behind_a_value_depends_on_who_reads_it() {
        let by = |readers: &[&str]| read_by(readers, "inline-comment", "A=3600  # 1 hour\n");
        let help = "(move the comment to a line of its own above, or use --fix)";
        let said = "the comment would be taken for part of the value of A";
        assert_eq!(by(&[]), [format!("1:3 warning: docker, kubectl, systemd: {said} {help}")]);
        assert_eq!(by(&["python-dotenv", "docker"]), [format!("1:3 error: docker: {said} {help}")]);
        assert!(by(&["python-dotenv"]).is_empty());
    }
}
