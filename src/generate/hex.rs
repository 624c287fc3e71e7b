//! Hexadecimal digits, in lower case.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, check_bytes, encoded};
use crate::rng::Rng;

/// Options of `hex`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of random bytes, from 16 to 1024; twice as many digits
    #[arg(long, value_name = "N", default_value_t = Self::default().bytes)]
    pub bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { bytes: 32 }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        check_bytes(self.bytes)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        encoded(rng, self.bytes, &HEXLOWER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_two_lower_case_digits_a_byte() {
        let made = Options { bytes: 20 }.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let text = made.secret.expose();
        assert_eq!(text.len(), 40);
        assert!(text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')), "not hexadecimal");
        assert_eq!(made.bits, Some(160));
    }
}
