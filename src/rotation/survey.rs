//! One environment of one project: every variable with a policy and a value, and how it stands. Needs no key.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::evidence::store_facts::StoreFacts;
use super::{Error, Finding, Row};
use crate::git::Git;
use crate::project::{Environment, Project};
use crate::schema::Schema;
use crate::secret::Key;

/// What a survey looks at beyond the project's files.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The project's repository; `None` leaves its history out.
    pub git: Option<&'a Git>,
    /// What the stores of the environment say.
    pub stores: &'a [StoreFacts],
    /// The environment's project keys by number, if they are known: entries written without one then show.
    pub keys: Option<&'a [(u32, Key)]>,
    /// When values end by themselves, for those who can open them.
    pub expiries: &'a BTreeMap<String, Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// What a survey found.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The variables, in the order of the schema.
    pub rows: Vec<Row>,
    /// Secret variables that have a value and no policy.
    pub without_policy: usize,
    /// What is wrong with the ledger or the history as a whole.
    pub findings: Vec<Finding>,
}

/// Surveys an environment. A variable that has no value there, as far as names show without a key, has no row.
///
/// # Errors
/// The policy makes no sense, or a file cannot be read. A ledger that is broken is a finding.
pub fn survey(
    project: &Project,
    environment: &Environment,
    schema: &Schema,
    options: Options<'_>,
) -> Result<Survey, Error> {
    let _ = (project, environment, schema, options);
    todo!()
}
