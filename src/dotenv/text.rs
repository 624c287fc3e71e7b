//! The bytes of a document: a text that only grows and leaves no copy behind when it does.

use std::ops::Range;

use memchr::memmem;
use zeroize::Zeroizing;

/// The bytes of a document: those of the file, then those of every changed or added line.
#[derive(Default)]
pub(super) struct Text(Zeroizing<Vec<u8>>);

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl Text {
    /// Adds a part; gives its offset.
    pub(super) fn push(&mut self, part: &str) -> usize {
        let start = self.0.len();
        if self.0.capacity() - start < part.len() {
            // A growing `Vec` frees its old buffer without overwriting it; this one is dropped zeroized.
            let mut grown = Zeroizing::new(Vec::with_capacity(2 * (start + part.len())));
            grown.extend_from_slice(&self.0);
            self.0 = grown;
        }
        self.0.extend_from_slice(part.as_bytes());
        start
    }

    pub(super) fn all(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        &self.0[range.clone()]
    }

    /// The part as text. Only lines that were read as UTF-8 are asked for; anything else is empty.
    pub(super) fn str(&self, range: &Range<usize>) -> &str {
        std::str::from_utf8(self.bytes(range)).unwrap_or_default()
    }
}

/// The bytes with LF at the end of every line that ends in CRLF.
pub fn without_carriage_returns(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut rest = bytes;
    while let Some(at) = memmem::find(rest, b"\r\n") {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
    }
    plain.extend_from_slice(rest);
    plain
}
