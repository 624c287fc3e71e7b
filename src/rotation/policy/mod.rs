//! How often a variable is rotated, and by whom or what: its own table over its class over a preset, shortened by the
//! environment.

use indexmap::IndexMap;
use jiff::SignedDuration;

use super::Error;
use crate::manifest::RotationDefinition;
use crate::schema::driver::DriverTable;
use crate::schema::{Grade, Schema};

/// The class whose variables no machine replaces: what the old key encrypted would be unreadable.
pub const DATA_ENCRYPTION: &str = "data-encryption";

/// The policy of one variable in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The class it came through.
    pub class: Option<String>,
    /// Longest age; `None` if only an event makes it due.
    pub every: Option<SignedDuration>,
    /// How long before the deadline it is due soon.
    pub warn: SignedDuration,
    /// How long after the deadline it is merely overdue.
    pub grace: SignedDuration,
    /// How long the previous value stays valid after a rotation.
    pub overlap: SignedDuration,
    /// The weakest evidence that counts as proof.
    pub min_evidence: Option<Grade>,
    /// How it is rotated.
    pub driver: DriverTable,
    /// The variable that holds the previous value while the overlap lasts.
    pub previous: Option<String>,
    /// Who rotates it.
    pub owner: Option<String>,
    /// Where the steps are written down.
    pub runbook: Option<String>,
    /// Clauses of standards that ask for it.
    pub controls: Vec<String>,
    /// How long after an exposure it must be replaced.
    pub offboard: SignedDuration,
    /// By how much the deadline may be brought forward.
    pub jitter: SignedDuration,
}

/// The policies of an environment by variable, in the order of the schema; a variable without one has none.
///
/// # Errors
/// A class is not known, a preset asks for something that is missing, an environment lengthens a deadline, a driver's
/// variable does not exist or does not fit, or a machine is to rotate a key that encrypts data.
pub fn policies(
    schema: &Schema,
    rotation: &RotationDefinition,
    environment: &str,
) -> Result<IndexMap<String, Policy>, Error> {
    let _ = (schema, rotation, environment);
    todo!()
}
