//! Whether something that has the form of a token is one.

use crate::schema::constraints::estimate_bits;
use crate::schema::placeholder::{self, Placeholder};

/// Least entropy of a character in bits. Of sixteen random digits one in a thousand has less, and no word or filler more.
const LEAST_BITS: f64 = 2.8;

/// What documentation fills its examples with.
const FILLERS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "fake",
    "xxxx",
    "****",
    "0000000",
    "1111111",
    "abcdefgh",
    "0123456",
    "1234567",
    "fedcba98",
    "yourtoken",
    "your_",
    "your-",
    "redacted",
    "placeholder",
    "changeme",
];

/// Random enough, and no example.
pub fn is_random(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    if FILLERS.iter().any(|filler| lower.contains(filler)) {
        return false;
    }
    let length = u32::try_from(secret.chars().count()).unwrap_or(u32::MAX);
    placeholder::classify(secret) != Placeholder::Sure
        && estimate_bits(secret) >= LEAST_BITS * f64::from(length)
}

/// An age identity with the right checksum (BIP 173): random by itself, and no typing error.
pub fn is_bech32(secret: &str) -> bool {
    bech32::decode(secret).is_ok()
}
