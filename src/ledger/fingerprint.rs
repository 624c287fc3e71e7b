//! Fingerprints: tell whether two values are the same without telling the value.
//!
//! Keyed from the environment's project key, so that only its recipients can try guesses, and over the
//! environment and the name too, so that equal values of two variables do not show as equal.

use std::collections::BTreeMap;

use crate::mac::Mac;
use crate::secret::{Key, Secret, Values};

/// 128 bits, as 32 hexadecimal digits.
pub type Fingerprint = String;

/// Name to fingerprint.
pub type Fingerprints = BTreeMap<String, Fingerprint>;

/// The fingerprint of one value. `key` is a project key.
pub fn fingerprint(key: &Key, environment: &str, name: &str, value: &Secret) -> Fingerprint {
    let mut mac = Mac::new(key, "envward/1/fingerprint");
    mac.field(environment);
    mac.field(name);
    mac.field(value.expose());
    mac.finish_short()
}

/// The fingerprints of all values.
pub fn fingerprints(key: &Key, environment: &str, values: &Values) -> Fingerprints {
    let one = |(name, value)| (String::clone(name), fingerprint(key, environment, name, value));
    values.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_key_environment_name_and_value() {
        let key = Key::new([1; 32]);
        let of = |key: &Key, environment: &str, name: &str, value: &str| {
            fingerprint(key, environment, name, &Secret::new(value))
        };
        let fingerprints = [
            of(&key, "production", "A", "x"),
            of(&Key::new([2; 32]), "production", "A", "x"),
            of(&key, "staging", "A", "x"),
            of(&key, "production", "B", "x"),
            of(&key, "production", "A", "y"),
            of(&key, "production", "Ax", ""),
        ];
        let distinct: std::collections::BTreeSet<_> = fingerprints.iter().collect();
        assert_eq!(distinct.len(), fingerprints.len());
        assert_eq!(fingerprints[0].len(), 32);
        assert_eq!(fingerprints[0], of(&key, "production", "A", "x"));
    }
}
