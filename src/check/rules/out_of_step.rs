//! `out-of-step`: a stored whole is not the rendering of its template.

use super::{Code, Rule};
use crate::check::{Assignment, Finding, Report, Severity, Subject, shown};
use crate::schema::template::Template;
use crate::secret::Values;

/// A stored whole is not the rendering of its template.
pub struct OutOfStep;

const CODE: Code = Code {
    id: "out-of-step",
    severity: Severity::Error,
    summary: "A value that is made from others does not agree with them",
    help: "The rendering is stored because other readers need it; it has to be rendered again when a part \
           changes. A warning if it differs only from defaults.",
};

impl Rule for OutOfStep {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            if let (Some(template), Some(whole)) = (&found.variable.template, &found.assignment)
                && !whole.value.is_empty()
            {
                compare(subject, found, template, whole, report);
            }
        }
    }
}

/// Compares texts, placeholders too: a password that was filled in at one place only is the usual case.
fn compare(
    subject: &Subject<'_>,
    found: &Finding<'_>,
    template: &Template,
    whole: &Assignment<'_>,
    report: &mut Report,
) {
    let parts = template.parts();
    let texts: Values =
        parts.iter().filter_map(|part| Some(((*part).to_owned(), subject.text(part)?))).collect();
    if texts.is_empty() || template.render(&texts).is_ok_and(|rendered| rendered == *whole.value) {
        return;
    }
    let differing = match template.split(whole.value) {
        Some(split) => {
            let differs = |part: &&str| match (texts.get(*part), split.get(*part)) {
                (Some(text), Some(part)) => text != part,
                _ => false,
            };
            parts.into_iter().filter(differs).collect()
        }
        None if texts.len() == parts.len() => parts,
        None => return,
    };
    if differing.is_empty() {
        return;
    }
    let assigned = |part: &&str| subject.variable(part).is_some_and(|part| part.assignment.is_some());
    let severity = if differing.iter().any(assigned) { CODE.severity } else { Severity::Warning };
    let message = format!("{} does not agree with {}", shown(&found.variable.name), differing.join(", "));
    report.push(
        subject
            .finding_at(CODE.id, severity, whole, message)
            .help("correct the one that is wrong; --fix renders the whole again"),
    );
}
