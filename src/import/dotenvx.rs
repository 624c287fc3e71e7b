//! dotenvx: a dotenv file with values `encrypted:BASE64`.
//!
//! The layout (dotenvx `encryptValue.js`, ecies/js): an ephemeral public key of secp256k1 (65 bytes, uncompressed), a
//! nonce (16), a tag (16), the ciphertext. The key is HKDF-SHA-256 over both points, without salt and info; the
//! cipher AES-256-GCM without additional data, so that dotenvx itself would not notice two values that were swapped.

use std::path::Path;

use aes_gcm::aead::generic_array::typenum::U16;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce, Tag};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hkdf::Hkdf;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use k256::{PublicKey, SecretKey};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Error, File, Reason, Request, Source, Taken};
use crate::dotenv::readers::{self, Environment};
use crate::dotenv::{Document, Quote};
use crate::env_vars::{DOTENV_PRIVATE_KEY, EnvSnapshot};
use crate::fs;
use crate::secret::{Secret, Values};

/// What an encrypted value begins with.
const ENCRYPTED: &str = "encrypted:";

/// What the variable of a public key begins with; the rest is the environment's name.
const PUBLIC_KEY: &str = "DOTENV_PUBLIC_KEY";

/// Where dotenvx keeps the private keys, beside the file.
const KEY_FILE: &str = ".env.keys";

/// What a private key begins with that a passphrase locks.
const LOCKED: &str = "locked:";

/// Lengths of the parts of an encrypted value, in bytes.
const POINT: usize = 65;
const NONCE: usize = 16;
const TAG: usize = 16;

/// A dotenv file that dotenvx encrypted.
pub struct Dotenvx;

impl Source for Dotenvx {
    fn kind(&self) -> &'static str {
        "dotenvx"
    }

    fn recognizes(&self, file: &File) -> bool {
        let is_own = |line: &str| {
            let line = line.trim_start().trim_start_matches("export ");
            line.starts_with(PUBLIC_KEY)
                || line.split_once('=').is_some_and(|(_, value)| {
                    value.trim_start_matches([' ', '"', '\'', '`']).starts_with(ENCRYPTED)
                })
        };
        file.lines().is_some_and(|text| text.lines().any(is_own))
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let stored = read(&file.bytes)?;
        // Single quotes tell dotenvx to leave a value alone.
        let (document, _) = Document::parse_with_problems(&file.bytes);
        let is_verbatim = |name: &str| document.get(name).is_some_and(|entry| entry.quote == Quote::Single);
        let is_encrypted = |value: &Secret| value.expose().starts_with(ENCRYPTED);
        let keys = if stored.values().any(is_encrypted) {
            private_keys(file, &stored, request.env)?
        } else {
            Vec::new()
        };
        let (mut taken, mut broken) = (Taken::default(), Vec::new());
        for (name, value) in stored.iter().filter(|(name, _)| !name.starts_with(PUBLIC_KEY)) {
            let opened = match value.expose().strip_prefix(ENCRYPTED) {
                None => Some(value.clone()),
                Some(text) => keys.iter().find_map(|key| decrypt(text, key)),
            };
            let Some(value) = opened else {
                broken.push(name.clone());
                continue;
            };
            if is_verbatim(name) {
                taken.put(name, value)?;
            } else if let Some(value) = unescaped(value.expose()) {
                taken.put(name, value)?;
            } else {
                taken.refuse(name, Reason::Expanded("dotenvx"));
            }
        }
        if broken.is_empty() { Ok(taken) } else { Err(Error::Undecryptable { names: broken }) }
    }
}

/// The values as they stand in the file.
fn read(bytes: &[u8]) -> Result<Values, Error> {
    let reader = readers::by_id("node-dotenv").expect("it is one of the readers");
    let failed = |_| Error::Reader { reader: "dotenvx".to_owned(), problem: "refuses the file" };
    reader.read(bytes, &Environment::new()).map_err(failed)
}

/// The private keys for a file: those in the environment, else those in the file that dotenvx puts beside it. The
/// user named the file, and the keys only open it; one that another user put there is refused all the same.
fn private_keys(file: &File, stored: &Values, env: &EnvSnapshot) -> Result<Vec<SecretKey>, Error> {
    let in_file = stored.keys().find_map(|name| name.strip_prefix(PUBLIC_KEY));
    let suffix = in_file.map_or_else(|| suffix_of(file.name()), str::to_owned);
    let name = format!("{DOTENV_PRIVATE_KEY}{suffix}");
    if let Some(text) = env.get(&name) {
        return parse_keys(&name, text);
    }
    let beside = file.path.parent().unwrap_or(Path::new("")).join(KEY_FILE);
    let bytes = fs::read_if_exists(&beside).map_err(|error| Error::Seal(error.into()))?;
    let Some(bytes) = bytes else { return Err(Error::NoPrivateKey { names: vec![name] }) };
    if fs::owner(&beside) != fs::current_user() {
        return Err(Error::ForeignKeys { file: beside.display().to_string() });
    }
    match read(&bytes)?.get(&name) {
        Some(text) => parse_keys(&name, text.expose()),
        None => Err(Error::NoPrivateKey { names: vec![name] }),
    }
}

/// What dotenvx appends to the variables of the keys of a file: `_PRODUCTION` for `.env.production`.
fn suffix_of(name: &str) -> String {
    let rest = name.strip_prefix(".env").unwrap_or_default().trim_start_matches('.');
    let words = rest.split('.').take(2).collect::<Vec<_>>().join("_");
    if words.is_empty() { String::new() } else { format!("_{}", words.to_ascii_uppercase()) }
}

/// One key, or several with commas between them, which are tried in their order.
fn parse_keys(name: &str, text: &str) -> Result<Vec<SecretKey>, Error> {
    let key = |text: &str| {
        let text = text.trim();
        if text.starts_with(LOCKED) {
            return Err(Error::LockedKey { name: name.to_owned() });
        }
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map(Zeroizing::new).ok();
        let key = bytes.and_then(|bytes| SecretKey::from_slice(&bytes).ok());
        key.ok_or_else(|| Error::NotAPrivateKey { name: name.to_owned() })
    };
    text.split(',').map(key).collect()
}

/// The value in the base64 after `encrypted:`; `None` if it does not open with this key.
fn decrypt(text: &str, private: &SecretKey) -> Option<Secret> {
    let bytes = BASE64.decode(text.trim().as_bytes()).ok()?;
    let (ephemeral, rest) = bytes.split_at_checked(POINT)?;
    let (nonce, rest) = rest.split_at_checked(NONCE)?;
    let (tag, ciphertext) = rest.split_at_checked(TAG)?;
    let public = PublicKey::from_sec1_bytes(ephemeral).ok()?;
    let shared = (public.to_projective() * *private.to_nonzero_scalar()).to_affine();
    let mut points = Zeroizing::new(ephemeral.to_vec());
    points.extend_from_slice(Zeroizing::new(shared.to_encoded_point(false).to_bytes()).as_ref());
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, &points).expand(&[], key.as_mut()).ok()?;
    let cipher = AesGcm::<Aes256, U16>::new((&*key).into());
    let mut value = Zeroizing::new(ciphertext.to_vec());
    cipher.decrypt_in_place_detached(Nonce::from_slice(nonce), b"", &mut value, Tag::from_slice(tag)).ok()?;
    let text = std::str::from_utf8(&value).ok()?;
    Some(Secret::new(text))
}

/// What dotenvx makes of a value outside of single quotes: `\$` is a dollar sign, `$NAME`, `${…}` and `$(…)` are
/// replaced when it reads the file, by what no file holds. `None` for those.
fn unescaped(value: &str) -> Option<Secret> {
    let mut text = Zeroizing::new(String::with_capacity(value.len()));
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        if let Some(before) = before.strip_suffix('\\') {
            text.push_str(before);
        } else if after.starts_with(|next: char| next.is_ascii_alphabetic() || "_{(".contains(next)) {
            return None;
        } else {
            text.push_str(before);
        }
        text.push('$');
        rest = after;
    }
    text.push_str(rest);
    Some(Secret::new(text.as_str()))
}
