//! The lossless document.

use zeroize::Zeroizing;

use super::{Problem, Problems, Quote, Unportable};
use crate::secret::Secret;

/// An env file, line by line, with every byte it had.
pub struct Document {}

/// One variable of a document.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value, decoded.
    pub value: &'a Secret,
    /// How the value stands in the file.
    pub quote: Quote,
    /// Line of the name, from 1.
    pub line: u32,
    /// Column of the first character of the value as it stands (the quote, if there is one), from 1.
    pub column: u32,
    /// Whether a comment follows on the same line: most readers drop it, `docker run` keeps it in the value.
    pub inline_comment: bool,
    /// Whether the line starts with `export `.
    pub export: bool,
}

impl Document {
    /// Parses strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problems> {
        let (document, problems) = Self::parse_with_problems(bytes);
        if problems.is_empty() { Ok(document) } else { Err(Problems(problems)) }
    }

    /// Parses as much as can be parsed, for `check`: lines with a problem are kept as they are and give no
    /// entry; of duplicates the last one counts.
    pub fn parse_with_problems(_bytes: &[u8]) -> (Self, Vec<Problem>) {
        todo!("the dotenv room")
    }

    /// An empty document.
    pub fn new() -> Self {
        Self {}
    }

    /// The variables in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        std::iter::empty()
    }

    /// The variable of that name.
    pub fn get(&self, _name: &str) -> Option<Entry<'_>> {
        todo!("the dotenv room")
    }

    /// Names that a comment `# NAME: only in the sealed file (multi-line)` stands for.
    pub fn sealed_only(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    /// Sets a value in place, keeping the line's quoting where it can carry the new value, or appends a line.
    pub fn set(&mut self, _name: &str, _value: &Secret) -> Result<(), Unportable> {
        todo!("the dotenv room")
    }

    /// Removes a variable's line; `false` if there was none.
    pub fn remove(&mut self, _name: &str) -> bool {
        todo!("the dotenv room")
    }

    /// Changes a variable's name and nothing else; `false` if there was none.
    pub fn rename(&mut self, _from: &str, _to: &str) -> bool {
        todo!("the dotenv room")
    }

    /// Appends a comment line `# text`, one per line of the text.
    pub fn push_comment(&mut self, _text: &str) {
        todo!("the dotenv room")
    }

    /// Appends an empty line.
    pub fn push_blank(&mut self) {
        todo!("the dotenv room")
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        todo!("the dotenv room")
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}
