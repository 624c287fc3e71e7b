//! `weak-secret`: a secret that can be guessed.

use std::collections::HashSet;

use super::{Code, Rule, is_credential};
use crate::check::{Finding, Report, Severity, State, Subject, shown};
use crate::schema::constraints::estimate_bits;
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

/// Least entropy in bits that a random-looking secret should have: brute force ends well below it.
const LEAST_BITS: f64 = 64.0;

/// A value that is longer and uses more different characters than these is not searched for words: the search
/// is slow, and such a value is beyond guessing whatever it finds.
const LONG: usize = 40;
const VARIED: usize = 16;

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
                let message = format!("{what}{} is easy to guess", shown(assignment.name));
                report
                    .push(subject.finding_at(CODE.id, CODE.severity, assignment, message).help(help(found)));
            }
        }
    }
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

fn is_weak(text: &str) -> bool {
    let different = text.chars().collect::<HashSet<_>>().len();
    if text.len() > LONG && different > VARIED {
        return false;
    }
    if looks_random(text) {
        return estimate_bits(text) < LEAST_BITS;
    }
    // The search takes time that grows with the square of the length.
    let end = text.char_indices().nth(LONG).map_or(text.len(), |(end, _)| end);
    zxcvbn::zxcvbn(&text[..end], &[]).score() < zxcvbn::Score::Four
}

/// Hexadecimal digits only, or the base64 alphabets with digits and both cases well mixed.
fn looks_random(text: &str) -> bool {
    if text.len() < 16 {
        return false;
    }
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte));
    let has = |class: fn(&u8) -> bool| text.bytes().filter(class).count() >= 2;
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    hexadecimal || (base64 && mixed)
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
    }

    #[test]
    fn words_repetitions_and_short_texts_are_weak() {
        for weak in
            ["password", "secure_password", "admin123", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Summer2026"]
        {
            assert!(is_weak(weak), "{weak}");
        }
    }

    #[test]
    fn generated_secrets_are_strong() {
        for strong in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "b3JhbmdlIGp1aWNlIDQyIQx9zZ3kT1Pq",
            "correct-horse-battery-staple-mango-tree",
            "bgd_live_8Kq2mZtR4vXw9LpN3sYf7HcJ",
        ] {
            assert!(!is_weak(strong), "{strong}");
        }
    }
}
