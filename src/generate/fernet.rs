//! A Fernet key: 32 random bytes in URL-safe base64 with padding (github.com/fernet/spec), as Python's
//! `cryptography` makes them.

use data_encoding::BASE64URL;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, random_bytes};
use crate::rng::Rng;

/// Options of `fernet`: there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Options {}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let key = random_bytes(rng, 32)?;
        // Half of the key signs and half encrypts: 128 bits each.
        Ok(Generated::random(BASE64URL.encode(&key), 128))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_44_characters_that_decode_to_32_bytes() {
        let made = Options {}.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        assert_eq!(made.secret.len(), 44);
        assert_eq!(BASE64URL.decode(made.secret.expose().as_bytes()).map(|key| key.len()), Ok(32));
    }
}
