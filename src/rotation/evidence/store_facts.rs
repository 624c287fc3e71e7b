//! What the metadata of a store says about the versions it serves. No value is read.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// What one store says about one environment.
#[derive(Clone, Debug, Default)]
pub struct StoreFacts {
    /// The store's name in the manifest.
    pub store: String,
    /// The current version of the whole, where there is one for all names.
    pub current: Option<CurrentVersion>,
    /// The current version of each variable, where each has its own.
    pub by_variable: BTreeMap<String, CurrentVersion>,
    /// Why the store could not be asked.
    pub unreachable: Option<String>,
}

/// The version that a store serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The version, as the store spells it.
    pub version: String,
    /// When the store made it, by its clock.
    pub created: Option<Timestamp>,
    /// Who made it, where the store says so.
    pub author: Option<String>,
}
