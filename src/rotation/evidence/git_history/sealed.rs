//! A version of the sealed file, as far as it shows without a key.

use std::collections::{BTreeMap, HashSet};

use crate::mac::sha256;
use crate::manifest::SealFormat;
use crate::seal::sops::{Document, Line, Stored};

/// What the name of a metadata entry ends with that holds the data key, wrapped to someone.
const WRAPPED: &str = "__map_enc";

/// A version of the sealed file.
#[derive(Default)]
pub(super) struct Sealed {
    /// SHA-256 of its bytes.
    pub(super) sha256: String,
    /// The ciphertext of each variable; of an age file, its hash under an empty name.
    texts: BTreeMap<String, String>,
    /// The data key, wrapped to each of the recipients.
    wrapped: HashSet<String>,
}

impl Sealed {
    /// Reads a version. One that is no sealed file holds nothing.
    pub(super) fn parse(bytes: &[u8], format: SealFormat) -> Self {
        let sha256 = sha256(bytes);
        if format == SealFormat::Age {
            let texts = [(String::new(), sha256.clone())].into();
            return Self { sha256, texts, wrapped: HashSet::new() };
        }
        let Ok(document) = Document::parse(bytes) else { return Self { sha256, ..Self::default() } };
        let entries = document.metadata.entries().filter(|(name, _)| name.ends_with(WRAPPED));
        let wrapped = entries.map(|(_, key)| key.to_owned()).collect();
        let text = |line: Line| match line {
            Line::Value { name, stored: Stored::Encrypted(text) } => Some((name, text)),
            _ => None,
        };
        let texts = document.lines.into_iter().filter_map(text).collect();
        Self { sha256, texts, wrapped }
    }

    /// Names and ciphertexts.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The ciphertext of a variable.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Whether this version has another data key than an older one: no ciphertext is left, and no wrapped key.
    pub(super) fn is_rekeyed_from(&self, old: &Self) -> bool {
        let mut common = self.texts().filter_map(|(name, text)| Some(old.text(name)? == text)).peekable();
        common.peek().is_some()
            && common.all(|is_same| !is_same)
            && !self.wrapped.is_empty()
            && self.wrapped.is_disjoint(&old.wrapped)
    }
}
