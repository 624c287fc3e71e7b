//! Letters and digits: what every reader, URL and shell takes as it is.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alphabet::{self, BASE62};
use super::{Error, Generated, Kind, MACHINE_BITS, check_range, check_strength};
use crate::rng::Rng;

/// Options of `alphanumeric`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of characters, from 22 to 1024
    #[arg(long, value_name = "N", default_value_t = Self::default().length)]
    pub length: usize,
}

impl Default for Options {
    /// 256 bits.
    fn default() -> Self {
        Self { length: 43 }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        check_range("length", self.length, 0, 1024)?;
        check_strength("length", alphabet::bits(BASE62.len(), self.length), MACHINE_BITS)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let text = alphabet::pick(rng, BASE62, self.length)?;
        Ok(Generated::random(text, alphabet::bits(BASE62.len(), self.length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_length_asked_for_and_only_letters_and_digits() {
        let made = Options::default().make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        assert_eq!(made.secret.len(), 43);
        assert!(made.secret.expose().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(made.bits, Some(256));
    }

    #[test]
    fn the_shortest_is_the_first_with_128_bits() {
        assert!(Options { length: 22 }.check().is_ok());
        assert!(Options { length: 21 }.check().is_err());
        assert!(Options { length: 1025 }.check().is_err());
    }
}
