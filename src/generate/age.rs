//! An age identity (X25519), `AGE-SECRET-KEY-1…`, and its recipient `age1…` (age-encryption.org/v1).

use bech32::{Bech32, Hrp};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Generated, Kind};
use crate::rng::Rng;
use crate::secret::Secret;

/// Options of `age`: there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Options {}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let failed = || Error::Failed { what: "age identity" };
        // Not the library's own `generate`, which draws by itself and panics where we report.
        let bytes = Zeroizing::new(rng.bytes::<32>()?);
        let prefix = Hrp::parse("AGE-SECRET-KEY-").map_err(|_| failed())?;
        let text = bech32::encode_upper::<Bech32>(prefix, &*bytes).map_err(|_| failed())?;
        let secret = Secret::new(text);
        let identity: age::x25519::Identity = secret.expose().parse().map_err(|_| failed())?;
        Ok(Generated::key_pair(secret, identity.to_public().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn it_reads_back_as_the_same_identity() {
        let made = Options {}.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let identity: age::x25519::Identity = made.secret.expose().parse().expect("it is an identity");
        assert_eq!(identity.to_string().expose_secret(), made.secret.expose());
        assert_eq!(made.public, Some(identity.to_public().to_string()));
    }
}
