//! `deprecated`: a variable is set that should no longer be.

use super::{Code, Rule};
use crate::check::{Report, Severity, Subject, shown};

/// A variable is set that should no longer be.
pub struct Deprecated;

const CODE: Code = Code {
    id: "deprecated",
    severity: Severity::Warning,
    summary: "A deprecated variable is set",
    help: "The schema says why the variable should no longer be set, and what to set instead.",
};

impl Rule for Deprecated {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            if let (Some(reason), Some(assignment)) = (&found.variable.deprecated, &found.assignment) {
                let message = format!("{} is deprecated", shown(assignment.name));
                report.push(
                    subject
                        .finding_at(CODE.id, CODE.severity, assignment, message)
                        .help(shown(reason).into_owned()),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    #[test]
    fn a_deprecated_variable_that_is_set_says_what_to_set_instead() {
        let schema = "[vars.DB_URL]\nrequired = false\ndeprecated = \"set DATABASE_URL\"\n";
        assert_eq!(
            check("deprecated", schema, "DB_URL=x\n"),
            ["1:8 warning: DB_URL is deprecated (set DATABASE_URL)"]
        );
        assert!(check("deprecated", schema, "").is_empty());
    }
}
