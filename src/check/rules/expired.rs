//! `expired`: a token or a certificate is past its date, or close to it.

use jiff::{SignedDuration, Timestamp};

use super::{Code, Rule};
use crate::check::{Assignment, Report, Severity, State, Subject, shown};
use crate::schema::types::{certificate_expiry, jwt_expiry};

/// A token or a certificate is past its date, or close to it.
pub struct Expired;

const CODE: Code = Code {
    id: "expired",
    severity: Severity::Error,
    summary: "A token or a certificate is past its date",
    help: "The `exp` claim of a JWT (RFC 7519, 4.1.4) or the `notAfter` of a certificate (RFC 5280, 4.1.2.5). A \
           warning in the last two weeks before.",
};

/// How long before the date to warn.
const NEAR: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Rule for Expired {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for (assignment, what, end) in ends(subject) {
            let name = shown(assignment.name);
            let date = end.strftime("%Y-%m-%d");
            let (severity, message) = if end <= subject.now {
                (CODE.severity, format!("the {what} in {name} expired on {date}"))
            } else if end.duration_since(subject.now) <= NEAR {
                (Severity::Warning, format!("the {what} in {name} expires on {date}"))
            } else {
                continue;
            };
            report.push(
                subject
                    .finding_at(CODE.id, severity, assignment, message)
                    .help(format!("replace it with a new {what}")),
            );
        }
    }

    fn next_change(&self, subject: &Subject<'_>) -> Option<Timestamp> {
        ends(subject).map(|(_, _, end)| end).filter(|end| *end > subject.now).min()
    }
}

/// What ends at some time, and when.
fn ends<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (&'a Assignment<'a>, &'static str, Timestamp)> {
    subject.variables.iter().filter_map(|found| {
        let (State::Valid, Some(assignment)) = (&found.state, &found.assignment) else { return None };
        let (what, end) = expiry(assignment.value.expose())?;
        Some((assignment, what, end))
    })
}

fn expiry(value: &str) -> Option<(&'static str, Timestamp)> {
    if value.starts_with("eyJ") {
        return Some(("token", jwt_expiry(value)?));
    }
    if value.contains("-----BEGIN CERTIFICATE-----") {
        return Some(("certificate", certificate_expiry(value)?));
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::check::testing::{NOW, World, check, check_in, schema};
    use crate::check::{Input, Subject, next_change};
    use crate::dotenv::Document;

    /// A token that ends so many days from now.
    fn token(days: i64) -> String {
        let now: jiff::Timestamp = NOW.parse().expect("a date");
        let encode = |text: String| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let claims = format!("{{\"exp\":{}}}", now.as_second() + days * 86_400);
        let header = encode("{\"alg\":\"HS256\"}".to_owned());
        format!("T={header}.{}.{}\n", encode(claims), encode("signature".to_owned()))
    }

    fn expired(file: &str) -> Vec<String> {
        check("expired", "[vars.T]\n", file)
    }

    #[test]
    fn a_token_past_its_date_is_an_error_and_one_close_to_it_a_warning() {
        assert_eq!(
            expired(&token(-1)),
            ["1:3 error: the token in T expired on 2026-02-28 (replace it with a new token)"]
        );
        assert_eq!(
            expired(&token(13)),
            ["1:3 warning: the token in T expires on 2026-03-14 (replace it with a new token)"]
        );
        assert!(expired(&token(15)).is_empty());
        assert!(expired("T=eyJhbGciOiJub25lIn0.e30.\n").is_empty());
    }

    #[test]
    fn a_certificate_past_its_date_is_an_error_and_one_close_to_it_a_warning() {
        let file = format!("T='{}'\n", include_str!("../../../tests/fixtures/pem/certificate.pem"));
        let at =
            |now| check_in(&World { now: Some(now), ..World::default() }, "expired", "[vars.T]\n", &file);
        assert_eq!(
            at("2036-11-19T00:00:00Z"),
            ["1:3 error: the certificate in T expired on 2036-11-18 (replace it with a new certificate)"]
        );
        assert_eq!(
            at("2036-11-17T00:00:00Z"),
            ["1:3 warning: the certificate in T expires on 2036-11-18 (replace it with a new certificate)"]
        );
        assert!(at(NOW).is_empty());
    }

    #[test]
    fn the_next_error_is_told_in_advance() {
        let schema = schema("[vars.T]\n[vars.U]\n[vars.V]\n");
        let text = ["T", "U", "V"]
            .iter()
            .zip([-1, 30, 5])
            .map(|(name, days)| token(days).replace("T=", &format!("{name}=")));
        let values = Document::parse(text.collect::<String>().as_bytes())
            .unwrap_or_else(|_| panic!("readable"))
            .values();
        let now = NOW.parse().expect("a date");
        let subject = Subject::new(Some(&schema), "production", None, Input::Sealed(&values), &[], now);
        assert_eq!(
            next_change(&subject).map(|time| time.to_string()).as_deref(),
            Some("2026-03-06T12:00:00Z")
        );
    }
}
