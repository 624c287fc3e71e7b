//! `out-of-step`: a stored whole is not the rendering of its template.

use super::{Code, Rule};
use crate::check::{Assignment, Finding, Report, Severity, State, Subject, shown};
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
                && matches!(found.state, State::Valid | State::Invalid(_))
            {
                compare(subject, found, template, whole, report);
            }
        }
    }
}

/// Compares texts, also the placeholder of a part: a password that was filled in at one place only is the
/// usual case.
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
    report.push(subject.finding_at(CODE.id, severity, whole, message).help("correct the one that is wrong"));
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    const SCHEMA: &str = "
        [vars.DB_USER]
        secret = false
        default = \"app\"
        [vars.DB_PASSWORD]
        [vars.DATABASE_URL]
        type = \"postgres-url\"
        template = \"postgresql://${DB_USER}:${DB_PASSWORD|url}@db/app\"
    ";

    fn out_of_step(file: &str) -> Vec<String> {
        check("out-of-step", SCHEMA, file)
    }

    #[test]
    fn a_rendering_is_in_step() {
        let file = "DB_PASSWORD=a/b\nDATABASE_URL=postgresql://app:a%2Fb@db/app\n";
        assert!(out_of_step(file).is_empty());
    }

    #[test]
    fn the_part_that_disagrees_is_named() {
        let file = "DB_PASSWORD=one\nDATABASE_URL=postgresql://app:two@db/app\n";
        assert_eq!(
            out_of_step(file),
            ["2:14 error: DATABASE_URL does not agree with DB_PASSWORD (correct the one that is wrong)"]
        );
    }

    #[test]
    fn a_placeholder_beside_a_real_whole_disagrees() {
        let file = "DB_PASSWORD=<strong_password>\nDATABASE_URL=postgresql://app:two@db/app\n";
        assert_eq!(out_of_step(file).len(), 1);
    }

    #[test]
    fn a_whole_of_another_shape_disagrees_with_all_parts() {
        let file = "DB_PASSWORD=one\nDATABASE_URL=postgresql://app:one@elsewhere/app\n";
        assert_eq!(
            out_of_step(file),
            [
                "2:14 error: DATABASE_URL does not agree with DB_USER, DB_PASSWORD (correct the one that is wrong)"
            ]
        );
    }

    #[test]
    fn a_whole_that_was_given_alone_counts() {
        assert!(out_of_step("DATABASE_URL=postgresql://app:two@db/app\n").is_empty());
        let other_user = out_of_step("DATABASE_URL=postgresql://root:two@db/app\n");
        assert_eq!(
            other_user,
            ["1:14 warning: DATABASE_URL does not agree with DB_USER (correct the one that is wrong)"]
        );
    }
}
