//! A Kubernetes service account: its token lies in a file of the pod.

use std::path::Path;

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;
use crate::{fs, ui};

use super::Call;

/// Where Kubernetes puts the token of a pod's service account.
const TOKEN_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Puts the login together. A token with an audience of its own, which lies elsewhere, comes by the variable.
///
/// # Errors
/// [`Error::NoCredential`]; [`Error::Configuration`] if the file cannot be read.
pub(super) fn call(mount: &str, role: &str, env: &EnvSnapshot, address: &str) -> Result<Call, Error> {
    let token = match env.first(env_vars::VAULT_ID_TOKEN) {
        Some((_, token)) => Some(Secret::new(token.trim())),
        None => from_file(Path::new(TOKEN_FILE))?,
    };
    let token = token.ok_or_else(|| Error::NoCredential {
        address: address.to_owned(),
        tried: format!("VAULT_ID_TOKEN is not set, and there is no {TOKEN_FILE}"),
    })?;
    Ok(Call::new("Kubernetes", mount, [("role", Secret::new(role)), ("jwt", token)]))
}

fn from_file(path: &Path) -> Result<Option<Secret>, Error> {
    let bytes = fs::read_if_exists(path).map_err(|error| Error::Configuration {
        message: ui::escape(&error.to_string()).into_owned(),
        help: error.hint(),
    })?;
    let text = bytes.as_ref().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default().trim());
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}
