//! Opening a file: the data key, the values, the MAC.

use super::cipher::{COMMENT_AAD, Cipher, Decrypted, Failure, Kind};
use super::mac::Mac;
use super::{AgeEntry, Document, Error, Line, Metadata, Plain, Stored};
use crate::seal::identity::Identities;
use crate::secret::{Key, Secret};
use crate::ui::escape;

/// What errors call a comment.
const A_COMMENT: &str = "a comment";

impl Document {
    /// The data key, through the first identity that opens any of the file's age recipients.
    pub fn unwrap_key(&self, identities: &mut Identities) -> Result<Key, Error> {
        self.metadata.unwrap_key(identities)
    }

    /// Decrypts every line and verifies the MAC; on any mismatch there is an error and no value.
    pub fn decrypt(&self, key: &Key) -> Result<Vec<Plain>, Error> {
        let opened = self.open(&Cipher::new(key))?;
        Ok(self
            .lines
            .iter()
            .zip(opened)
            .map(|(line, text)| match line {
                Line::Value { name, .. } => Plain::Value { name: name.clone(), value: text.into_value() },
                Line::Comment { .. } => Plain::Comment(text.into_value()),
            })
            .collect())
    }

    /// The plaintext of every line, in order, after the MAC was verified.
    pub(super) fn open(&self, cipher: &Cipher) -> Result<Vec<Decrypted>, Error> {
        let mut mac = Mac::new(self.metadata.mac_only_encrypted());
        let mut walk = self.metadata.selector().walk();
        let mut opened = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            opened.push(match line {
                Line::Value { name, stored } => {
                    let encrypted = walk.value(name);
                    let text = open_value(cipher, name, stored, encrypted)?;
                    mac.value(text.text.expose(), encrypted);
                    text
                }
                Line::Comment { stored } => {
                    let encrypted = walk.comment(stored.text());
                    open_comment(cipher, stored, encrypted)?
                }
            });
        }
        let stored =
            cipher.decrypt(self.metadata.mac(), self.metadata.last_modified()).map_err(|_| Error::Mac)?;
        if mac.matches(stored.text.expose()) { Ok(opened) } else { Err(Error::Mac) }
    }
}

impl Metadata {
    /// The data key, through the first identity that opens any of the file's age recipients.
    pub(super) fn unwrap_key(&self, identities: &mut Identities) -> Result<Key, Error> {
        let wrapped: Vec<&[u8]> =
            self.age().map(|AgeEntry { encrypted_key, .. }| encrypted_key.as_bytes()).collect();
        if wrapped.is_empty() {
            let kinds = self.foreign_keys().unwrap_or_else(|| "a key it does not name".to_owned());
            return Err(Error::ForeignOnly { kinds });
        }
        let bytes = identities.unwrap_any(&wrapped)?;
        Key::from_slice(&bytes).ok_or(Error::DataKey)
    }
}

/// A value: decrypted if the file's rule says that it is encrypted, else as it stands.
fn open_value(cipher: &Cipher, name: &str, stored: &Stored, encrypted: bool) -> Result<Decrypted, Error> {
    match stored {
        Stored::Encrypted(text) if encrypted => {
            cipher.decrypt(text, &value_aad(name)).map_err(|failure| failed(failure, name))
        }
        Stored::Clear(text) if encrypted && !text.is_empty() => {
            Err(Error::NotEncrypted { name: escape(name).into_owned() })
        }
        Stored::Clear(text) | Stored::Encrypted(text) => {
            Ok(Decrypted { text: Secret::new(text.as_str()), kind: Kind::Text })
        }
    }
}

/// A comment. sops takes a readable one where it expects an encrypted one, so that a line added by hand is no
/// error; one that looks encrypted must decrypt.
fn open_comment(cipher: &Cipher, stored: &Stored, encrypted: bool) -> Result<Decrypted, Error> {
    match stored {
        Stored::Encrypted(text) if encrypted => {
            let opened = cipher.decrypt(text, COMMENT_AAD).map_err(|failure| failed(failure, A_COMMENT))?;
            // It would become lines of its own in an env file.
            if opened.text.expose().contains('\n') {
                return Err(Error::NotText { name: A_COMMENT.to_owned() });
            }
            Ok(opened)
        }
        Stored::Clear(text) | Stored::Encrypted(text) => {
            Ok(Decrypted { text: Secret::new(text.as_str()), kind: Kind::Comment })
        }
    }
}

/// What a value is bound to: the path of its key, which in a dotenv file is the name.
pub(super) fn value_aad(name: &str) -> String {
    format!("{name}:")
}

fn failed(failure: Failure, name: &str) -> Error {
    let name = escape(name).into_owned();
    match failure {
        Failure::Broken => Error::Decrypt { name },
        Failure::NotText => Error::NotText { name },
    }
}
