//! A user's name, from the manifest, and the password, from the user.

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;

use super::Call;

/// Puts the login together.
///
/// # Errors
/// [`Error::NoCredential`] if there is no password.
pub(super) fn call(mount: &str, username: &str, env: &EnvSnapshot, address: &str) -> Result<Call, Error> {
    let (_, password) = env.first(env_vars::VAULT_PASSWORD).ok_or_else(|| Error::NoCredential {
        address: address.to_owned(),
        tried: "VAULT_PASSWORD and BAO_PASSWORD are not set".to_owned(),
    })?;
    let mut call = Call::new("userpass", mount, [("password", Secret::new(password))]);
    call.user = Some(username.to_owned());
    Ok(call)
}
