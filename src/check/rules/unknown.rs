//! `unknown`: the file assigns a name that the schema does not have.

use super::{Code, Rule};
use crate::check::{Finding, Report, Scope, Severity, State, Subject, shown};
use crate::schema::Schema;
use crate::suggest::closest;

/// The file assigns a name that the schema does not have.
pub struct Unknown;

const CODE: Code = Code {
    id: "unknown",
    severity: Severity::Error,
    summary: "A name is not in the schema",
    help: "It may be misspelt, and then the variable that was meant is not set. An error if it is one slip \
           away from a variable that is not set, else a warning.",
};

/// Names that are compared with the schema. A file with more of them has another problem than spelling.
const MOST_SUGGESTIONS: usize = 50;

/// Longest name that is compared.
const LONGEST_NAME: usize = 64;

impl Rule for Unknown {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let Some(schema) = subject.schema else { return };
        if subject.scope == Scope::Process {
            return;
        }
        for (count, &position) in subject.unknown.iter().enumerate() {
            let assignment = &subject.assignments[position];
            let suggestion =
                if count < MOST_SUGGESTIONS { suggestion(schema, assignment.name) } else { None };
            let misspelt = suggestion.is_some_and(|name| {
                let unset = |found: &Finding<'_>| matches!(found.state, State::Unset);
                is_slip(assignment.name, name) && subject.variable(name).is_some_and(unset)
            });
            let severity = if misspelt { Severity::Error } else { Severity::Warning };
            let message = format!("{} is not in the schema", shown(assignment.name));
            let finding = subject.finding_at(CODE.id, severity, assignment, message);
            report.push(match suggestion {
                Some(name) => finding.help(format!("did you mean {}?", shown(name))),
                None => finding.help("add it to the schema, or remove it"),
            });
        }
    }
}

/// The variable that was probably meant.
fn suggestion<'a>(schema: &'a Schema, name: &str) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let similar = |known: &&str| known.len().abs_diff(name.len()) <= name.len().div_ceil(3);
    closest(name, schema.vars.keys().map(String::as_str).filter(similar))
}

/// Whether the two names are one slip apart, letter case aside.
fn is_slip(name: &str, known: &str) -> bool {
    strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase()) <= 1
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    const SCHEMA: &str = "[vars.LOG_LEVEL]\nrequired = false\n[vars.PORT]\nrequired = false\n";

    fn unknown(file: &str) -> Vec<String> {
        check("unknown", SCHEMA, file)
    }

    #[test]
    fn a_slip_of_an_unset_variable_is_an_error() {
        assert_eq!(
            unknown("LOG_LEVLE=INFO\n"),
            ["1:11 error: LOG_LEVLE is not in the schema (did you mean LOG_LEVEL?)"]
        );
    }

    #[test]
    fn another_name_is_a_warning() {
        assert_eq!(
            unknown("SENTRY_DSN=x\nLOG_LEVEL=INFO\nLOGLEVEL=INFO\n"),
            [
                "1:12 warning: SENTRY_DSN is not in the schema (add it to the schema, or remove it)",
                "3:10 warning: LOGLEVEL is not in the schema (did you mean LOG_LEVEL?)",
            ]
        );
    }
}
