//! One encrypted value: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, standard base64 with padding.
//!
//! AES-256-GCM under the file's data key. sops writes an IV of 32 bytes and reads any length; envward writes
//! the same and reads the lengths that sops and its ports have written.

use aes_gcm::aead::generic_array::ArrayLength;
use aes_gcm::aead::generic_array::typenum::{U12, U16, U32};
use aes_gcm::aead::{AeadInPlace, KeyInit, Nonce};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Tag};
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::rng::{self, Rng};
use crate::secret::{Key, Secret};

const IV_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;

/// The additional data of every comment: the path of a comment is empty.
pub(super) const COMMENT_AAD: &str = ":";

/// What an encrypted text was before sops turned it into text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text; also numbers, times and bytes, which decrypt to the text that was written.
    Text,
    /// `True` or `False`, which dotenv files say as `true` and `false`.
    Bool,
    /// A comment.
    Comment,
}

/// A decrypted text.
pub(super) struct Decrypted {
    /// The bytes that were encrypted, which are what the MAC covers.
    pub text: Secret,
    /// What they were.
    pub kind: Kind,
}

impl Decrypted {
    /// The value as a dotenv file says it.
    pub(super) fn into_value(self) -> Secret {
        match (self.kind, self.text.expose()) {
            (Kind::Bool, "True") => Secret::new("true"),
            (Kind::Bool, "False") => Secret::new("false"),
            _ => self.text,
        }
    }
}

/// Why a text did not decrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It is not an `ENC[…]` text, or was changed, or belongs to another key or name.
    Broken,
    /// It decrypts, and is not UTF-8.
    NotText,
}

/// Encrypts and decrypts under one data key.
pub(super) struct Cipher {
    aes: Aes256,
    gcm: AesGcm<Aes256, U32>,
}

impl Cipher {
    pub(super) fn new(key: &Key) -> Self {
        let aes = Aes256::new(key.expose().into());
        Self { gcm: AesGcm::from(aes.clone()), aes }
    }

    /// Encrypts a text under a new random IV. `aad` binds it to its place in the file.
    pub(super) fn encrypt(
        &self,
        text: &str,
        kind: Kind,
        aad: &str,
        rng: &mut Rng,
    ) -> Result<String, rng::Error> {
        let iv: [u8; IV_LENGTH] = rng.bytes()?;
        let mut data = text.as_bytes().to_vec();
        let tag = self
            .gcm
            .encrypt_in_place_detached(&iv.into(), aad.as_bytes(), &mut data)
            .expect("a file of 16 MiB holds no value near the cipher's limit of 64 GiB");
        let kind = if kind == Kind::Comment { "comment" } else { "str" };
        Ok(format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:{kind}]",
            BASE64.encode(&data),
            BASE64.encode(&iv),
            BASE64.encode(&tag)
        ))
    }

    /// Opens an `ENC[…]` text.
    pub(super) fn decrypt(&self, text: &str, aad: &str) -> Result<Decrypted, Failure> {
        let parts = Parts::parse(text).ok_or(Failure::Broken)?;
        let mut data = parts.data;
        let aad = aad.as_bytes();
        match parts.iv.len() {
            32 => open(&self.gcm, &parts.iv, aad, &mut data, &parts.tag),
            16 => open(&AesGcm::<_, U16>::from(self.aes.clone()), &parts.iv, aad, &mut data, &parts.tag),
            12 => open(&AesGcm::<_, U12>::from(self.aes.clone()), &parts.iv, aad, &mut data, &parts.tag),
            _ => return Err(Failure::Broken),
        }?;
        if std::str::from_utf8(&data).is_err() {
            return Err(Failure::NotText);
        }
        let text = String::from_utf8(std::mem::take(&mut *data)).map_err(|_| Failure::NotText)?;
        Ok(Decrypted { text: Secret::new(text), kind: parts.kind })
    }
}

fn open<N: ArrayLength<u8>>(
    cipher: &AesGcm<Aes256, N>,
    iv: &[u8],
    aad: &[u8],
    data: &mut [u8],
    tag: &Tag,
) -> Result<(), Failure> {
    let nonce = Nonce::<AesGcm<Aes256, N>>::from_slice(iv);
    cipher.decrypt_in_place_detached(nonce, aad, data, tag).map_err(|_| Failure::Broken)
}

/// The fields of an `ENC[…]` text.
struct Parts {
    data: Zeroizing<Vec<u8>>,
    iv: Vec<u8>,
    tag: Tag,
    kind: Kind,
}

impl Parts {
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix("ENC[AES256_GCM,data:")?.strip_suffix(']')?;
        let mut fields = inner.split(',');
        let data = fields.next()?;
        let iv = fields.next()?.strip_prefix("iv:")?;
        let tag = fields.next()?.strip_prefix("tag:")?;
        let kind = match fields.next()?.strip_prefix("type:")? {
            "str" | "int" | "float" | "time" | "bytes" => Kind::Text,
            "bool" => Kind::Bool,
            "comment" => Kind::Comment,
            _ => return None,
        };
        if fields.next().is_some() {
            return None;
        }
        let decode = |field: &str| BASE64.decode(field.as_bytes()).ok();
        let tag: [u8; TAG_LENGTH] = decode(tag)?.try_into().ok()?;
        Some(Self { data: Zeroizing::new(decode(data)?), iv: decode(iv)?, tag: tag.into(), kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> Cipher {
        Cipher::new(&Key::new([7; 32]))
    }

    /// Compiles only if the expanded key is overwritten when it is dropped.
    #[test]
    fn the_key_schedule_is_wiped() {
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Aes256>();
    }

    fn encrypt(text: &str, kind: Kind, aad: &str) -> String {
        cipher()
            .encrypt(text, kind, aad, &mut Rng::test_only_seeded(1))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_text_opens_under_its_own_name_only() {
        let encrypted = encrypt("hunter2", Kind::Text, "A:");
        let opened = cipher().decrypt(&encrypted, "A:").map(Decrypted::into_value);
        assert!(opened.is_ok_and(|value| value.expose() == "hunter2"));
        assert_eq!(cipher().decrypt(&encrypted, "B:").err(), Some(Failure::Broken));
        let other = Cipher::new(&Key::new([8; 32]));
        assert_eq!(other.decrypt(&encrypted, "A:").err(), Some(Failure::Broken));
    }

    #[test]
    fn a_new_text_has_an_iv_of_32_bytes_and_says_its_type() {
        let encrypted = encrypt("x", Kind::Comment, COMMENT_AAD);
        let parts = Parts::parse(&encrypted);
        assert!(parts.is_some_and(|parts| parts.iv.len() == 32 && parts.kind == Kind::Comment));
    }

    #[test]
    fn short_ivs_of_other_programs_are_read() {
        let gcm = AesGcm::<Aes256, U12>::from(Aes256::new(&[7; 32].into()));
        let mut data = b"True".to_vec();
        let tag = gcm
            .encrypt_in_place_detached(&[1; 12].into(), b"A:", &mut data)
            .unwrap_or_else(|error| panic!("{error}"));
        let text = format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:bool]",
            BASE64.encode(&data),
            BASE64.encode(&[1; 12]),
            BASE64.encode(&tag)
        );
        let opened = cipher().decrypt(&text, "A:");
        assert!(opened.as_ref().is_ok_and(|opened| opened.text.expose() == "True"), "the MAC covers True");
        assert!(opened.is_ok_and(|opened| opened.into_value().expose() == "true"), "dotenv says true");
    }

    #[test]
    fn every_changed_byte_is_an_error() {
        let encrypted = encrypt("hunter2", Kind::Text, "A:");
        for position in 0..encrypted.len() {
            for replacement in ['A', 'b', '=', ',', ']', '\\'] {
                let mut changed = encrypted.clone();
                changed.replace_range(position..=position, &replacement.to_string());
                let opened = cipher().decrypt(&changed, "A:");
                assert!(changed == encrypted || opened.is_err(), "byte {position} as {replacement}");
            }
            assert!(cipher().decrypt(&encrypted[..position], "A:").is_err(), "cut at {position}");
        }
    }
}
