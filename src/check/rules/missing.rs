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

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    fn missing(schema: &str, file: &str) -> Vec<String> {
        check("missing", schema, file)
    }

    #[test]
    fn a_required_variable_must_have_a_value() {
        assert_eq!(
            missing("[vars.A]\n[vars.B]\n", "B=\n"),
            [
                "1:3 error: B is empty, and required (give B its real value)",
                "error: A is not set, and required (give A its real value)",
            ]
        );
    }

    #[test]
    fn what_is_optional_defaulted_or_set_elsewhere_is_not_missing() {
        let schema = "
            [vars.A]
            required = false
            [vars.B]
            default = { production = \"x\" }
            [vars.PORT]
            source = \"environment\"
            [vars.PEM]
        ";
        assert!(missing(schema, "# PEM: only in the sealed file (multi-line)\n").is_empty());
    }

    #[test]
    fn a_default_of_another_environment_does_not_count() {
        assert_eq!(missing("[vars.B]\ndefault = { staging = \"x\" }\n", "").len(), 1);
    }

    #[test]
    fn a_condition_decides() {
        let schema = "
            [vars.PROVIDER]
            required = false
            [vars.KEY]
            required = \"PROVIDER == 'openai'\"
        ";
        assert_eq!(
            missing(schema, "PROVIDER=openai\n"),
            ["error: KEY is not set, and required while PROVIDER == 'openai' (give KEY its real value)"]
        );
        assert!(missing(schema, "PROVIDER=other\n").is_empty());
        assert!(missing(schema, "").is_empty());
    }

    #[test]
    fn a_part_that_its_whole_gives_away_is_there() {
        let schema = "
            [vars.PASSWORD]
            [vars.URL]
            type = \"redis-url\"
            template = \"redis://:${PASSWORD|url}@cache:6379/0\"
        ";
        assert!(missing(schema, "URL=redis://:x%2Fy@cache:6379/0\n").is_empty());
        assert_eq!(missing(schema, "URL=redis://:x%2Fy@elsewhere:6379/0\n").len(), 1);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_no_missing_variable() {
        assert!(missing("[vars.A]\n", "A = x\n").is_empty());
    }
}
