//! `weak-secret`: a secret that can be guessed.

use std::collections::HashSet;

use super::{Code, Rule, is_credential};
use crate::check::{Finding, Report, Severity, State, Subject, shown};
use crate::schema::strength::{is_weak, looks_random};
use crate::schema::types::Typed;

/// A secret that can be guessed.
pub struct WeakSecret;

const CODE: Code = Code {
    id: "weak-secret",
    severity: Severity::Warning,
    summary: "A secret can be guessed",
    help: "Random secrets are judged by the entropy of their characters, others by how many guesses a \
           dictionary attack needs.",
};

impl Rule for WeakSecret {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            if let (State::Valid, Some(assignment)) = (&found.state, &found.assignment)
                && !found.is_likely_placeholder()
                && let Some((what, text)) = candidate(subject, found)
                && is_weak(text)
            {
                let judged = if is_short(text) { "short for a random secret" } else { "easy to guess" };
                let message = format!("{what}{} is {judged}", shown(assignment.name));
                report
                    .push(subject.finding_at(CODE.id, CODE.severity, assignment, message).help(help(found)));
            }
        }
    }
}

/// Whether it is random as it looks, and only too little of it: nobody guesses it from a dictionary.
fn is_short(text: &str) -> bool {
    const VARIED: usize = 7;
    looks_random(text) && text.chars().collect::<HashSet<_>>().len() >= VARIED
}

/// The text that has to be hard to guess: the value, or the password inside a URL.
fn candidate<'a>(subject: &'a Subject<'_>, found: &Finding<'a>) -> Option<(&'static str, &'a str)> {
    let variable = found.variable;
    if is_credential(variable) && variable.value_type.name() != "jwt" {
        return Some(("", found.assignment?.value.expose()));
    }
    match subject.typed.get(variable.name.as_str())? {
        Typed::Url(parts) if variable.secret && variable.template.is_none() && !parts.password.is_empty() => {
            Some(("the password in ", &parts.password))
        }
        _ => None,
    }
}

fn help(found: &Finding<'_>) -> String {
    match found.variable.generate {
        Some(_) => format!("make one with: envward generate --for {}", shown(&found.variable.name)),
        None => "use a random value of 128 bits or more".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::check;

    const SCHEMA: &str = "
        [vars.KEY]
        generate = { kind = \"hex\", bytes = 32 }
        [vars.URL]
        type = \"postgres-url\"
        required = false
        [vars.LEVEL]
        secret = false
        required = false
    ";

    #[test]
    fn a_secret_that_can_be_guessed_is_a_warning() {
        assert_eq!(
            check(
                CODE.id,
                SCHEMA,
                "KEY=Summer2026\nURL=postgres://app:Winter2025@db/app\nLEVEL=Summer2026\n"
            ),
            [
                "1:5 warning: KEY is easy to guess (make one with: envward generate --for KEY)",
                "2:5 warning: the password in URL is easy to guess (use a random value of 128 bits or more)",
            ]
        );
        let found = |key: &str| check(CODE.id, "[vars.KEY]\n", &format!("KEY={key}\n"));
        for short in ["9f86d081884c7d65", "Zx81kQmv99Tr5LpW"] {
            let message =
                "1:5 warning: KEY is short for a random secret (use a random value of 128 bits or more)";
            assert_eq!(found(short), [message]);
        }
        let message = "1:5 warning: KEY is easy to guess (use a random value of 128 bits or more)";
        assert_eq!(found("aaaaaaaaaaaaaaaa"), [message]);
    }
}
