//! An API key such as `bgd_live_…`: a prefix by which secret scanners find it, random letters and digits, and
//! a checksum by which they tell a key from a text that looks like one, without asking a server.
//!
//! The checksum is the one of GitHub's tokens: the CRC-32 (ISO-HDLC, as in zlib) of the random part, as six
//! base62 digits (`0-9A-Za-z`), zeros in front.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alphabet::{self, BASE62};
use super::{Error, Generated, Kind, MACHINE_BITS, check_range, check_strength};
use crate::rng::Rng;
use crate::secret::Secret;

/// Digits of the checksum: 62^6 is the first power over 2^32.
const CHECKSUM_DIGITS: usize = 6;

/// Options of `api-key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What the key begins with, such as `bgd_live_`
    #[arg(long, value_name = "TEXT", default_value_t = Self::default().prefix)]
    pub prefix: String,

    /// Number of random characters, from 22 to 1024; six of a checksum follow
    #[arg(long, value_name = "N", default_value_t = Self::default().length)]
    pub length: usize,
}

impl Default for Options {
    /// As long as GitHub's tokens, 178 bits.
    fn default() -> Self {
        Self { prefix: "key_".to_owned(), length: 30 }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if self.prefix.is_empty() || self.prefix.len() > 32 || !self.prefix.chars().all(word) {
            return Err(Error::Invalid {
                option: "prefix",
                problem: "must be 1 to 32 letters, digits, `_` and `-`",
            });
        }
        check_range("length", self.length, 0, 1024)?;
        check_strength("length", alphabet::bits(BASE62.len(), self.length), MACHINE_BITS)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let random = Secret::new(alphabet::pick(rng, BASE62, self.length)?);
        let mut key = String::with_capacity(self.prefix.len() + self.length + CHECKSUM_DIGITS);
        key.push_str(&self.prefix);
        key.push_str(random.expose());
        key.push_str(&checksum(random.expose()));
        Ok(Generated::random(key, alphabet::bits(BASE62.len(), self.length)))
    }
}

fn checksum(random: &str) -> String {
    let base = u32::try_from(BASE62.len()).expect("the alphabet has 62 characters");
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut digits = [b'0'; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.as_bytes()[(rest % base) as usize];
        rest /= base;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_github_tokens() {
        // A revoked token that GitHub itself issued: 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.
        assert_eq!(checksum("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
    }

    #[test]
    fn it_is_prefix_random_part_and_checksum() {
        let options = Options { prefix: "bgd_live_".to_owned(), ..Options::default() };
        let made = options.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let rest = made.secret.expose().strip_prefix("bgd_live_").expect("the prefix");
        assert_eq!(rest.len(), 36);
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(checksum(&rest[..30]), rest[30..]);
    }

    #[test]
    fn a_prefix_that_would_break_the_key_apart_is_refused() {
        for prefix in ["", "a b", "a.b", "ä_", &"x".repeat(33)] {
            let options = Options { prefix: prefix.to_owned(), ..Options::default() };
            assert!(options.check().is_err(), "{prefix:?}");
        }
    }
}
