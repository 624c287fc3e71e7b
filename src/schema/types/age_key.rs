//! `age-key`: a key pair's half of the age encryption format.

use age::x25519::{Identity, Recipient};

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// An age identity (`AGE-SECRET-KEY-1…`) or recipient (`age1…`) of the X25519 kind.
pub struct AgeKey;

impl ValueType for AgeKey {
    fn name(&self) -> &'static str {
        "age-key"
    }

    fn describe(&self) -> &'static str {
        "an age identity (AGE-SECRET-KEY-1…) or recipient (age1…)"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["prefix"]
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let is_key = if value.starts_with("AGE-SECRET-KEY-1") {
            value.parse::<Identity>().is_ok()
        } else if value.starts_with("age1") {
            value.parse::<Recipient>().is_ok()
        } else {
            return Err(Mismatch::new("is not an age key").help("it begins with AGE-SECRET-KEY-1 or age1"));
        };
        if is_key {
            return Ok(Typed::String(value.to_owned()));
        }
        Err(Mismatch::new("is an age key with a typing error: its checksum is wrong").help("copy it again"))
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn both_halves_are_accepted() {
        let identity = Identity::generate();
        for value in [identity.to_string().expose_secret().to_owned(), identity.to_public().to_string()] {
            assert!(accept(&AgeKey, &value) == Typed::String(value.clone()));
        }
    }

    #[test]
    fn a_typing_error_shows_in_the_checksum() {
        let recipient = Identity::generate().to_public().to_string();
        let (start, last) = recipient.split_at(recipient.len() - 1);
        let changed = format!("{start}{}", if last == "q" { "p" } else { "q" });
        assert_eq!(reject(&AgeKey, &changed), "is an age key with a typing error: its checksum is wrong");
    }

    #[test]
    fn other_keys_are_refused() {
        for value in ["", "ssh-ed25519 AAAA", "AGE1"] {
            assert_eq!(reject(&AgeKey, value), "is not an age key", "{value}");
        }
    }
}
