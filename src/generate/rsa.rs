//! An RSA private key, PKCS#8 in PEM (RFC 5208, RFC 7468); the public key is in SubjectPublicKeyInfo form.

use jiff::Timestamp;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::os_rng::OsRng;
use super::{Error, Generated, Kind, check_range, pem_text};
use crate::rng::Rng;

/// Options of `rsa`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Length of the key in bits, from 2048 to 8192, in steps of 256
    #[arg(long, value_name = "N", default_value_t = Self::default().bits)]
    pub bits: usize,
}

impl Default for Options {
    /// 3072 bits are worth 128 (NIST SP 800-57 part 1, table 2).
    fn default() -> Self {
        Self { bits: 3072 }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        check_range("bits", self.bits, 2048, 8192)?;
        if self.bits.is_multiple_of(256) {
            Ok(())
        } else {
            Err(Error::Invalid { option: "bits", problem: "must be a multiple of 256" })
        }
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let failed = || Error::Failed { what: "RSA key" };
        let key = RsaPrivateKey::new(&mut OsRng(rng), self.bits).map_err(|_| failed())?;
        let private = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?;
        let public = key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| failed())?;
        Ok(Generated::key_pair(pem_text(&private), public.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
    use rsa::traits::PublicKeyParts;

    use super::*;

    #[test]
    fn both_parts_read_back_and_belong_together() {
        let made = Options { bits: 2048 }.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let private = RsaPrivateKey::from_pkcs8_pem(made.secret.expose()).expect("it is PKCS#8");
        let public = made.public.expect("it has a public part");
        let public = rsa::RsaPublicKey::from_public_key_pem(&public).expect("it is a public key");
        assert_eq!(private.to_public_key(), public);
        assert_eq!(public.n().bits(), 2048);
        assert!(private.validate().is_ok());
    }

    #[test]
    fn short_and_odd_lengths_are_refused() {
        assert!([1024, 2047, 3000, 8448].iter().all(|&bits| Options { bits }.check().is_err()));
        assert!([2048, 3072, 4096, 8192].iter().all(|&bits| Options { bits }.check().is_ok()));
    }
}
