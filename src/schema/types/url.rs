//! `url`: an absolute URL, and what all types that are URLs share.

use std::cell::Cell;

use percent_encoding::percent_decode_str;
use url::SyntaxViolation;

use super::{Mismatch, Typed, UrlParts, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// An absolute URL with `://`, of any scheme.
pub struct Url;

impl ValueType for Url {
    fn name(&self) -> &'static str {
        "url"
    }

    fn describe(&self) -> &'static str {
        "an absolute URL such as https://example.com/path; `schemes` narrows it"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::URL
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let parts = parse(value)?;
        check_schemes(&parts.scheme, constraints)?;
        Ok(Typed::Url(parts))
    }
}

/// Reads a URL by the WHATWG URL Standard, but takes none of the errors that the standard forgives: other
/// programs may not forgive them.
pub fn parse(value: &str) -> Result<UrlParts, Mismatch> {
    if !value.contains("://") {
        return Err(Mismatch::new("is not a URL").help("begin with the scheme, such as https://"));
    }
    refuse_reserved_in_password(value)?;
    let violation = Cell::new(None);
    let note = |found: SyntaxViolation| {
        if found != SyntaxViolation::EmbeddedCredentials {
            violation.set(Some(found));
        }
    };
    let url = url::Url::options()
        .syntax_violation_callback(Some(&note))
        .parse(value)
        .map_err(|error| Mismatch::new(format!("is not a URL: {error}")))?;
    match violation.get() {
        Some(SyntaxViolation::UnencodedAtSign) => Err(reserved_character()),
        Some(found) => Err(Mismatch::new(format!("is not a clean URL: {}", found.description()))
            .help("percent-encode what a URL cannot hold")),
        None if url.port() == Some(0) => Err(Mismatch::new("has the port 0").help("ports are 1 to 65535")),
        None => Ok(parts(&url)),
    }
}

/// Holds the scheme against `schemes`; `postgresql+psycopg2` also goes by `postgresql`.
pub fn check_schemes(scheme: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    let Some(accepted) = &constraints.schemes else { return Ok(()) };
    let base = scheme.split('+').next().unwrap_or(scheme);
    if accepted.iter().any(|name| name == scheme || name == base) {
        return Ok(());
    }
    Err(Mismatch::new("has a scheme that is not accepted here")
        .help(format!("begin with {}://", accepted.join(":// or "))))
}

/// A password with raw reserved characters cuts the URL in another place, and clients differ in where; a raw
/// `+` is a plus to some (libpq) and a blank to others (form decoding).
fn refuse_reserved_in_password(value: &str) -> Result<(), Mismatch> {
    let rest = value.split_once("://").map_or("", |(_, rest)| rest);
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let cut_short = match authority.rsplit_once('@') {
        Some((user, _)) => user.split_once(':').is_some_and(|(_, password)| password.contains(['@', '+'])),
        None => tail.contains('@') && !ends_with_port(authority),
    };
    if cut_short { Err(reserved_character()) } else { Ok(()) }
}

/// Whether what follows the last colon outside brackets, if anything does, can be a port.
fn ends_with_port(authority: &str) -> bool {
    let after_brackets = authority.rsplit(']').next().unwrap_or(authority);
    let port = after_brackets.rsplit_once(':').map_or("", |(_, port)| port);
    port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The message for a password that cannot be told from the rest of its URL.
pub fn reserved_character() -> Mismatch {
    Mismatch::new("has a reserved character in its password that is not percent-encoded").help(
        "write / as %2F, + as %2B, @ as %40, = as %3D, : as %3A; a template does so with |url after the name",
    )
}

fn parts(url: &url::Url) -> UrlParts {
    UrlParts {
        scheme: url.scheme().to_owned(),
        user: decode(url.username()),
        password: decode(url.password().unwrap_or_default()),
        host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
        port: url.port_or_known_default(),
        path: decode(url.path()),
        query: url.query().unwrap_or_default().to_owned(),
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    const RESERVED: &str = "has a reserved character in its password that is not percent-encoded";

    #[test]
    fn the_parts_are_decoded() {
        let Typed::Url(parts) = accept(&Url, "https://a%40b:p%2Fw@Example.com/x%20y?q=1#f") else {
            panic!("not a URL")
        };
        assert_eq!(parts.scheme, "https");
        assert_eq!(parts.user, "a@b");
        assert_eq!(parts.password, "p/w");
        assert_eq!(parts.host, "example.com");
        assert_eq!(parts.port, Some(443));
        assert_eq!(parts.path, "/x y");
        assert_eq!(parts.query, "q=1");
    }

    #[test]
    fn an_ipv6_host_loses_its_brackets() {
        let Typed::Url(parts) = accept(&Url, "redis://[::1]:6379/0") else { panic!("not a URL") };
        assert_eq!((parts.host.as_str(), parts.port), ("::1", Some(6379)));
    }

    #[test]
    fn what_is_no_absolute_url_is_refused() {
        assert_eq!(reject(&Url, "localhost:6379"), "is not a URL");
        assert_eq!(reject(&Url, "https://"), "is not a URL: empty host");
        assert_eq!(reject(&Url, "https://host:99999"), "is not a URL: invalid port number");
        assert_eq!(reject(&Url, "https://host:0"), "has the port 0");
    }

    #[test]
    fn nothing_is_forgiven() {
        for value in ["https:// a", "https://a.example/b c", "https://a.example\\b", "https://a.example/%zz"]
        {
            assert!(reject(&Url, value).starts_with("is not a"), "{value}");
        }
    }

    #[test]
    fn a_raw_password_that_moves_the_borders_is_named() {
        for value in [
            "postgresql://user:pa/ss@db:5432/app",
            "postgresql://user:pa@ss@db:5432/app",
            "postgresql://user:pa+ss=@db:5432/app",
            "postgresql://user:pa#ss@db:5432/app",
        ] {
            assert_eq!(reject(&Url, value), RESERVED, "{value}");
        }
        accept(&Url, "postgresql://user:pa%2Fs%2Bs%3D@db:5432/app");
        accept(&Url, "https://example.com:8443/@user");
    }

    #[test]
    fn schemes_narrow_it() {
        let constraints = Constraints { schemes: Some(vec!["https".to_owned()]), ..Constraints::default() };
        assert_eq!(
            reject_with(&Url, "http://example.com", &constraints),
            "has a scheme that is not accepted here"
        );
    }
}
