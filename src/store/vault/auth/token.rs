//! A token: of the user's environment, else of the file where the servers' own programs keep one.

use std::path::Path;

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;
use crate::{fs, ui};

use super::Credential;

/// Finds the token.
///
/// # Errors
/// [`Error::NoCredential`]; [`Error::Configuration`] if the file can be read by others.
pub(super) fn find(env: &EnvSnapshot, address: &str) -> Result<Credential, Error> {
    if let Some((variable, token)) = env.first(env_vars::VAULT_TOKEN) {
        return Ok(Credential::Token {
            token: Secret::new(token.trim()),
            what: format!("the token of {variable}"),
        });
    }
    let path = env.get_os(env_vars::HOME).map(|home| Path::new(home).join(".vault-token"));
    let token = path.map(|path| read(&path)).transpose()?.flatten();
    token.map(|token| Credential::Token { token, what: "the token of ~/.vault-token".to_owned() }).ok_or_else(
        || Error::NoCredential {
            address: address.to_owned(),
            tried: "VAULT_TOKEN and BAO_TOKEN are not set, and there is no ~/.vault-token".to_owned(),
        },
    )
}

fn read(path: &Path) -> Result<Option<Secret>, Error> {
    let shown = || ui::escape(&path.display().to_string()).into_owned();
    if let Some(mode) = fs::mode(path).filter(|mode| mode & 0o077 != 0) {
        return Err(Error::Configuration {
            message: format!("{} can be read by other users (mode {mode:03o})", shown()),
            help: Some(format!("run: chmod 600 {}", shown())),
        });
    }
    if fs::owner(path).is_some_and(|owner| Some(owner) != fs::current_user()) {
        let message = format!("{} belongs to another user", shown());
        return Err(Error::Configuration { message, help: None });
    }
    let bytes = fs::read_if_exists(path).map_err(|error| Error::Configuration {
        message: ui::escape(&error.to_string()).into_owned(),
        help: error.hint(),
    })?;
    let text = bytes.as_ref().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default().trim());
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}
