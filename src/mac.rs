//! Keyed tags: HMAC-SHA-256 (RFC 2104) over length-prefixed fields, under a key derived for one purpose.
//!
//! Every field is preceded by its length, so that no two lists of fields are the same bytes: `ab`,`c` and
//! `a`,`bc` get different tags. Every purpose has a key of its own (HKDF-SHA-256, RFC 5869), so that a tag made
//! for one use is worth nothing in another.

use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::Key;

/// A tag in the making.
pub struct Mac(Hmac<Sha256>);

impl Mac {
    /// Starts a tag under the key that `key` gives for `purpose`.
    pub fn new(key: &Key, purpose: &str) -> Self {
        let mut derived = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, key.expose())
            .expand(purpose.as_bytes(), derived.as_mut_slice())
            .expect("32 bytes are less than the 8160 that HKDF-SHA-256 can give");
        Self(Hmac::new_from_slice(derived.as_slice()).expect("HMAC takes a key of any length"))
    }

    /// Adds one field.
    pub fn field(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The tag, 64 hexadecimal digits.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }

    /// The first half of the tag, 32 hexadecimal digits.
    pub fn finish_short(self) -> String {
        hex::encode(&self.0.finalize().into_bytes()[..16])
    }

    /// Whether `tag`, in lower-case hexadecimal digits, is this one; compared in constant time. Another spelling
    /// of the same tag is refused, so that no byte of a tag can change unnoticed.
    pub fn matches(self, tag: &str) -> bool {
        self.finish().as_bytes().ct_eq(tag.as_bytes()).into()
    }
}

/// The SHA-256 of some bytes, 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(purpose: &str, fields: &[&str]) -> String {
        let mut mac = Mac::new(&Key::new([7; 32]), purpose);
        for field in fields {
            mac.field(field);
        }
        mac.finish()
    }

    #[test]
    fn moving_a_boundary_changes_the_tag() {
        assert_ne!(tag("a", &["ab", "c"]), tag("a", &["a", "bc"]));
        assert_ne!(tag("a", &["ab"]), tag("a", &["ab", ""]));
    }

    #[test]
    fn each_purpose_has_a_tag_of_its_own() {
        assert_ne!(tag("a", &["x"]), tag("b", &["x"]));
    }

    #[test]
    fn the_construction_is_hkdf_then_hmac_with_little_endian_lengths() {
        // Computed with Python's hmac and hashlib from the description above.
        assert_eq!(
            tag("envward/1/test", &["ab", ""]),
            "75ccbf90473157085262524c67ca0b749d431a27a3700203ab1d87619054bdb2"
        );
    }

    #[test]
    fn only_the_same_tag_matches() {
        let mac = || Mac::new(&Key::new([7; 32]), "a");
        let tag = mac().finish();
        assert!(mac().matches(&tag));
        assert!(!mac().matches(&tag[..32]));
        assert!(!mac().matches(&tag.to_uppercase()));
        assert!(!mac().matches("no hexadecimal digits"));
    }
}
