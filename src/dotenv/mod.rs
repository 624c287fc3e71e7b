//! The env file: one lossless document.
//!
//! Parse, change one value, write, and every other byte is as it was. Reading is strict and never executes or
//! expands anything; writing follows the portable rule, so that other readers see the same value.
//!
//! The grammar, one line each:
//! - `NAME=value`, name `[A-Za-z_][A-Za-z0-9_]*`, optionally after `export `, no blanks round `=`;
//! - bare value: to the end of the line, less trailing blanks and a comment that starts with a blank and `#`;
//!   no escapes;
//! - `'…'`: verbatim, may span lines; `"…"`: `\n \r \t \" \\ \$` are escapes, any other backslash is an error,
//!   may span lines; after a closing quote only blanks and a comment;
//! - duplicates, a byte order mark, NUL, a lone CR, invalid UTF-8: errors. CRLF ends a line.

mod document;
mod problem;
mod quote;

pub use document::{Document, Entry};
pub use problem::{Problem, ProblemKind, Problems};
pub use quote::{Quote, Unportable};
