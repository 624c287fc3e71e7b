//! Base64 with padding (RFC 4648 section 4).

use data_encoding::BASE64;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, check_bytes, encoded};
use crate::rng::Rng;

/// Options of `base64`.
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
        encoded(rng, self.bytes, &BASE64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_decodes_to_the_bytes_asked_for() {
        let made = Options { bytes: 20 }.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let text = made.secret.expose();
        assert_eq!(BASE64.decode(text.as_bytes()).expect("it is base64").len(), 20);
        assert!(text.ends_with('='), "20 bytes need padding");
    }
}
