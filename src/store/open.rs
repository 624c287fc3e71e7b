//! From the manifest's definition to a store that can be worked with.

use super::{Error, Policy, Store};
use crate::approvals::Claim;
use crate::env_vars::EnvSnapshot;
use crate::manifest::StoreDefinition;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::seal::Access;

/// What opening a store takes.
pub struct Opening<'a> {
    /// The definition.
    pub definition: &'a StoreDefinition,
    /// The project.
    pub project: &'a Project,
    /// The environment.
    pub environment: &'a Environment,
    /// Where credentials and settings of the user's own come from.
    pub env: &'a EnvSnapshot,
    /// Opens and writes the sealed files of a directory store; knows the time.
    pub access: Access,
    /// For nonces and for the jitter of retries.
    pub rng: Rng,
}

/// Opens a store. Nothing is sent before the first call of a method. Whether the user has confirmed its
/// [`claims`] is the caller's to ask first.
///
/// # Errors
/// The definition or the user's own configuration cannot be used; envward was built without this kind of store.
pub fn open(opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    match opening.definition {
        StoreDefinition::Directory(definition) => super::directory::open(definition, opening),
        #[cfg(feature = "vault")]
        StoreDefinition::Vault(definition) => super::vault::open(definition, opening),
        #[cfg(feature = "aws")]
        StoreDefinition::AwsSecretsManager(definition) => super::aws::open(definition, opening),
        #[cfg(not(all(feature = "vault", feature = "aws")))]
        _ => Err(not_built_in()),
    }
}

#[cfg(not(all(feature = "vault", feature = "aws")))]
fn not_built_in() -> Error {
    let what = "this envward was built without that kind of store".to_owned();
    Error::Unsupported { what, help: Some("install one with all features".to_owned()) }
}

/// What of the definition the user has to have confirmed before a credential is sent anywhere: an address, where to
/// log in and as what. Empty for a directory, and for what the user's own environment names.
///
/// # Errors
/// [`Error::OtherAddress`] if the user's own environment names another address.
#[cfg_attr(
    not(any(feature = "vault", feature = "aws")),
    expect(unused_variables, reason = "only stores that are elsewhere ask for the environment")
)]
pub fn claims(definition: &StoreDefinition, env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    match definition {
        StoreDefinition::Directory(_) => Ok(Vec::new()),
        #[cfg(feature = "vault")]
        StoreDefinition::Vault(definition) => super::vault::claims(definition, env),
        #[cfg(feature = "aws")]
        StoreDefinition::AwsSecretsManager(definition) => super::aws::claims(definition, env),
        #[cfg(not(all(feature = "vault", feature = "aws")))]
        _ => Err(not_built_in()),
    }
}

/// The least that the login has to be allowed to read and write this environment there; `None` for a directory.
///
/// # Errors
/// The definition cannot be used.
#[cfg_attr(
    not(any(feature = "vault", feature = "aws")),
    expect(unused_variables, reason = "a directory needs no policy")
)]
pub fn policy(
    definition: &StoreDefinition,
    environment: &str,
    project: &str,
) -> Result<Option<Policy>, Error> {
    match definition {
        StoreDefinition::Directory(_) => Ok(None),
        #[cfg(feature = "vault")]
        StoreDefinition::Vault(definition) => {
            super::vault::policy(definition, environment, project).map(Some)
        }
        #[cfg(feature = "aws")]
        StoreDefinition::AwsSecretsManager(definition) => {
            super::aws::policy(definition, environment, project).map(Some)
        }
        #[cfg(not(all(feature = "vault", feature = "aws")))]
        _ => Err(not_built_in()),
    }
}
