//! `sentry-dsn`: where errors are reported to.

use super::url::parse;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A Sentry client key: `https://KEY@HOST/PROJECT`, the project being a number at the end of the path.
pub struct SentryDsn;

impl ValueType for SentryDsn {
    fn name(&self) -> &'static str {
        "sentry-dsn"
    }

    fn describe(&self) -> &'static str {
        "a Sentry DSN: https://KEY@HOST/PROJECT"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let parts = parse(value).map_err(|_| not_a_dsn("is not a Sentry DSN"))?;
        if !matches!(parts.scheme.as_str(), "http" | "https") {
            return Err(not_a_dsn("is not a Sentry DSN"));
        }
        if parts.user.is_empty() {
            return Err(not_a_dsn("has no key before the host"));
        }
        let project = parts.path.rsplit('/').next().unwrap_or_default();
        if project.is_empty() || !project.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_dsn("does not end with the number of a project"));
        }
        Ok(Typed::Url(parts))
    }
}

fn not_a_dsn(message: &str) -> Mismatch {
    Mismatch::new(message).help("copy it from the project's settings, Client Keys: https://KEY@HOST/PROJECT")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn hosted_and_own_servers() {
        for value in [
            "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42",
            "http://key:secret@sentry.internal:9000/prefix/1",
        ] {
            assert!(matches!(accept(&SentryDsn, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn each_missing_part_is_named() {
        assert_eq!(reject(&SentryDsn, "0123456789abcdef"), "is not a Sentry DSN");
        assert_eq!(reject(&SentryDsn, "ftp://key@host/1"), "is not a Sentry DSN");
        assert_eq!(reject(&SentryDsn, "https://host/1"), "has no key before the host");
        assert_eq!(reject(&SentryDsn, "https://key@host/"), "does not end with the number of a project");
        assert_eq!(reject(&SentryDsn, "https://key@host/app"), "does not end with the number of a project");
    }
}
