//! The MAC of a SOPS file: SHA-512 over the plaintext of every value in file order, with no separators, names
//! or comments, in upper-case hex; it is then encrypted like a value, bound to the time of the last change.

use data_encoding::HEXUPPER;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// SHA-256 of `sops`: what the hash is first fed when it covers encrypted values only, so that switching the
/// setting always changes the MAC.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Hashes the values of one file.
pub(super) struct Mac {
    hash: Sha512,
    only_encrypted: bool,
}

impl Mac {
    pub(super) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self { hash, only_encrypted }
    }

    /// Takes the next value.
    pub(super) fn value(&mut self, plaintext: &str, encrypted: bool) {
        if encrypted || !self.only_encrypted {
            self.hash.update(plaintext);
        }
    }

    /// The MAC as the text that is encrypted.
    pub(super) fn finish(self) -> Zeroizing<String> {
        Zeroizing::new(HEXUPPER.encode(&self.hash.finalize()))
    }

    /// Whether this is the MAC of the values, in constant time.
    pub(super) fn matches(self, stored: &str) -> bool {
        self.finish().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(only_encrypted: bool, values: &[(&str, bool)]) -> String {
        let mut mac = Mac::new(only_encrypted);
        for (value, encrypted) in values {
            mac.value(value, *encrypted);
        }
        mac.finish().to_string()
    }

    #[test]
    fn it_is_sha_512_in_upper_case() {
        // FIPS 180-4, the example "abc".
        let expected = "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A\
                        2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F";
        assert_eq!(mac(false, &[("ab", true), ("c", false)]), expected);
    }

    #[test]
    fn the_setting_leaves_clear_values_out_and_changes_the_mac() {
        assert_eq!(mac(true, &[("a", true), ("b", false)]), mac(true, &[("a", true)]));
        assert_ne!(mac(true, &[("a", true)]), mac(false, &[("a", true)]));
    }
}
