//! HashiCorp Vault and OpenBao, KV version 1 and 2.

#[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the login comes next")]
mod connection;
mod http;
mod kv;
#[allow(dead_code, reason = "more of it is used by the login")]
mod request;
mod retry;
mod trouble;

use connection::Connection;
use kv::{Kv, Place};

use super::{Error, Opening, Policy, Store, expand};
use crate::approvals::Claim;
use crate::env_vars::EnvSnapshot;
use crate::manifest::VaultDefinition;

/// Opens the store; nothing is read or sent yet.
pub(super) fn open(definition: &VaultDefinition, opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    let path = expand(&definition.path, &opening.environment.name, &opening.project.manifest.project.name)?;
    let place = Place::new(&definition.mount, &path)?;
    let connection = Connection::open(definition, opening.env, opening.rng)?;
    Ok(Box::new(Kv::new(connection, place)))
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
