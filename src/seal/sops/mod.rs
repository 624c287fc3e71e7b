//! The SOPS dotenv format with age recipients: what `sops` reads and writes for `*.env` files.
//!
//! Names are readable; every value is encrypted by itself under the file's data key, bound to its name; the
//! data key is wrapped to each recipient. What the format leaves open (names of clear values, the order of
//! comments, empty values, the recipients, the age of the file) is what the seal record is for.

mod cipher;
mod error;
mod flat;
mod lines;
mod mac;
mod metadata;
mod open;
mod selector;
mod tree;
mod write;

pub use error::Error;
pub use lines::{Line, METADATA_PREFIX, Stored, survives_in_clear};
pub use metadata::{AgeEntry, Metadata, SOPS_VERSION};
pub use selector::{Selector, Walk, is_encrypted};
pub use tree::Tree;

use crate::secret::Secret;

/// A file in SOPS dotenv format. Reading and writing it again changes no byte, as long as it has no blank
/// lines and its metadata stands at the end, as sops and envward write it.
#[derive(Clone)]
pub struct Document {
    /// The lines with data.
    pub lines: Vec<Line>,
    /// Recipients, selector, date and MAC.
    pub metadata: Metadata,
}

/// A decrypted line.
#[derive(Clone, PartialEq, Eq)]
pub enum Plain {
    /// A variable.
    Value {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A comment: the text after `#`.
    Comment(Secret),
}

impl Document {
    /// Reads a file. Nothing is decrypted, and nothing is believed yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.trim_ascii().is_empty() {
            return Err(Error::Empty);
        }
        let (lines, entries) = lines::parse(bytes)?;
        Ok(Self { lines, metadata: Metadata::parse(entries)? })
    }

    /// The file as it is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        lines::emit(&self.lines, &mut out);
        self.metadata.emit(&mut out);
        out.into_bytes()
    }

    /// The names of its variables, in file order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Value { name, .. } => Some(name.as_str()),
            Line::Comment { .. } => None,
        })
    }
}

#[cfg(test)]
mod tampering;
#[cfg(test)]
mod tests;
