//! A WireGuard private key, as `wg genkey` makes it: 32 bytes, clamped for X25519 (RFC 7748 section 5), in
//! base64. The public key is what `wg pubkey` prints.

use data_encoding::BASE64;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::{Error, Generated, Kind};
use crate::rng::Rng;
use crate::secret::Secret;

/// Options of `wireguard`: there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Options {}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let mut bytes = Zeroizing::new(rng.bytes::<32>()?);
        // Some programs compare keys as text and expect the clamped form.
        bytes[0] &= 0b1111_1000;
        bytes[31] = (bytes[31] & 0b0111_1111) | 0b0100_0000;
        let public = PublicKey::from(&StaticSecret::from(*bytes));
        let secret = Secret::new(BASE64.encode(&*bytes));
        Ok(Generated::key_pair(secret, BASE64.encode(public.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_key_is_clamped_and_the_public_one_belongs_to_it() {
        let made = Options {}.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let key = BASE64.decode(made.secret.expose().as_bytes()).expect("it is base64");
        let key: [u8; 32] = key.try_into().expect("it is 32 bytes");
        assert_eq!((key[0] & 0b111, key[31] >> 6), (0, 1));
        let public = x25519_dalek::x25519(key, x25519_dalek::X25519_BASEPOINT_BYTES);
        assert_eq!(made.public, Some(BASE64.encode(&public)));
    }
}
