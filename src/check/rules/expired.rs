//! `expired`: a token or a certificate is past its date, or close to it.

use jiff::{SignedDuration, Timestamp};

use super::{Code, Rule};
use crate::check::{Report, Severity, State, Subject, shown};
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
        for found in &subject.variables {
            let (State::Valid, Some(assignment)) = (&found.state, &found.assignment) else { continue };
            let Some((what, end)) = expiry(assignment.value.expose()) else { continue };
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
