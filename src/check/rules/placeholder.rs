//! `placeholder`: a value still stands for "fill this in".

use super::{Code, Rule};
use crate::check::{Report, Severity, State, Subject, shown};
use crate::schema::Variable;

/// A value still stands for "fill this in".
pub struct Placeholder;

const CODE: Code = Code {
    id: "placeholder",
    severity: Severity::Error,
    summary: "A placeholder was never filled in",
    help: "A placeholder counts as unset: most programs would take its text for the real value.",
};

impl Rule for Placeholder {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            if let (State::Placeholder, Some(assignment)) = (&found.state, &found.assignment) {
                let message = format!("{} is still a placeholder", shown(assignment.name));
                let finding = subject.finding_at(CODE.id, CODE.severity, assignment, message);
                report.push(finding.help(how_to_get(found.variable)));
            }
        }
    }
}

/// How a person comes to a value for a variable.
pub(super) fn how_to_get(variable: &Variable) -> String {
    let name = shown(&variable.name);
    if let Some(template) = &variable.template {
        return format!("it is rendered from {}", template.parts().join(", "));
    }
    if variable.generate.is_some() {
        return format!("make one with: envward generate --for {name}");
    }
    match (&variable.obtain, &variable.description) {
        (Some(obtain), _) => format!("get one at {}", shown(obtain)),
        (None, Some(description)) => {
            format!("it says: {}", shown(description.lines().next().unwrap_or_default()))
        }
        (None, None) => format!("give {name} its real value"),
    }
}
