//! The versions that a store keeps.

use jiff::Timestamp;

use super::Version;

/// One version in the history of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The version, as [`super::Store::read_at`] takes it.
    pub version: Version,
    /// The name it is of, where each name has versions of its own.
    pub name: Option<String>,
    /// When it was made, by the store's clock.
    pub created: Option<Timestamp>,
    /// Who made it, where the store says so.
    pub author: Option<String>,
    /// Whether it is what is served now.
    pub is_current: bool,
    /// Whether it can be read.
    pub state: State,
}

/// Whether a version can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can.
    Live,
    /// It was deleted, and can be brought back.
    Deleted,
    /// It is gone for good.
    Destroyed,
}
