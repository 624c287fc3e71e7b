//! An Ed25519 private key, PKCS#8 in PEM (RFC 8410); the public key is in SubjectPublicKeyInfo form.

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, EncodePublicKey, KeypairBytes};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Generated, Kind, pem_text};
use crate::rng::Rng;

/// Options of `ed25519`: there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Options {}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let failed = || Error::Failed { what: "Ed25519 key" };
        let secret = Zeroizing::new(rng.bytes()?);
        let key = SigningKey::from_bytes(&secret);
        // Without the public key inside: OpenSSL 3.0 does not read that form (version 2 of PKCS#8, RFC 5958).
        let bytes = KeypairBytes { secret_key: *secret, public_key: None };
        let private = bytes.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?;
        let public = key.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|_| failed())?;
        Ok(Generated::key_pair(pem_text(&private), public.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::VerifyingKey;
    use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};

    use super::*;

    #[test]
    fn both_parts_read_back_and_belong_together() {
        let made = Options {}.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let private = SigningKey::from_pkcs8_pem(made.secret.expose()).expect("it is PKCS#8");
        let public = made.public.expect("it has a public part");
        let public = VerifyingKey::from_public_key_pem(&public).expect("it is a public key");
        assert_eq!(private.verifying_key(), public);
    }
}
