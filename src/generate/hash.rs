//! Password hashes of a value that is given: what a server stores instead of the password. Not a [`Recipe`],
//! because it needs a value.
//!
//! [`Recipe`]: super::Recipe

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

use super::{Error, check_range};
use crate::rng::Rng;
use crate::secret::Secret;

/// bcrypt looks at no more than this many bytes.
const BCRYPT_MAX_BYTES: usize = 72;

/// bcrypt in the form `$2b$…`. `cost` is the logarithm of the number of rounds, from 10 (OWASP's least) to 16
/// (some seconds).
pub fn bcrypt(value: &Secret, cost: u32, rng: &mut Rng) -> Result<Secret, Error> {
    check_range("cost", cost as usize, 10, 16)?;
    let invalid = |problem| Error::Invalid { option: "the value", problem };
    if value.len() > BCRYPT_MAX_BYTES {
        return Err(invalid("is longer than 72 bytes, and bcrypt would ignore the rest"));
    }
    if value.expose().contains('\0') {
        return Err(invalid("has a NUL byte, where bcrypt would end it"));
    }
    let hash = bcrypt::hash_with_salt(value.expose(), cost, rng.bytes()?);
    let hash = hash.map_err(|_| Error::Failed { what: "bcrypt hash" })?;
    Ok(Secret::new(hash.format_for_version(bcrypt::Version::TwoB)))
}

/// Argon2id with 19 MiB, two passes and one lane (OWASP's recommendation), in the PHC form `$argon2id$…`.
pub fn argon2(value: &Secret, rng: &mut Rng) -> Result<Secret, Error> {
    let failed = || Error::Failed { what: "Argon2 hash" };
    let salt = SaltString::encode_b64(&rng.bytes::<16>()?).map_err(|_| failed())?;
    let hash = Argon2::default().hash_password(value.expose().as_bytes(), &salt).map_err(|_| failed())?;
    Ok(Secret::new(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHash, PasswordVerifier};

    use super::*;

    #[test]
    fn bcrypt_verifies_the_value_and_no_other() {
        let hash =
            bcrypt(&Secret::new("correct horse"), 10, &mut Rng::test_only_seeded(1)).expect("it hashes");
        assert!(hash.expose().starts_with("$2b$10$"));
        assert!(bcrypt::verify("correct horse", hash.expose()).expect("it is a hash"));
        assert!(!bcrypt::verify("correct hors", hash.expose()).expect("it is a hash"));
    }

    #[test]
    fn bcrypt_refuses_what_it_would_cut_off() {
        let hash = |value: &str, cost| bcrypt(&Secret::new(value), cost, &mut Rng::test_only_seeded(1));
        assert!(hash(&"x".repeat(73), 10).is_err());
        assert!(hash("a\0b", 10).is_err());
        assert!(hash("a", 9).is_err());
    }

    #[test]
    fn argon2_verifies_the_value_and_says_its_parameters() {
        let hash = argon2(&Secret::new("correct horse"), &mut Rng::test_only_seeded(1)).expect("it hashes");
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let parsed = PasswordHash::new(hash.expose()).expect("it is a hash");
        assert!(Argon2::default().verify_password(b"correct horse", &parsed).is_ok());
        assert!(Argon2::default().verify_password(b"correct hors", &parsed).is_err());
    }
}
