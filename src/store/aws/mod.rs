//! AWS Secrets Manager.
//!
//! A store is one of two layouts: `one_secret`, a JSON object, or `per_variable`, a secret for each variable. Both
//! work on single secrets through `operations`, one call of the service each, and `compare_and_set`, which writes
//! one without losing what somebody else wrote. `service` connects and asks again, `failure` says what went wrong,
//! `settings` what is known before anything is sent.
//!
//! The values that are read and written pass through the SDK's own buffers, which it does not overwrite.

mod batch;
mod compare_and_set;
mod examine;
mod failure;
mod http;
mod inventory;
mod limits;
mod one_secret;
mod operations;
mod per_variable;
mod policy;
mod retry;
mod service;
mod settings;
mod tags;

use super::{Error, Opening, Policy, Store};
use crate::approvals::Claim;
use crate::env_vars::EnvSnapshot;
use crate::manifest::{AwsDefinition, AwsLayout};
use crate::secret::Key;
use failure::Failure;
pub use inventory::{audit_policy, inventory};
use one_secret::OneSecret;
use per_variable::PerVariable;
use service::Service;
use settings::Settings;

/// What AWS asks for each secret ("AWS Secrets Manager pricing"; replicas and calls are extra).
const PRICE: &str = "$0.40 per month";

/// Opens the store; nothing is read or sent yet.
pub(super) fn open(definition: &AwsDefinition, opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    let project = &opening.project.manifest.project.name;
    let settings = Settings::new(definition, &opening.environment.name, project, opening.env)?;
    let mut rng = opening.rng;
    let key = Key::new(rng.bytes()?);
    let service = Service::new(settings, rng);
    Ok(match definition.layout {
        AwsLayout::Json => Box::new(OneSecret::new(service, key)?),
        AwsLayout::PerVariable => {
            let known = per_variable::known_names(opening.project, definition)?;
            Box::new(PerVariable::new(service, key, known)?)
        }
    })
}

/// What the user has to confirm.
pub(super) fn claims(definition: &AwsDefinition, env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    settings::claims(definition, env)
}

/// The least that the login has to be allowed.
pub(super) fn policy(definition: &AwsDefinition, environment: &str, project: &str) -> Result<Policy, Error> {
    policy::of(definition, environment, project)
}
