//! HashiCorp Vault and OpenBao, KV version 1 and 2.

#[allow(dead_code, clippy::unused_self, clippy::unnecessary_wraps, reason = "the KV engine comes next")]
mod connection;
#[allow(dead_code, reason = "the KV engine comes next")]
mod http;
#[allow(dead_code, reason = "the KV engine comes next")]
mod request;
#[allow(dead_code, reason = "the KV engine comes next")]
mod retry;
#[allow(dead_code, reason = "the KV engine comes next")]
mod trouble;

use super::{Error, Opening, Policy, Store};
use crate::approvals::Claim;
use crate::env_vars::EnvSnapshot;
use crate::manifest::VaultDefinition;

/// Opens the store; nothing is read or sent yet.
pub(super) fn open(_definition: &VaultDefinition, _opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    todo!()
}

/// What the user has to confirm.
pub(super) fn claims(_definition: &VaultDefinition, _env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    todo!()
}

/// The least that the login has to be allowed.
pub(super) fn policy(
    _definition: &VaultDefinition,
    _environment: &str,
    _project: &str,
) -> Result<Policy, Error> {
    todo!()
}
