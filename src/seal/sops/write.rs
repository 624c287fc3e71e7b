//! Writing a file: new values, new recipients, a new data key.

use std::collections::HashMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::cipher::{COMMENT_AAD, Cipher, Kind};
use super::lines::{check_name, survives_in_clear};
use super::mac::Mac;
use super::open::value_aad;
use super::{Document, Error, Line, Metadata, Plain, Selector, Stored};
use crate::rng::Rng;
use crate::seal::age_file;
use crate::seal::recipients::Recipient;
use crate::secret::{Key, Secret};
use crate::ui::escape;

impl Document {
    /// A new file without variables.
    pub fn new(
        key: &Key,
        recipients: &[Recipient],
        selector: Selector,
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<Self, Error> {
        let mut document = Self { lines: Vec::new(), metadata: Metadata::new(selector, now) };
        document.metadata.set_age(wrap(key, recipients)?);
        document.seal(&Cipher::new(key), Mac::new(false), now, rng)?;
        Ok(document)
    }

    /// Puts these lines in place of the file's own, and sets the date and the MAC. A line whose plaintext is
    /// unchanged keeps its bytes. A value that would not survive in clear is taken off the list of clear names;
    /// where the file's rule is not such a list, it is refused.
    pub fn replace(
        &mut self,
        key: &Key,
        lines: Vec<Plain>,
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        let selector = self.metadata.selector().clone();
        self.replace_under(key, &selector, lines, now, rng)
    }

    /// Like [`replace`](Self::replace), under another rule about which lines are encrypted.
    pub fn replace_under(
        &mut self,
        key: &Key,
        selector: &Selector,
        lines: Vec<Plain>,
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        let cipher = Cipher::new(key);
        let known = Known::new(self, &cipher)?;
        self.write(&cipher, known, selector, lines, now, rng)
    }

    /// Like [`replace_under`](Self::replace_under), and lines that are as in `other`, a file under the same data key,
    /// get the bytes that they have there.
    pub fn replace_from(
        &mut self,
        key: &Key,
        other: &Self,
        selector: &Selector,
        lines: Vec<Plain>,
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        let cipher = Cipher::new(key);
        let mut known = Known::new(other, &cipher)?;
        known.learn(self, &cipher)?;
        self.write(&cipher, known, selector, lines, now, rng)
    }

    /// Puts these lines in place of the file's own; those that are known keep their bytes.
    fn write(
        &mut self,
        cipher: &Cipher,
        mut known: Known,
        selector: &Selector,
        lines: Vec<Plain>,
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        let selector = without_unstorable(selector, &lines)?;
        let mut mac = Mac::new(self.metadata.mac_only_encrypted());
        let mut walk = selector.walk();
        let mut written = Vec::with_capacity(lines.len());
        for line in lines {
            written.push(match line {
                Plain::Value { name, value } => {
                    check_name(&name)?;
                    let encrypted = walk.value(&name);
                    let old = known.value(&name, &value, encrypted);
                    mac.value(old.as_ref().map_or(&value, |old| &old.covered).expose(), encrypted);
                    let stored = match old {
                        Some(old) => old.stored,
                        None if encrypted && !value.is_empty() => Stored::Encrypted(cipher.encrypt(
                            value.expose(),
                            Kind::Text,
                            &value_aad(&name),
                            rng,
                        )?),
                        None => Stored::Clear(value.expose().to_owned()),
                    };
                    Line::Value { name, stored }
                }
                Plain::Comment(text) => {
                    let encrypted = walk.comment(text.expose());
                    let stored = match known.comment(text.expose(), encrypted) {
                        Some(stored) => stored,
                        None => store_comment(cipher, text.expose(), encrypted, rng)?,
                    };
                    Line::Comment { stored }
                }
            });
        }
        self.lines = written;
        if selector.text() != self.metadata.selector().text() {
            self.metadata.set_selector(selector);
        }
        self.seal(cipher, mac, now, rng)
    }

    /// Adds a comment as the last line. Comments are outside the MAC, so nothing else changes.
    pub fn push_comment(&mut self, key: &Key, text: &str, rng: &mut Rng) -> Result<(), Error> {
        let mut walk = self.metadata.selector().walk();
        for line in &self.lines {
            match line {
                Line::Value { name, .. } => walk.value(name),
                Line::Comment { stored } => walk.comment(stored.text()),
            };
        }
        let encrypted = walk.comment(text);
        let stored = store_comment(&Cipher::new(key), text, encrypted, rng)?;
        self.lines.push(Line::Comment { stored });
        Ok(())
    }

    /// Wraps the same data key to these recipients. Entries of those who stay keep their bytes, and so do keys
    /// of kinds that envward does not have.
    pub fn rewrap(&mut self, key: &Key, recipients: &[Recipient]) -> Result<(), Error> {
        let mut wrapped = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let text = recipient.to_string();
            let kept = self.metadata.age().find(|entry| entry.recipient == text);
            let encrypted_key = match kept {
                Some(entry) => entry.encrypted_key.to_owned(),
                None => age_file::wrap_to(std::slice::from_ref(recipient), key.expose())?,
            };
            wrapped.push((text, encrypted_key));
        }
        self.metadata.set_age(wrapped);
        Ok(())
    }

    /// Gives the file a new data key, wrapped to these recipients only: every line is encrypted anew. Refused
    /// if the file is also wrapped to keys of other kinds, which would be left with the old one.
    pub fn rekey(
        &mut self,
        old: &Key,
        new: &Key,
        recipients: &[Recipient],
        now: Timestamp,
        rng: &mut Rng,
    ) -> Result<(), Error> {
        if let Some(kinds) = self.metadata.foreign_keys() {
            return Err(Error::ForeignKeys { kinds });
        }
        let lines = self.decrypt(old)?;
        let wrapped = wrap(new, recipients)?;
        let (cipher, mac) = (Cipher::new(new), Mac::new(self.metadata.mac_only_encrypted()));
        let mut empty = Self { lines: Vec::new(), metadata: self.metadata.clone() };
        empty.seal(&cipher, mac, now, rng)?;
        empty.metadata.set_age(wrapped);
        empty.replace(new, lines, now, rng)?;
        *self = empty;
        Ok(())
    }

    /// Sets the date and the MAC.
    fn seal(&mut self, cipher: &Cipher, mac: Mac, now: Timestamp, rng: &mut Rng) -> Result<(), Error> {
        self.metadata.set_last_modified(now);
        let mac = cipher.encrypt(&mac.finish(), Kind::Text, self.metadata.last_modified(), rng)?;
        self.metadata.set_mac(mac);
        Ok(())
    }
}

/// One age file with the data key for each recipient, as sops does.
fn wrap(key: &Key, recipients: &[Recipient]) -> Result<Vec<(String, String)>, Error> {
    recipients
        .iter()
        .map(|recipient| {
            let encrypted_key = age_file::wrap_to(std::slice::from_ref(recipient), key.expose())?;
            Ok((recipient.to_string(), encrypted_key))
        })
        .collect()
}

/// The rule, less the names whose values cannot be stored in clear.
fn without_unstorable(selector: &Selector, lines: &[Plain]) -> Result<Selector, Error> {
    let mut reduced = selector.clone();
    let mut walk = selector.walk();
    for line in lines {
        match line {
            Plain::Comment(text) => {
                walk.comment(text.expose());
            }
            Plain::Value { name, value } => {
                if walk.value(name) || survives_in_clear(value.expose()) {
                    continue;
                }
                match &mut reduced {
                    Selector::ClearNames(names) => {
                        names.shift_remove(name);
                    }
                    rule => {
                        let name = escape(name).into_owned();
                        return Err(Error::NotStorable { name, selector: rule.key() });
                    }
                }
            }
        }
    }
    Ok(reduced)
}

fn store_comment(cipher: &Cipher, text: &str, encrypted: bool, rng: &mut Rng) -> Result<Stored, Error> {
    if text.contains('\n') {
        return Err(Error::CommentBreak);
    }
    // sops cannot read an encrypted empty text.
    if encrypted && !text.is_empty() {
        return Ok(Stored::Encrypted(cipher.encrypt(text, Kind::Comment, COMMENT_AAD, rng)?));
    }
    Ok(Stored::Clear(text.to_owned()))
}

/// The lines a file has, by plaintext, so that what is unchanged keeps its bytes.
struct Known {
    values: HashMap<String, Vec<KnownValue>>,
    /// By the hash of the text, so that no second copy of it lies in memory.
    comments: HashMap<[u8; 32], Vec<Stored>>,
}

/// A stored value and what it says.
struct KnownValue {
    value: Secret,
    /// The text that the MAC covers; for a boolean from another format it is not the value.
    covered: Secret,
    stored: Stored,
}

impl Known {
    fn new(document: &Document, cipher: &Cipher) -> Result<Self, Error> {
        let mut known = Self { values: HashMap::new(), comments: HashMap::new() };
        known.learn(document, cipher)?;
        Ok(known)
    }

    /// Adds the lines of a file; they are preferred to those that are known already.
    fn learn(&mut self, document: &Document, cipher: &Cipher) -> Result<(), Error> {
        let opened = document.open(cipher)?;
        // Backwards, so that equal comments are taken from the end of their list in file order.
        for (line, text) in document.lines.iter().zip(opened).rev() {
            match line {
                Line::Value { name, stored } => {
                    let covered = text.text.clone();
                    let value = text.into_value();
                    let known = KnownValue { value, covered, stored: stored.clone() };
                    self.values.entry(name.clone()).or_default().push(known);
                }
                Line::Comment { stored } => {
                    self.comments.entry(hash(text.text.expose())).or_default().push(stored.clone());
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &Secret, encrypted: bool) -> Option<KnownValue> {
        let is_same = |old: &KnownValue| {
            let same_form = value.is_empty() || matches!(old.stored, Stored::Encrypted(_)) == encrypted;
            same_form && old.value == *value
        };
        self.values.remove(name)?.into_iter().rev().find(is_same)
    }

    fn comment(&mut self, text: &str, encrypted: bool) -> Option<Stored> {
        let old = self.comments.get_mut(&hash(text))?.pop()?;
        (text.is_empty() || matches!(old, Stored::Encrypted(_)) == encrypted).then_some(old)
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
