//! Forms of results that other programs read and more than one command writes.

pub mod sarif;
pub mod xml;
