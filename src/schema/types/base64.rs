//! `base64`: bytes in Base64.

use data_encoding::BASE64;

use super::bytes::check_bytes;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// Bytes in the standard alphabet of RFC 4648, section 4, with padding.
pub struct Base64;

impl ValueType for Base64 {
    fn name(&self) -> &'static str {
        "base64"
    }

    fn describe(&self) -> &'static str {
        "bytes in Base64 (RFC 4648, section 4) with padding; `bytes` says how many"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["bytes", "min_length", "max_length", "prefix", "min_entropy"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        match BASE64.decode(value.as_bytes()) {
            Ok(bytes) if !bytes.is_empty() => {
                check_bytes(bytes.len(), constraints)?;
                Ok(Typed::String(value.to_owned()))
            }
            _ => Err(mismatch(value)),
        }
    }
}

fn mismatch(value: &str) -> Mismatch {
    let mismatch = Mismatch::new("is not Base64");
    if value.contains(['-', '_']) {
        mismatch.help("- and _ belong to the URL-safe alphabet; this one has + and /")
    } else if !value.len().is_multiple_of(4) {
        mismatch.help("its length must be a multiple of four, filled up with =")
    } else {
        mismatch.help("use letters, digits, + and /, filled up with =")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn padded_text_is_accepted() {
        for value in ["aGk=", "aGkh", "+/+/"] {
            assert!(accept(&Base64, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for value in ["", "aGk", "aG k", "-_-_", "aGl=", "===="] {
            assert_eq!(reject(&Base64, value), "is not Base64", "{value}");
        }
    }

    #[test]
    fn the_help_tells_the_alphabets_apart() {
        let help = Base64.check("-_-_", &Constraints::default()).err().and_then(|mismatch| mismatch.help);
        assert_eq!(help.as_deref(), Some("- and _ belong to the URL-safe alphabet; this one has + and /"));
    }

    #[test]
    fn the_number_of_bytes() {
        let constraints = Constraints { bytes: Some(32), ..Constraints::default() };
        assert_eq!(reject_with(&Base64, "aGk=", &constraints), "encodes 2 bytes; 32 are needed");
    }
}
