//! When the ciphertext of each variable really changed, read from the commits of the sealed file; and what older
//! commits say about the ledger. No key is needed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::git::Git;
use crate::project::Environment;
use crate::rotation::{Error, Finding};

/// What the commits of one environment's sealed file and of the ledger say.
#[derive(Clone, Debug, Default)]
pub struct GitHistory {
    /// By variable: the newest commit that changed its ciphertext, other than by a new data key.
    pub changes: BTreeMap<String, CommitChange>,
    /// Whether older commits are missing: what was there at the boundary is older than it seems.
    pub shallow: bool,
    /// What is wrong with the ledger in the light of older commits.
    pub findings: Vec<Finding>,
}

/// A commit that changed a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitChange {
    /// Its full hash.
    pub commit: String,
    /// When it was committed.
    pub at: Timestamp,
    /// Whether it carries a signature that git finds good.
    pub signed: bool,
    /// Whether the boundary of a shallow clone hides when it was really changed.
    pub boundary: bool,
    /// Whether the ciphertext is one that the variable had in an older commit.
    pub returned: bool,
}

/// Reads the history of an environment's sealed file and of the ledger, in a few runs of git whatever the number of
/// commits.
///
/// # Errors
/// git fails.
pub fn read(git: &Git, environment: &Environment) -> Result<GitHistory, Error> {
    let _ = (git, environment);
    todo!()
}
