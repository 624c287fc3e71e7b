//! `type`: a value is not of its type, or breaks one of its limits.

use super::{Code, Rule};
use crate::check::{Report, Severity, State, Subject, shown};

/// A value is not of its type, or breaks one of its limits.
pub struct ValueType;

const CODE: Code = Code {
    id: "type",
    severity: Severity::Error,
    summary: "A value is not of its type, or breaks one of its limits",
    help: "The schema says which type a value has, and which limits.",
};

impl Rule for ValueType {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            if let (State::Invalid(mismatch), Some(assignment)) = (&found.state, &found.assignment) {
                let message = format!("{} {}", shown(assignment.name), mismatch.message);
                let mut finding = subject.finding_at(CODE.id, CODE.severity, assignment, message);
                finding.help.clone_from(&mismatch.help);
                report.push(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    #[test]
    fn a_value_that_is_not_of_its_type_is_an_error_at_the_value() {
        let schema = "[vars.PORT]\ntype = \"port\"\n[vars.DEBUG]\ntype = \"bool\"\n";
        let findings = check("type", schema, "PORT=http\nDEBUG=True\n");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("1:6 error: PORT is not "), "{findings:?}");
        assert!(!findings[0].contains("http"));
    }

    #[test]
    fn placeholders_and_empty_values_have_no_type() {
        let schema = "[vars.PORT]\ntype = \"port\"\n[vars.SIZE]\ntype = \"int\"\nrequired = false\n";
        assert!(check("type", schema, "PORT=<port>\nSIZE=\n").is_empty());
    }
}
