//! Finding the project's secret values, and well-known tokens, where they do not belong.
//!
//! [`content`] searches a stream of bytes, [`unpack`] what is packed in it, [`tree`] the files of a directory and
//! [`history`] what git has. A [`Finding`] says what stands where; [`baseline`] knows those that were looked at before.

pub mod baseline;
pub mod content;
mod finding;
pub mod history;
pub mod json;
pub mod names;
pub mod tokens;
pub mod tree;
pub mod unpack;

pub use self::finding::{CODES, Finding, Kind, Object};
