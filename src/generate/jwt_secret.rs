//! A secret for signing JSON Web Tokens with HMAC. It is as long as the hash's output, the least that RFC 7518
//! section 3.2 allows, in base64url without padding.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, random_bytes};
use crate::rng::Rng;

/// Options of `jwt-secret`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Algorithm of the tokens
    #[arg(long, value_name = "ALGORITHM", default_value = "HS256", ignore_case = true)]
    pub algorithm: Algorithm,
}

/// HMAC algorithm of JSON Web Tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
pub enum Algorithm {
    /// HMAC with SHA-256: 32 bytes.
    #[default]
    Hs256,
    /// HMAC with SHA-384: 48 bytes.
    Hs384,
    /// HMAC with SHA-512: 64 bytes.
    Hs512,
}

impl Options {
    fn bytes(&self) -> usize {
        match self.algorithm {
            Algorithm::Hs256 => 32,
            Algorithm::Hs384 => 48,
            Algorithm::Hs512 => 64,
        }
    }
}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let secret = random_bytes(rng, self.bytes())?;
        Ok(Generated::random(BASE64URL_NOPAD.encode(&secret), self.bytes() * 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_long_as_the_hash() {
        for (algorithm, bytes) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
            let made = Options { algorithm }.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
            let made = made.expect("a seeded generator does not fail");
            let decoded = BASE64URL_NOPAD.decode(made.secret.expose().as_bytes());
            assert_eq!(decoded.map(|secret| secret.len()), Ok(bytes));
        }
    }
}
