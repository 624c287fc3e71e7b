//! HashiCorp Vault and OpenBao, KV version 1 and 2.
//!
//! From the outside in: the KV engine asks through a `connection`, which is logged in by one of the methods of
//! `auth` and shows its `session`; below it a `channel` sends what may be sent again, and turns into errors
//! what nobody can make sense of; and the `http` client under that bounds what a server can do to us.

mod address;
mod auth;
mod channel;
mod claims;
mod client;
mod connection;
mod examine;
mod failure;
mod http;
mod inventory;
mod kv;
mod policy;
mod request;
mod retry;
mod session;
mod settings;
mod trouble;

use connection::Connection;
use kv::{Kv, Place};

use super::{Error, Opening, Store, expand};
use crate::manifest::VaultDefinition;

pub(super) use claims::claims;
pub use inventory::{audit_policy, inventory};
pub(super) use policy::policy;

/// Opens the store; nothing is read or sent yet.
pub(super) fn open(definition: &VaultDefinition, opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    let path = expand(&definition.path, &opening.environment.name, &opening.project.manifest.project.name)?;
    let place = Place::new(&definition.mount, &path)?;
    let connection = Connection::open(definition, opening.env, opening.rng)?;
    Ok(Box::new(Kv::new(connection, place)))
}

#[cfg(test)]
mod tests {
    use crate::manifest::{VaultAuth, VaultDefinition};

    /// A definition as a manifest has it.
    pub(super) fn definition() -> VaultDefinition {
        VaultDefinition {
            address: "https://vault.example.com:8200".to_owned(),
            mount: "secret".to_owned(),
            path: "{project}/{env}".to_owned(),
            namespace: None,
            auth: VaultAuth::Token,
            inline_auth: false,
            names: std::collections::BTreeMap::new(),
        }
    }
}
