//! Since when a variable has its value: ledger, git history and the metadata of stores, joined.
//!
//! The date is the oldest that the sources give; sources that disagree by more than a day are a finding. The grade is
//! that of the best source that agrees with the date, and the lowest of all where they disagree. Nothing that leaves
//! the value as it is makes it younger: an edited tag, a rollback, the same value written again.

pub mod git_history;
mod join;
pub mod store_facts;
mod stores;

use jiff::Timestamp;

use self::git_history::GitHistory;
use self::store_facts::StoreFacts;
use super::Finding;
use super::events::Events;
use crate::schema::Grade;

/// What is known about the age of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Since when it has its value.
    pub rotated: Option<Timestamp>,
    /// How well that is proven.
    pub grade: Option<Grade>,
    /// What contradicts it.
    pub findings: Vec<Finding>,
}

/// The sources for one variable. What was not looked at is `None`.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The variable.
    pub variable: &'a str,
    /// The ledger.
    pub ledger: Option<&'a Events>,
    /// The commits of the sealed file.
    pub git: Option<&'a GitHistory>,
    /// The stores that serve the environment.
    pub stores: &'a [StoreFacts],
    /// The weakest evidence that the policy accepts: what a person says counts only if that is enough.
    pub min_evidence: Option<Grade>,
    /// Now.
    pub now: Timestamp,
}

/// Joins the sources.
pub fn evidence(sources: Sources<'_>) -> Evidence {
    join::join(sources)
}

#[cfg(test)]
mod tests;
