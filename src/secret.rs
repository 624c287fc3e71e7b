//! Secret values as a type of their own.
//!
//! Threat: a value reaches a place nobody meant it for: an error text, a log line, a debug print, a JSON
//! report, memory that is handed out again. So neither [`Secret`] nor [`Key`] has `Debug`, `Display`,
//! `Serialize` or `Deref`; both are overwritten when dropped; and each is opened by exactly one method,
//! [`Secret::expose`] and [`Key::expose`], so that every place that sees a value can be found by name.
//!
//! Not promised: that the operating system never swapped the page, or that a `String` which grew before it
//! became a `Secret` left no copy behind. Build the text with its final capacity where it matters.

use indexmap::IndexMap;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The text of one value. Equality is constant-time for equal lengths.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of the text, so that no second copy stays behind.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself. Every call is a place where a value could leak: keep the borrow short, and never
    /// put it into an error or a message.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the value is the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// Appends to a text that holds values, and leaves no copy behind when it grows: a `String` frees its old buffer
/// without overwriting it.
pub fn push(text: &mut Zeroizing<String>, part: &str) {
    if text.capacity() - text.len() < part.len() {
        let mut grown = Zeroizing::new(String::with_capacity(2 * (text.len() + part.len())));
        grown.push_str(text);
        *text = grown;
    }
    text.push_str(part);
}

/// 32 bytes of key material: a data key, a project key, or a key derived from one of them.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// Wraps key material.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes exactly 32 bytes; `None` for any other length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, for a cipher or a MAC.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Name to value, in the order of the file or of the schema.
pub type Values = IndexMap<String, Secret>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_compares_the_text() {
        assert!(Secret::new("abc") == Secret::new("abc"));
        assert!(Secret::new("abc") != Secret::new("abd"));
        assert!(Secret::new("abc") != Secret::new("abcd"));
    }

    #[test]
    fn a_key_is_exactly_32_bytes() {
        assert!(Key::from_slice(&[0; 31]).is_none());
        assert!(Key::from_slice(&[0; 33]).is_none());
        assert!(Key::from_slice(&[7; 32]).is_some_and(|key| key.expose() == &[7; 32]));
    }
}
