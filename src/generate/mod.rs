//! Strong values, one kind per file. Randomness is the operating system's only ([`crate::rng`]); if it fails,
//! nothing is made.
//!
//! To add a kind: write its file with `Options` that implement [`Kind`], its limits and its tests, and add it
//! to the list in [`Recipe`]. The options are what a schema says (`generate = { kind = "hex", bytes = 32 }`)
//! and what the command line takes (`envward generate hex --bytes 32`): one definition for both.
//!
//! How strong is strong enough: a secret that only machines handle has at least [`MACHINE_BITS`] bits, one
//! that people type at least [`PERSON_BITS`]. Less is refused, also when a schema asks for it.

use data_encoding::Encoding;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub mod age;
mod alphabet;
pub mod alphanumeric;
pub mod api_key;
pub mod base64;
pub mod base64url;
pub mod ed25519;
mod error;
pub mod fernet;
pub mod hash;
pub mod hex;
pub mod jwt_secret;
mod os_rng;
pub mod p256;
pub mod passphrase;
pub mod password;
pub mod rsa;
pub mod tls;
pub mod totp;
pub mod uuid;
pub mod wireguard;

pub use error::Error;

use crate::rng::Rng;
use crate::secret::Secret;

/// Least strength, in bits, of a secret that only machines handle: the security strength that
/// NIST SP 800-57 part 1 accepts beyond 2030.
pub const MACHINE_BITS: usize = 128;

/// Least strength, in bits, of a secret that people type and a server rate-limits.
pub const PERSON_BITS: usize = 64;

/// A kind's options: they know their limits and make the value.
pub trait Kind {
    /// Whether the options are within their limits and strong enough; a kind without limits needs none.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Makes a value. `now` is for what carries a date.
    fn make(&self, rng: &mut Rng, now: Timestamp) -> Result<Generated, Error>;
}

/// What a kind made.
pub struct Generated {
    /// The value; what a variable is set to.
    pub secret: Secret,
    /// What others may know of it: a public key, a certificate.
    pub public: Option<String>,
    /// Its strength in bits, rounded down; `None` where the standard of the key says more than a number could.
    pub bits: Option<usize>,
}

impl Generated {
    /// A random value of that strength.
    fn random(secret: impl Into<String>, bits: usize) -> Self {
        Self { secret: Secret::new(secret), public: None, bits: Some(bits) }
    }

    /// A private key and its public part.
    fn key_pair(secret: Secret, public: impl Into<String>) -> Self {
        Self { secret, public: Some(public.into()), bits: None }
    }
}

impl From<Secret> for Generated {
    /// A value that was not drawn, such as the hash of another.
    fn from(secret: Secret) -> Self {
        Self { secret, public: None, bits: None }
    }
}

/// Declares the kinds once: module, variant, and thereby the schema's words, parsing, help and dispatch.
macro_rules! kinds {
    ($($(#[$attribute:meta])* $variant:ident($module:ident),)*) => {
        /// `generate = { kind = "hex", bytes = 32 }`: how to make a value.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Subcommand)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub enum Recipe {
            $($(#[$attribute])* $variant($module::Options),)*
        }

        impl Recipe {
            fn kind(&self) -> &dyn Kind {
                match self {
                    $(Self::$variant(options) => options,)*
                }
            }
        }
    };
}

kinds! {
    /// Hexadecimal digits, in lower case
    Hex(hex),
    /// Base64 with padding (RFC 4648 section 4)
    Base64(base64),
    /// Base64 in the URL-safe alphabet, without padding (RFC 4648 section 5)
    Base64url(base64url),
    /// Letters and digits
    Alphanumeric(alphanumeric),
    /// A password that contains every kind of character a policy asks for
    Password(password),
    /// Words from the EFF's long list, for people to type
    Passphrase(passphrase),
    /// A UUID: an identifier, not a secret
    Uuid(uuid),
    /// A Fernet key: 32 bytes in URL-safe base64
    Fernet(fernet),
    /// A secret for signing JSON Web Tokens with HMAC, as long as the hash (RFC 7518 section 3.2)
    JwtSecret(jwt_secret),
    /// An API key: a prefix that scanners find, random characters, and a checksum
    ApiKey(api_key),
    /// An RSA private key, PKCS#8 in PEM
    Rsa(rsa),
    /// An Ed25519 private key, PKCS#8 in PEM
    Ed25519(ed25519),
    /// A private key on the curve P-256, PKCS#8 in PEM
    P256(p256),
    /// An age identity
    Age(age),
    /// A WireGuard private key
    Wireguard(wireguard),
    /// A secret for one-time codes (RFC 6238), in base32
    Totp(totp),
    /// A self-signed TLS certificate with its private key, both in PEM
    Tls(tls),
}

impl Default for Recipe {
    /// What is right where nothing is known: letters and digits, which need no quotes anywhere.
    fn default() -> Self {
        Self::Alphanumeric(alphanumeric::Options::default())
    }
}

impl Recipe {
    /// Whether the options are within their limits and strong enough.
    pub fn check(&self) -> Result<(), Error> {
        self.kind().check()
    }

    /// A value to check a type with, made at once: in the place of an RSA key another private key in PEM.
    pub fn sample(&self, rng: &mut Rng, now: Timestamp) -> Result<Secret, Error> {
        let quick = Self::P256(p256::Options::default());
        generate(if matches!(self, Self::Rsa(_)) { &quick } else { self }, rng, now)
    }

    /// Makes a value, with its public part where it has one.
    pub fn make(&self, rng: &mut Rng, now: Timestamp) -> Result<Generated, Error> {
        self.check()?;
        self.kind().make(rng, now)
    }
}

/// Makes the value of a variable.
pub fn generate(recipe: &Recipe, rng: &mut Rng, now: Timestamp) -> Result<Secret, Error> {
    recipe.make(rng, now).map(|generated| generated.secret)
}

/// Most random bytes that an encoded value is made of; more has no use and would not fit everywhere.
const MAX_BYTES: usize = 1024;

/// Whether that many random bytes are enough, and not absurdly many.
fn check_bytes(bytes: usize) -> Result<(), Error> {
    check_range("bytes", bytes, 0, MAX_BYTES)?;
    check_strength("bytes", bytes * 8, MACHINE_BITS)
}

fn check_strength(option: &'static str, bits: usize, least: usize) -> Result<(), Error> {
    if bits < least { Err(Error::TooWeak { option, bits, least }) } else { Ok(()) }
}

fn check_range(option: &'static str, value: usize, least: usize, most: usize) -> Result<(), Error> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(Error::OutOfRange { option, least, most }) }
}

/// That many random bytes, written in that encoding.
fn encoded(rng: &mut Rng, bytes: usize, encoding: &Encoding) -> Result<Generated, Error> {
    Ok(Generated::random(encoding.encode(&random_bytes(rng, bytes)?), bytes * 8))
}

fn random_bytes(rng: &mut Rng, count: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    rng.fill(&mut bytes)?;
    Ok(bytes)
}

/// A PEM text as a value: without the line end, which stdout adds and an env file would escape.
fn pem_text(pem: &str) -> Secret {
    Secret::new(pem.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `generate = …` of a schema makes of this table.
    fn recipe(toml: &str) -> Result<Recipe, String> {
        toml::from_str(toml).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[test]
    fn a_schema_names_a_kind_and_may_leave_its_options_out() {
        assert_eq!(recipe("kind = 'hex'"), Ok(Recipe::Hex(hex::Options { bytes: 32 })));
        assert_eq!(recipe("kind = 'hex'\nbytes = 16"), Ok(Recipe::Hex(hex::Options { bytes: 16 })));
        assert!(matches!(recipe("kind = 'jwt-secret'\nalgorithm = 'HS512'"), Ok(Recipe::JwtSecret(_))));
    }

    #[test]
    fn a_kind_or_an_option_that_does_not_exist_is_an_error() {
        assert!(recipe("kind = 'hexx'").is_err_and(|message| message.contains("unknown variant `hexx`")));
        let unknown = recipe("kind = 'hex'\nbyte = 16");
        assert!(unknown.is_err_and(|message| message.contains("unknown field `byte`")));
    }

    #[test]
    fn too_few_bytes_are_refused_before_anything_is_made() {
        let weak = recipe("kind = 'base64'\nbytes = 15").expect("it parses");
        let mut rng = Rng::test_only_seeded(1);
        let error = weak.make(&mut rng, Timestamp::UNIX_EPOCH).err().expect("15 bytes are 120 bits");
        assert_eq!(error.to_string(), "120 bits are too weak: at least 128 are needed");
    }
}
