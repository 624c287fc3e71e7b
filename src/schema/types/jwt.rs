//! `jwt`: a signed JSON Web Token.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::base64url::decode;
use super::{Mismatch, Typed, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// A token in the compact form of RFC 7519: header, claims and signature. The signature is not verified: that
/// takes the issuer's key.
pub struct Jwt;

impl ValueType for Jwt {
    fn name(&self) -> &'static str {
        "jwt"
    }

    fn describe(&self) -> &'static str {
        "a signed JSON Web Token in its compact form (RFC 7519)"
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::TEXT
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        if claims(value).is_none() {
            return Err(
                Mismatch::new("is not a JSON Web Token").help("it has three parts with dots between them")
            );
        }
        if value.ends_with('.') {
            return Err(Mismatch::new("is a JSON Web Token without a signature").help("ask for a signed one"));
        }
        Ok(Typed::String(value.to_owned()))
    }
}

/// When a token expires (its `exp` claim, RFC 7519, section 4.1.4); `None` if it is no token or says nothing.
pub fn expiry(token: &str) -> Option<Timestamp> {
    let expires = claims(token)?.get("exp")?.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is refused by the next line")]
    Timestamp::from_second(expires.floor() as i64).ok()
}

/// The claims of a token (RFC 7519, section 4); `None` if it is none.
pub fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    json_object(header)?.get("alg")?;
    decode(signature)?;
    json_object(claims)
}

fn json_object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode(part)?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        format!("{}.{}.{}", encode(header), encode(claims), encode("signature"))
    }

    #[test]
    fn a_signed_token_is_accepted() {
        let value = token(r#"{"alg":"HS256"}"#, r#"{"sub":"x"}"#);
        assert!(accept(&Jwt, &value) == Typed::String(value.clone()));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for value in [
            String::new(),
            "a.b".to_owned(),
            "a.b.c".to_owned(),
            token("{}", "{}"),
            token(r#"{"alg":"none"}"#, "[]"),
            format!("{}.x", token(r#"{"alg":"HS256"}"#, "{}")),
        ] {
            assert_eq!(reject(&Jwt, &value), "is not a JSON Web Token", "{value}");
        }
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let signed = token(r#"{"alg":"none"}"#, "{}");
        let unsigned = &signed[..=signed.rfind('.').unwrap_or_default()];
        assert_eq!(reject(&Jwt, unsigned), "is a JSON Web Token without a signature");
    }

    #[test]
    fn it_says_when_it_expires() {
        let with = |claims| expiry(&token(r#"{"alg":"HS256"}"#, claims)).map(Timestamp::as_second);
        assert_eq!(with(r#"{"exp":1767225600}"#), Some(1_767_225_600));
        assert_eq!(with(r#"{"exp":1767225600.9}"#), Some(1_767_225_600));
        assert_eq!(with(r#"{"exp":1e300}"#), None);
        assert_eq!(with("{}"), None);
        assert_eq!(expiry("no token"), None);
    }
}
