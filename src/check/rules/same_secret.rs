//! `same-secret`: one secret under two names, or in two environments.

use std::collections::HashMap;

use super::{Code, Rule, is_credential};
use crate::check::{Finding, Report, Severity, State, Subject, shown};
use crate::schema::types::Typed;

/// One secret under two names, or in two environments.
pub struct SameSecret;

const CODE: Code = Code {
    id: "same-secret",
    severity: Severity::Warning,
    summary: "The same secret is used twice",
    help: "Whoever learns it in one place has the other too, and it can only be rotated in both at once.",
};

/// Shorter values are weak before they are anything else.
const SHORTEST: usize = 6;

impl Rule for SameSecret {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let parts = parts_of_templates(subject);
        let is_part = |name: &str| parts.contains(&name);
        under_two_names(subject, &is_part, report);
        in_two_environments(subject, report);
    }
}

fn parts_of_templates<'a>(subject: &Subject<'a>) -> Vec<&'a str> {
    let templates = subject.variables.iter().filter_map(|found| found.variable.template.as_ref());
    templates.flat_map(|template| template.parts()).collect()
}

fn under_two_names(subject: &Subject<'_>, is_part: &dyn Fn(&str) -> bool, report: &mut Report) {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for found in subject.variables.iter().filter(|found| is_credential(found.variable)) {
        let (State::Valid, Some(assignment)) = (&found.state, &found.assignment) else { continue };
        if assignment.value.len() < SHORTEST || is_part(assignment.name) || found.is_likely_placeholder() {
            continue;
        }
        let other = *first.entry(assignment.value.expose()).or_insert(assignment.name);
        if other != assignment.name {
            let message = format!("{} has the same value as {}", shown(assignment.name), shown(other));
            report.push(
                subject
                    .finding_at(CODE.id, CODE.severity, assignment, message)
                    .help("give each its own secret"),
            );
        }
    }
}

fn in_two_environments(subject: &Subject<'_>, report: &mut Report) {
    for found in subject.variables.iter().filter(|found| holds_a_secret(subject, found)) {
        let (State::Valid, Some(assignment)) = (&found.state, &found.assignment) else { continue };
        if found.is_likely_placeholder() {
            continue;
        }
        let same =
            subject.others.iter().find(|other| other.values.get(assignment.name) == Some(assignment.value));
        if let Some(other) = same {
            let name = shown(assignment.name);
            let message = format!("{name} has the same value in the environment {}", shown(&other.name));
            report.push(
                subject
                    .finding_at(CODE.id, CODE.severity, assignment, message)
                    .help("give each environment its own secret"),
            );
        }
    }
}

/// A credential, or a URL with a password in it.
fn holds_a_secret(subject: &Subject<'_>, found: &Finding<'_>) -> bool {
    let variable = found.variable;
    if is_credential(variable) {
        return found.assignment.is_some_and(|assignment| assignment.value.len() >= SHORTEST);
    }
    let typed = subject.typed.get(variable.name.as_str());
    variable.secret
        && variable.template.is_none()
        && matches!(typed, Some(Typed::Url(parts)) if !parts.password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::OtherEnvironment;
    use crate::check::testing::{World, check, check_in};
    use crate::secret::{Secret, Values};

    const SCHEMA: &str = "
        [vars.A]
        [vars.B]
        [vars.LEVEL]
        secret = false
        [vars.URL]
        type = \"redis-url\"
        [vars.PASSWORD]
        [vars.WHOLE]
        template = \"${PASSWORD}\"
    ";

    #[test]
    fn one_value_under_two_names() {
        assert_eq!(
            check(CODE.id, SCHEMA, "A=hunter2x\nB=hunter2x\n"),
            ["2:3 warning: B has the same value as A (give each its own secret)"]
        );
    }

    #[test]
    fn placeholders_settings_and_templates_are_not_secrets_used_twice() {
        assert!(check(CODE.id, SCHEMA, "A=changeme\nB=changeme\n").is_empty());
        assert!(check(CODE.id, SCHEMA, "A=admin_password\nB=admin_password\n").is_empty());
        assert!(check(CODE.id, SCHEMA, "A=production\nLEVEL=production\n").is_empty());
        assert!(check(CODE.id, SCHEMA, "A=hunter2x\nPASSWORD=hunter2x\nWHOLE=hunter2x\n").is_empty());
    }

    #[test]
    fn one_value_in_two_environments() {
        let file = "A=hunter2x\nURL=redis://:hunter2x@h/0\nB=onlyhere\n";
        let mut values = Values::new();
        for (name, value) in [("A", "hunter2x"), ("URL", "redis://:hunter2x@h/0"), ("B", "elsewhere")] {
            values.insert(name.to_owned(), Secret::new(value));
        }
        let others = vec![OtherEnvironment { name: "staging".to_owned(), values }];
        let found = check_in(&World { others, ..World::default() }, CODE.id, SCHEMA, file);
        assert_eq!(
            found,
            [
                "1:3 warning: A has the same value in the environment staging (give each environment its own \
                 secret)",
                "2:5 warning: URL has the same value in the environment staging (give each environment its own \
                 secret)",
            ]
        );
    }

    #[test]
    fn an_address_without_a_password_is_no_secret() {
        let mut values = Values::new();
        values.insert("URL".to_owned(), Secret::new("redis://localhost:6379/0"));
        let others = vec![OtherEnvironment { name: "staging".to_owned(), values }];
        let world = World { others, ..World::default() };
        assert!(check_in(&world, CODE.id, SCHEMA, "URL=redis://localhost:6379/0\n").is_empty());
    }
}
