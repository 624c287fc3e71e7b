//! A TLS client certificate: the connection itself shows it, the login only asks for a token.

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;

use super::super::channel::Channel;
use super::Call;

/// Puts the login together.
///
/// # Errors
/// [`Error::NoCredential`] if no certificate is set; [`Error::Definition`] if the address is not one of TLS.
pub(super) fn call(
    mount: &str,
    role: Option<&str>,
    env: &EnvSnapshot,
    channel: &Channel,
) -> Result<Call, Error> {
    if !channel.address().is_encrypted() {
        return Err(Error::Definition {
            message: format!("no client certificate can be shown to {}", channel.shown()),
            help: Some("use its https address, or another login".to_owned()),
        });
    }
    env.first(env_vars::VAULT_CLIENT_CERT).ok_or_else(|| Error::NoCredential {
        address: channel.shown().to_owned(),
        tried: "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY are not set".to_owned(),
    })?;
    let mut call = Call::new("certificate", mount, []);
    call.parameters.extend(role.map(|role| ("name".to_owned(), Some(Secret::new(role)))));
    Ok(call)
}
