//! AppRole: a role id and a secret id, the second also wrapped.

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;

use super::super::channel::Channel;
use super::{Call, wrapped};

/// Puts the login together; unwraps the secret id if it is wrapped.
///
/// # Errors
/// [`Error::NoCredential`]; [`Error::Unauthenticated`] if the wrapped secret id is not one that was meant for this.
pub(super) fn call(mount: &str, env: &EnvSnapshot, channel: &mut Channel) -> Result<Call, Error> {
    let missing = |name: &str| Error::NoCredential {
        address: channel.shown().to_owned(),
        tried: format!("VAULT_{name} and BAO_{name} are not set"),
    };
    let (_, role) = env.first(env_vars::VAULT_ROLE_ID).ok_or_else(|| missing("ROLE_ID"))?;
    let (variable, secret) = env.first(env_vars::VAULT_SECRET_ID).ok_or_else(|| missing("SECRET_ID"))?;
    let secret = if wrapped::is_token(secret) {
        wrapped::unwrap(channel, mount, variable, &Secret::new(secret))?
    } else {
        Secret::new(secret)
    };
    Ok(Call::new("AppRole", mount, [("role_id", Secret::new(role)), ("secret_id", secret)]))
}
