//! The env file: one lossless document.
//!
//! Parse, change one value, write, and every other byte is as it was. Reading is strict and never executes or
//! expands anything; writing follows the portable rule, so that other readers see the same value.
//!
//! The grammar, one line each:
//! - `NAME=value`, name `[A-Za-z_][A-Za-z0-9_]*`, optionally indented, optionally after `export `, no blanks
//!   round `=`, so none after the `=` of an empty value either;
//! - bare value: to the end of the line, less trailing blanks and a comment that starts with a blank and `#`;
//!   no escapes;
//! - `'…'`: verbatim, may span lines; `"…"`: `\n \r \t \" \\ \$` are escapes, any other backslash is an error,
//!   may span lines; after a closing quote only blanks and a comment that starts with a blank and `#`;
//! - a key that stands without quotes, from `-----BEGIN` to `-----END`: one error, and none of its lines is read;
//! - duplicates, a byte order mark, NUL, a lone CR, invalid UTF-8: errors. CRLF ends a line; inside quotes it
//!   reads as one newline.

mod comment;
mod document;
mod error;
mod key_block;
mod lexer;
mod problem;
mod quote;
pub mod readers;
mod reference;
mod repair;
mod slot;
mod text;

pub use comment::{comment_line, sealed_only_comment, sealed_only_name};
pub use document::{Document, Entry, Line};
pub use error::Error;
pub use key_block::key_lines;
pub use problem::{Problem, ProblemKind, Problems};
pub use quote::{Quote, Unportable, literal};
pub use repair::{Repair, Repaired, is_read_alike, repair};
pub use text::without_carriage_returns;

/// Whether every reader takes this as a name: `[A-Za-z_][A-Za-z0-9_]*`.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
