//! What lies in a whole store, told from its metadata: for those who may read no value.

use jiff::Timestamp;

use super::Version;

/// A secret that is served, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path or name.
    pub path: String,
    /// The version that is served.
    pub version: Version,
    /// When that version was made, by the store's clock.
    pub created: Option<Timestamp>,
}

/// What was asked, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The server, for a person: never with a credential.
    pub address: String,
    /// The secrets, sorted by path. Those whose current version is deleted are not served, and not here.
    pub secrets: Vec<Listed>,
}
