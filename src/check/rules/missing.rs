//! `missing`: a required variable has no value.

use super::placeholder::how_to_get;
use super::{Code, Rule};
use crate::check::{Finding, Report, Severity, State, Subject, shown};
use crate::schema::Required;
use crate::schema::rules::Outcome;

/// A required variable has no value.
pub struct Missing;

const CODE: Code = Code {
    id: "missing",
    severity: Severity::Error,
    summary: "A required variable is not set",
    help: "A variable is required unless the schema says otherwise. An empty value counts as unset; a default, \
           or a whole that gives the part away, counts as set.",
};

impl Rule for Missing {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            let unset = matches!(found.state, State::Unset) && !subject.is_provided(found.variable);
            if unset && let Some(reason) = reason(subject, found, report) {
                report_missing(subject, found, &reason, report);
            }
        }
    }
}

/// Why the variable must be set, as the end of a sentence; `None` if it need not be.
fn reason(subject: &Subject<'_>, found: &Finding<'_>, report: &mut Report) -> Option<String> {
    let Required::When(condition) = &found.variable.required else {
        return matches!(found.variable.required, Required::Always).then(String::new);
    };
    match condition.evaluate(subject.environment, &subject.typed) {
        Outcome::True => Some(format!(" while {}", shown(&condition.source))),
        // What the condition reads is optional itself, or missing and then a finding of its own.
        Outcome::False | Outcome::Unset(_) => None,
        Outcome::Failed(why) => {
            let name = shown(&found.variable.name);
            let message = format!("cannot tell whether {name} is required: {}", shown(&why));
            report.push(
                subject
                    .finding(CODE.id, CODE.severity, message)
                    .variable(&found.variable.name)
                    .help(format!("its condition is: {}", shown(&condition.source))),
            );
            None
        }
    }
}

fn report_missing(subject: &Subject<'_>, found: &Finding<'_>, reason: &str, report: &mut Report) {
    let name = shown(&found.variable.name);
    let finding = if let Some(empty) = &found.assignment {
        let message = format!("{name} is empty, and required{reason}");
        subject.finding_at(CODE.id, CODE.severity, empty, message)
    } else {
        let message = format!("{name} is not set, and required{reason}");
        subject.finding(CODE.id, CODE.severity, message).variable(&found.variable.name)
    };
    report.push(finding.help(how_to_get(found.variable)));
}
