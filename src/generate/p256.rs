//! A private key on the curve P-256, PKCS#8 in PEM (RFC 5915, RFC 7468); the public key is in
//! SubjectPublicKeyInfo form.

use jiff::Timestamp;
use p256::SecretKey;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Generated, Kind, pem_text};
use crate::rng::Rng;

/// Options of `p256`: there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Options {}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let failed = || Error::Failed { what: "P-256 key" };
        let key = secret_key(rng)?;
        let private = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?;
        let public = key.public_key().to_public_key_pem(LineEnding::LF).map_err(|_| failed())?;
        Ok(Generated::key_pair(pem_text(&private), public.trim_end()))
    }
}

/// A key from 1 up to the order of the curve, each equally likely: bytes outside are drawn again
/// (FIPS 186-5, A.2.2).
pub fn secret_key(rng: &mut Rng) -> Result<SecretKey, Error> {
    loop {
        let bytes = Zeroizing::new(rng.bytes::<32>()?);
        if let Ok(key) = SecretKey::from_slice(&*bytes) {
            return Ok(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use p256::PublicKey;
    use p256::pkcs8::{DecodePrivateKey, DecodePublicKey};

    use super::*;

    #[test]
    fn both_parts_read_back_and_belong_together() {
        let made = Options {}.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let private = SecretKey::from_pkcs8_pem(made.secret.expose()).expect("it is PKCS#8");
        let public = made.public.expect("it has a public part");
        let public = PublicKey::from_public_key_pem(&public).expect("it is a public key");
        assert_eq!(private.public_key(), public);
    }
}
