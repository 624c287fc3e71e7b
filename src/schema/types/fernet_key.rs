//! `fernet-key`: a key of Python's `cryptography.fernet`.

use data_encoding::BASE64URL;

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// 32 bytes in URL-safe Base64 with padding, as the Fernet specification says: 44 characters.
pub struct FernetKey;

impl ValueType for FernetKey {
    fn name(&self) -> &'static str {
        "fernet-key"
    }

    fn describe(&self) -> &'static str {
        "a Fernet key: 32 bytes in URL-safe Base64, 44 characters"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min_entropy"]
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        match BASE64URL.decode(value.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Typed::String(value.to_owned())),
            Ok(bytes) => Err(Mismatch::new(format!("encodes {} bytes; a Fernet key has 32", bytes.len()))
                .help("generate one: envward generate fernet")),
            Err(_) => Err(Mismatch::new("is not a Fernet key").help("generate one: envward generate fernet")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn thirty_two_bytes_are_a_key() {
        let value = BASE64URL.encode(&[0xfb; 32]);
        assert_eq!(value.len(), 44);
        assert!(accept(&FernetKey, &value) == Typed::String(value.clone()));
    }

    #[test]
    fn other_lengths_and_alphabets_are_refused() {
        assert_eq!(reject(&FernetKey, &BASE64URL.encode(&[0; 16])), "encodes 16 bytes; a Fernet key has 32");
        assert_eq!(reject(&FernetKey, &"ab".repeat(32)), "encodes 48 bytes; a Fernet key has 32");
        assert_eq!(reject(&FernetKey, &data_encoding::BASE64.encode(&[0xfb; 32])), "is not a Fernet key");
    }
}
