//! What lies in a sealed file, whichever its format: the common ground of SOPS and age.

use std::path::Path;

use super::age_file::{self, wrap_to};
use super::recipients::Recipient;
use super::record::{Kind, Part};
use super::sops::{self, Line, Plain, Selector};
use super::{Access, Error, env_text};
use crate::manifest::SealFormat;
use crate::rng::Rng;
use crate::secret::Key;

/// How every armoured age file begins.
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// How every binary age file begins.
const BINARY: &[u8] = b"age-encryption.org/v1";

/// A sealed file and what opens it.
pub(super) enum Content {
    /// SOPS dotenv.
    Sops {
        /// The file, without the seal record.
        document: Box<sops::Document>,
        /// Its data key.
        key: Key,
    },
    /// One age file. Its data key is age's own business.
    Age {
        /// Everything in it, without the seal record.
        lines: Vec<Plain>,
    },
}

/// Whether these are the bytes of an age file.
pub(super) fn is_age(bytes: &[u8]) -> bool {
    bytes.starts_with(ARMOR) || bytes.starts_with(BINARY)
}

impl Content {
    /// Decrypts a file. The lines hold the seal record, if there is one.
    pub(super) fn open(bytes: &[u8], path: &Path, access: &mut Access) -> Result<(Self, Vec<Plain>), Error> {
        if is_age(bytes) {
            let plaintext = access.open_age(bytes).map_err(Error::at(path))?;
            let lines =
                env_text::parse(&plaintext).ok_or_else(|| Error::Plaintext { path: path.to_owned() })?;
            return Ok((Self::Age { lines: lines.clone() }, lines));
        }
        let document = sops::Document::parse(bytes).map_err(Error::at(path))?;
        let key = document.unwrap_key(&mut access.identities).map_err(Error::at(path))?;
        let lines = document.decrypt(&key).map_err(Error::at(path))?;
        Ok((Self::Sops { document: Box::new(document), key }, lines))
    }

    /// Takes the last line, the seal record, off.
    pub(super) fn pop_record(&mut self) {
        match self {
            Self::Sops { document, .. } => drop(document.lines.pop()),
            Self::Age { lines } => drop(lines.pop()),
        }
    }

    /// An empty file for these recipients.
    pub(super) fn new(
        format: SealFormat,
        recipients: &[Recipient],
        selector: Selector,
        access: &Access,
        rng: &mut Rng,
    ) -> Result<Self, Error> {
        Ok(match format {
            SealFormat::Age => Self::Age { lines: Vec::new() },
            SealFormat::Sops => {
                let key = Key::new(rng.bytes()?);
                let document = sops::Document::new(&key, recipients, selector, access.now, rng)?;
                Self::Sops { document: Box::new(document), key }
            }
        })
    }

    /// The key of the record's `file` tag. An age file has no data key to hand out, and cannot be changed
    /// without its plaintext anyway.
    pub(super) fn data_key(&self) -> Option<&Key> {
        match self {
            Self::Sops { key, .. } => Some(key),
            Self::Age { .. } => None,
        }
    }

    /// What the seal record covers.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        match self {
            Self::Sops { document, .. } => {
                let lines = document.lines.iter().map(|line| match line {
                    Line::Value { name, stored } => Part { kind: Kind::Value, name, stored: stored.text() },
                    Line::Comment { stored } => Part { kind: Kind::Comment, name: "", stored: stored.text() },
                });
                let entries = document.metadata.entries();
                let metadata = entries.map(|(name, stored)| Part { kind: Kind::Metadata, name, stored });
                lines.chain(metadata).collect()
            }
            Self::Age { lines } => lines
                .iter()
                .map(|line| match line {
                    Plain::Value { name, value } => Part { kind: Kind::Value, name, stored: value.expose() },
                    Plain::Comment(text) => Part { kind: Kind::Comment, name: "", stored: text.expose() },
                })
                .collect(),
        }
    }

    /// The public keys it is encrypted to, where the format says so.
    pub(super) fn recipients(&self) -> Option<Vec<String>> {
        match self {
            Self::Sops { document, .. } => {
                Some(document.metadata.age().map(|entry| entry.recipient.to_owned()).collect())
            }
            Self::Age { .. } => None,
        }
    }

    /// The rule that says which variables are encrypted; `None` where all are.
    pub(super) fn selector(&self) -> Option<&Selector> {
        match self {
            Self::Sops { document, .. } => Some(document.metadata.selector()),
            Self::Age { .. } => None,
        }
    }

    /// Puts other lines in. Lines that stay keep their bytes.
    pub(super) fn replace(
        &mut self,
        lines: Vec<Plain>,
        selector: Option<&Selector>,
        access: &Access,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        match self {
            Self::Sops { document, key } => {
                let selector = selector.unwrap_or(document.metadata.selector()).clone();
                Ok(document.replace_under(key, &selector, lines, access.now, rng)?)
            }
            Self::Age { lines: old } => {
                *old = lines;
                Ok(())
            }
        }
    }

    /// Like [`replace`](Self::replace), and lines that are as in `other` keep the bytes that they have there, as far as
    /// they are under the same data key.
    pub(super) fn replace_from(
        &mut self,
        other: &Self,
        lines: Vec<Plain>,
        selector: Option<&Selector>,
        access: &Access,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        match (&mut *self, other) {
            (Self::Sops { document, key }, Self::Sops { document: other, key: other_key })
                if key.expose() == other_key.expose() =>
            {
                let selector = selector.unwrap_or(document.metadata.selector()).clone();
                Ok(document.replace_from(key, other, &selector, lines, access.now, rng)?)
            }
            _ => self.replace(lines, selector, access, rng),
        }
    }

    /// Other recipients. With `new_key`, everything is encrypted anew under another data key.
    pub(super) fn set_recipients(
        &mut self,
        recipients: &[Recipient],
        new_key: bool,
        access: &Access,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        let Self::Sops { document, key } = self else { return Ok(()) };
        if new_key {
            let new = Key::new(rng.bytes()?);
            document.rekey(key, &new, recipients, access.now, rng)?;
            *key = new;
        } else {
            document.rewrap(key, recipients)?;
        }
        Ok(())
    }

    /// The bytes of the file, with the seal record as its last line.
    pub(super) fn to_bytes(
        &self,
        record: Option<&str>,
        recipients: &[Recipient],
        rng: &mut Rng,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Sops { document, key } => {
                let mut document = document.clone();
                if let Some(record) = record {
                    document.push_comment(key, record, rng)?;
                }
                Ok(document.to_bytes())
            }
            Self::Age { lines } => {
                let text = env_text::emit(lines, record);
                Ok(wrap_to(recipients, text.as_bytes())?.into_bytes())
            }
        }
    }

    /// Whether writing the opened file again would give these bytes: it holds nothing that the record, which
    /// covers what was understood, does not cover. `document` still has its record.
    pub(super) fn is_canonical(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Sops { document, .. } => document.to_bytes() == bytes,
            Self::Age { .. } => true,
        }
    }
}

/// Whether an age file opens with a passphrase.
pub(super) fn has_passphrase(bytes: &[u8]) -> Result<bool, Error> {
    Ok(age_file::needs_passphrase(bytes)?)
}
