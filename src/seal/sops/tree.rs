//! SOPS files in YAML and JSON, which envward reads to take them over and never writes.
//!
//! The rules (sops `sops.go`, `aes/cipher.go`): a value is bound to the keys on its way, `a:b:` for `a: {b: …}`;
//! items of a list are bound to the keys above the list alone. A rule about names asks every key on the way. The
//! MAC covers the values of all documents in order, a boolean as `True` or `False`, a number in its shortest
//! spelling, nothing for null. The metadata is the key `sops` of each document; the first one's counts.

use indexmap::IndexMap;

use super::Error;
use super::cipher::{Cipher, Failure, Kind as Sealed};
use super::mac::Mac;
use super::metadata::Metadata;
use super::selector::Selector;
use crate::forms::yaml::{Kind, Node, ScalarType};
use crate::seal::identity::Identities;
use crate::secret::{Key, Secret};
use crate::ui::escape;

/// The key that holds the metadata.
const METADATA: &str = "sops";

const ENCRYPTED_PREFIX: &str = "ENC[AES256_GCM,";

/// A file whose documents are trees.
pub struct Tree {
    documents: Vec<Node>,
    metadata: Metadata,
}

impl Tree {
    /// Whether a document has the metadata of sops.
    pub fn is_one(document: &Node) -> bool {
        document.get(METADATA).is_some_and(|metadata| metadata.get("mac").is_some())
    }

    /// Takes the documents of a file. Nothing is decrypted, and nothing is believed yet.
    pub fn new(mut documents: Vec<Node>) -> Result<Self, Error> {
        let metadata =
            documents.first().and_then(|document| document.get(METADATA)).ok_or(Error::NotSealed)?;
        let mut entries = IndexMap::new();
        flatten(metadata, "", &mut entries);
        let metadata = Metadata::parse(entries)?;
        for document in &mut documents {
            let Kind::Mapping(pairs) = &mut document.kind else { return Err(Error::NotSealed) };
            pairs.retain(|(key, _)| key.text().is_none_or(|key| key.expose() != METADATA));
        }
        Ok(Self { documents, metadata })
    }

    /// The documents with every value in clear, after the MAC was verified.
    pub fn decrypt(self, identities: &mut Identities) -> Result<Vec<Node>, Error> {
        let key = self.metadata.unwrap_key(identities)?;
        self.decrypt_with(&key)
    }

    fn decrypt_with(mut self, key: &Key) -> Result<Vec<Node>, Error> {
        let mut walk = Walk {
            cipher: Cipher::new(key),
            selector: self.metadata.selector(),
            mac: Mac::new(self.metadata.mac_only_encrypted()),
            path: Vec::new(),
        };
        for document in &mut self.documents {
            walk.open(document)?;
        }
        let stored = walk.cipher.decrypt(self.metadata.mac(), self.metadata.last_modified());
        let stored = stored.map_err(|_| Error::Mac)?;
        if walk.mac.matches(stored.text.expose()) { Ok(self.documents) } else { Err(Error::Mac) }
    }
}

/// The metadata in the flat keys that a dotenv file has for it; nothing for null and for what is empty.
fn flatten(node: &Node, key: &str, entries: &mut IndexMap<String, String>) {
    match &node.kind {
        Kind::Scalar { .. } if node.is_null() => {}
        Kind::Scalar { text, .. } => drop(entries.insert(key.to_owned(), text.expose().to_owned())),
        Kind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(item, &format!("{key}__list_{index}"), entries);
            }
        }
        Kind::Mapping(_) => {
            for (name, value) in node.entries() {
                let below = if key.is_empty() { name.to_owned() } else { format!("{key}__map_{name}") };
                flatten(value, &below, entries);
            }
        }
    }
}

/// On its way through the values of a file.
struct Walk<'a> {
    cipher: Cipher,
    selector: &'a Selector,
    mac: Mac,
    /// The keys down to where it is.
    path: Vec<String>,
}

impl Walk<'_> {
    fn open(&mut self, node: &mut Node) -> Result<(), Error> {
        if node.is_null() {
            return Ok(());
        }
        let scalar_type = node.scalar_type();
        match &mut node.kind {
            Kind::Scalar { text, plain } => {
                let (value, kind) = self.value(text, *plain, scalar_type)?;
                *text = value;
                *plain = kind == Sealed::Bool;
                Ok(())
            }
            Kind::Sequence(items) => items.iter_mut().try_for_each(|item| self.open(item)),
            Kind::Mapping(pairs) => pairs.iter_mut().try_for_each(|(key, value)| {
                let name = key.text().ok_or(Error::Key { line: key.line })?;
                self.path.push(name.expose().to_owned());
                self.open(value)?;
                self.path.pop();
                Ok(())
            }),
        }
    }

    /// A value in clear, which the MAC has taken in.
    fn value(
        &mut self,
        text: &Secret,
        plain: bool,
        scalar_type: Option<ScalarType>,
    ) -> Result<(Secret, Sealed), Error> {
        let stored = text.expose();
        let rule = self.selector;
        let encrypted = rule.encrypts(&self.path).ok_or(Error::CommentRule { selector: rule.key() })?;
        if encrypted && stored.starts_with(ENCRYPTED_PREFIX) {
            let aad = self.path.join(":") + ":";
            let opened = self.cipher.decrypt(stored, &aad).map_err(|failure| match failure {
                Failure::Broken => Error::Decrypt { name: self.shown() },
                Failure::NotText => Error::NotText { name: self.shown() },
            })?;
            self.mac.value(opened.text.expose(), true);
            let kind = opened.kind;
            return Ok((opened.into_value(), kind));
        }
        if encrypted && !stored.is_empty() {
            return Err(Error::NotEncrypted { name: self.shown() });
        }
        let (covered, value, kind) = match scalar_type {
            Some(ScalarType::Bool) if stored.eq_ignore_ascii_case("true") => ("True", "true", Sealed::Bool),
            Some(ScalarType::Bool) => ("False", "false", Sealed::Bool),
            Some(ScalarType::Int | ScalarType::Float) if !is_plain_number(stored) => {
                return Err(Error::Spelling { name: self.shown() });
            }
            Some(ScalarType::Text) if plain && is_date(stored) => {
                return Err(Error::Spelling { name: self.shown() });
            }
            _ => (stored, stored, Sealed::Text),
        };
        self.mac.value(covered, encrypted);
        Ok((Secret::new(value), kind))
    }

    /// Where it is, for a message.
    fn shown(&self) -> String {
        escape(&self.path.join(".")).into_owned()
    }
}

/// Whether a number is spelt in the one way in which sops writes it, which is what its MAC covers.
fn is_plain_number(text: &str) -> bool {
    let whole = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    whole || text.parse::<f64>().is_ok_and(|number| number.is_finite() && number.to_string() == text)
}

/// Whether YAML's older types make a point in time of a text without quotes.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
}
