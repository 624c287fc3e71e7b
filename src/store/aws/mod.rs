//! AWS Secrets Manager.

use super::{Error, Opening, Policy, Store};
use crate::approvals::Claim;
use crate::env_vars::EnvSnapshot;
use crate::manifest::AwsDefinition;

/// Opens the store; nothing is read or sent yet.
pub(super) fn open(_definition: &AwsDefinition, _opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    todo!()
}

/// What the user has to confirm.
pub(super) fn claims(_definition: &AwsDefinition, _env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    todo!()
}

/// The least that the login has to be allowed.
pub(super) fn policy(
    _definition: &AwsDefinition,
    _environment: &str,
    _project: &str,
) -> Result<Policy, Error> {
    todo!()
}
