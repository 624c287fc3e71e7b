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
