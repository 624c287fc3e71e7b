//! The lines of a SOPS dotenv file.
//!
//! The store's rules (sops `stores/dotenv`): lines end with `\n` and nothing else; empty lines are skipped; a
//! line that starts with `#` is a comment, everything after it its text; any other line is `NAME=value`, split
//! at the first `=`, the name not trimmed. In a value, the two characters `\n` stand for a newline; there is no
//! escape for the backslash. Names that start with `sops_` are metadata.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Error;
use crate::ui::escape;

/// What a name starts with that belongs to the metadata.
pub const METADATA_PREFIX: &str = "sops_";

/// No sealed file that envward reads has more lines.
pub const MAX_LINES: usize = 400_000;

const ENCRYPTED_PREFIX: &str = "ENC[AES256_GCM,";

/// One line with data, in the order of the file. Not `Debug`: a line that should be encrypted may not be.
#[derive(Clone, PartialEq, Eq)]
pub enum Line {
    /// `NAME=value`
    Value {
        /// The name, byte for byte.
        name: String,
        /// The value as the file holds it.
        stored: Stored,
    },
    /// `#comment`
    Comment {
        /// The text after `#` as the file holds it.
        stored: Stored,
    },
}

/// The right side of a line.
#[derive(Clone, PartialEq, Eq)]
pub enum Stored {
    /// Readable text, with newlines decoded. An empty value is always stored like this.
    Clear(String),
    /// The whole `ENC[…]` text.
    Encrypted(String),
}

impl Stored {
    fn from_file(text: String) -> Self {
        if text.starts_with(ENCRYPTED_PREFIX) { Self::Encrypted(text) } else { Self::Clear(text) }
    }

    /// The text in the file, with newlines decoded.
    pub fn text(&self) -> &str {
        match self {
            Self::Clear(text) | Self::Encrypted(text) => text,
        }
    }
}

/// Whether a value comes back the same when it is stored in clear: it holds neither the two characters `\n`,
/// which would come back as a newline, nor a carriage return, which git and editors drop, nor does it look
/// like a ciphertext.
pub fn survives_in_clear(value: &str) -> bool {
    !value.contains("\\n") && !value.contains('\r') && !value.starts_with("ENC[")
}

/// Splits a file into its data lines and its metadata, in file order.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<Line>, IndexMap<String, String>), Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8 { offset: error.valid_up_to() })?;
    let mut lines = Vec::new();
    let mut names = HashSet::new();
    let mut metadata = IndexMap::new();
    for (index, line) in text.split('\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let number = index + 1;
        if number > MAX_LINES {
            return Err(Error::TooManyLines);
        }
        if line.starts_with("<<<<<<< ") {
            return Err(Error::ConflictMarkers { line: number });
        }
        if let Some(comment) = line.strip_prefix('#') {
            lines.push(Line::Comment { stored: Stored::from_file(comment.to_owned()) });
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(Error::Line { line: number })?;
        let value = value.replace("\\n", "\n");
        let duplicate = if let Some(key) = name.strip_prefix(METADATA_PREFIX) {
            metadata.insert(key.to_owned(), value).is_some()
        } else {
            lines.push(Line::Value { name: name.to_owned(), stored: Stored::from_file(value) });
            !names.insert(name)
        };
        if duplicate {
            return Err(Error::Duplicate { name: escape(name).into_owned(), line: number });
        }
    }
    Ok((lines, metadata))
}

/// Writes the data lines.
pub(super) fn emit(lines: &[Line], out: &mut String) {
    for line in lines {
        match line {
            Line::Comment { stored } => {
                out.push('#');
                out.push_str(stored.text());
                out.push('\n');
            }
            Line::Value { name, stored } => emit_pair("", name, stored.text(), out),
        }
    }
}

/// Writes one `NAME=value`.
pub(super) fn emit_pair(prefix: &str, name: &str, value: &str, out: &mut String) {
    out.push_str(prefix);
    out.push_str(name);
    out.push('=');
    out.push_str(&value.replace('\n', "\\n"));
    out.push('\n');
}

/// Refuses a name that would not come back from the file as that name.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let problem = if name.is_empty() {
        "the name is empty"
    } else if name.starts_with(METADATA_PREFIX) {
        "names that start with sops_ belong to the file's metadata"
    } else if name.starts_with('#') {
        "a name that starts with # would become a comment"
    } else if name.contains(['=', '\n']) {
        "the name holds = or a line break"
    } else {
        return Ok(());
    };
    Err(Error::Name { name: escape(name).into_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        let (lines, metadata) = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert!(metadata.is_empty());
        let mut out = String::new();
        emit(&lines, &mut out);
        out
    }

    #[test]
    fn lines_come_back_as_they_were() {
        for text in ["A=1\n", "# c\n#\n A =\n", "A=a=b#c\r\n", "A=x\\ny\\\\n\n", "=x\n", "é=ü\n"] {
            assert_eq!(round_trip(text), text);
        }
    }

    #[test]
    fn empty_lines_are_skipped_and_the_last_line_needs_no_end() {
        assert_eq!(round_trip("\nA=1\n\n\nB=2"), "A=1\nB=2\n");
    }

    #[test]
    fn names_are_not_trimmed_and_backslash_n_is_a_newline() {
        let (lines, _) = parse(b" A =x\\ny\n").unwrap_or_else(|error| panic!("{error}"));
        assert!(lines == [Line::Value { name: " A ".to_owned(), stored: Stored::Clear("x\ny".to_owned()) }]);
    }

    #[test]
    fn what_is_not_a_line_is_refused_without_its_text() {
        let message = |bytes: &[u8]| parse(bytes).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(
            message(b"A=1\nhunter2\n"),
            Err("line 2 of the sealed file is neither a comment nor NAME=value".to_owned())
        );
        assert_eq!(message(b"A=1\nA=2\n"), Err("line 2 of the sealed file sets A again".to_owned()));
        assert_eq!(
            message(b"A=\xff\n"),
            Err("the sealed file is not valid UTF-8 (first bad byte at offset 2)".to_owned())
        );
    }

    #[test]
    fn names_that_would_be_read_as_something_else_are_refused() {
        for name in ["", "sops_x", "#a", "a=b", "a\nb"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name("A b").is_ok());
    }

    #[test]
    fn values_that_clear_text_would_change_are_known() {
        assert!(survives_in_clear("a\nb \\ c"));
        for value in ["a\\nb", "a\r", "ENC[x"] {
            assert!(!survives_in_clear(value), "{value:?}");
        }
    }
}
