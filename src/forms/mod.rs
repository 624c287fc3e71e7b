//! Forms that other programs read or write and more than one part of envward works with.

pub mod json;
pub mod markdown;
pub mod sarif;
pub mod xml;
pub mod yaml;
