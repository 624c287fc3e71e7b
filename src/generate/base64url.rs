//! Base64 in the URL-safe alphabet, without padding (RFC 4648 section 5): letters, digits, `-` and `_`.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, check_bytes, encoded};
use crate::rng::Rng;

/// Options of `base64url`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of random bytes, from 16 to 1024
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
        encoded(rng, self.bytes, &BASE64URL_NOPAD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_decodes_to_the_bytes_asked_for_and_has_no_padding() {
        let made = Options { bytes: 32 }.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let text = made.secret.expose();
        assert_eq!(text.len(), 43);
        assert_eq!(BASE64URL_NOPAD.decode(text.as_bytes()).expect("it is base64url").len(), 32);
    }
}
