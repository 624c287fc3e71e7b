//! `base64url`: bytes in URL-safe Base64.

use data_encoding::{BASE64URL, BASE64URL_NOPAD};

use super::bytes::check_bytes;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// Bytes in the URL-safe alphabet of RFC 4648, section 5, with or without padding.
pub struct Base64Url;

impl ValueType for Base64Url {
    fn name(&self) -> &'static str {
        "base64url"
    }

    fn describe(&self) -> &'static str {
        "bytes in URL-safe Base64 (RFC 4648, section 5), padded or not; `bytes` says how many"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["bytes", "min_length", "max_length", "prefix", "min_entropy"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        match decode(value) {
            Some(bytes) if !bytes.is_empty() => {
                check_bytes(bytes.len(), constraints)?;
                Ok(Typed::String(value.to_owned()))
            }
            _ => Err(Mismatch::new("is not URL-safe Base64").help("use letters, digits, - and _")),
        }
    }
}

/// The bytes, whether padded or not.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let encoding = if text.ends_with('=') { BASE64URL } else { BASE64URL_NOPAD };
    encoding.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn padded_or_not() {
        for value in ["aGk", "aGk=", "-_-_"] {
            assert!(accept(&Base64Url, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for value in ["", "+/+/", "a", "aGk==", "aG\nk"] {
            assert_eq!(reject(&Base64Url, value), "is not URL-safe Base64", "{value}");
        }
    }

    #[test]
    fn the_number_of_bytes() {
        let constraints = Constraints { bytes: Some(3), ..Constraints::default() };
        assert_eq!(reject_with(&Base64Url, "aGk", &constraints), "encodes 2 bytes; 3 are needed");
    }
}
