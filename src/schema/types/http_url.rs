//! `http-url`: where a web server answers.

use super::url::{check_schemes, parse};
use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// A URL with the scheme `http` or `https` and a host.
pub struct HttpUrl;

impl ValueType for HttpUrl {
    fn name(&self) -> &'static str {
        "http-url"
    }

    fn describe(&self) -> &'static str {
        "a URL with the scheme http or https; `schemes = [\"https\"]` insists on TLS"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::URL
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let parts = parse(value)?;
        check_schemes(&parts.scheme, constraints)?;
        if !matches!(parts.scheme.as_str(), "http" | "https") {
            return Err(Mismatch::new("is not an http or https URL").help("begin with https://"));
        }
        Ok(Typed::Url(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn http_and_https_are_accepted() {
        for value in ["https://example.com", "http://localhost:8000/api?x=1", "https://[::1]/"] {
            assert!(matches!(accept(&HttpUrl, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        assert_eq!(reject(&HttpUrl, "ftp://example.com"), "is not an http or https URL");
        assert_eq!(reject(&HttpUrl, "example.com"), "is not a URL");
        assert_eq!(reject(&HttpUrl, "*"), "is not a URL");
    }

    #[test]
    fn tls_can_be_insisted_on() {
        let constraints = Constraints { schemes: Some(vec!["https".to_owned()]), ..Constraints::default() };
        assert_eq!(
            reject_with(&HttpUrl, "http://example.com", &constraints),
            "has a scheme that is not accepted here"
        );
    }
}
