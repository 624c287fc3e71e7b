//! `hex`: bytes as hexadecimal digits.

use super::bytes::check_bytes;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// Bytes as pairs of hexadecimal digits, in either case.
pub struct Hex;

impl ValueType for Hex {
    fn name(&self) -> &'static str {
        "hex"
    }

    fn describe(&self) -> &'static str {
        "bytes as pairs of hexadecimal digits; `bytes` says how many"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["bytes", "min_length", "max_length", "prefix", "min_entropy"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Mismatch::new("is not hexadecimal").help("use the digits 0-9 and a-f only"));
        }
        if !value.len().is_multiple_of(2) {
            return Err(
                Mismatch::new("has an odd number of hexadecimal digits").help("two digits make one byte")
            );
        }
        check_bytes(value.len() / 2, constraints)?;
        Ok(Typed::String(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn pairs_of_digits_in_either_case() {
        assert!(accept(&Hex, "00fF") == Typed::String("00fF".to_owned()));
    }

    #[test]
    fn other_text_is_refused() {
        for value in ["", "0x00", "gg", "00 00"] {
            assert_eq!(reject(&Hex, value), "is not hexadecimal", "{value}");
        }
        assert_eq!(reject(&Hex, "abc"), "has an odd number of hexadecimal digits");
    }

    #[test]
    fn the_number_of_bytes() {
        let constraints = Constraints { bytes: Some(32), ..Constraints::default() };
        assert_eq!(reject_with(&Hex, &"ab".repeat(16), &constraints), "encodes 16 bytes; 32 are needed");
    }
}
