//! A JWT: the id token of a CI job. GitLab puts it into a variable that the job names, GitHub gives it to a job that
//! asks.

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;
use crate::store::Error;
use crate::ui;

use super::super::channel::Channel;
use super::{Call, github};

/// Finds the token: in the variable that the manifest names, else in `VAULT_ID_TOKEN`, else at GitHub.
///
/// # Errors
/// [`Error::NoCredential`]; GitHub did not give one.
pub(super) fn token(
    audience: Option<&str>,
    variable: Option<&str>,
    env: &EnvSnapshot,
    channel: &Channel,
) -> Result<Secret, Error> {
    let missing = |tried| Error::NoCredential { address: channel.shown().to_owned(), tried };
    if let Some(variable) = variable {
        let token = env.get(variable).map(|token| Secret::new(token.trim()));
        return token.ok_or_else(|| missing(format!("{} is not set", ui::escape(variable))));
    }
    if let Some((_, token)) = env.first(env_vars::VAULT_ID_TOKEN) {
        return Ok(Secret::new(token.trim()));
    }
    let url = env.get(env_vars::ACTIONS_ID_TOKEN_REQUEST_URL);
    match url.zip(env.get(env_vars::ACTIONS_ID_TOKEN_REQUEST_TOKEN)) {
        Some((url, bearer)) => github::id_token(url, &Secret::new(bearer), audience, channel),
        None => Err(missing(
            "VAULT_ID_TOKEN is not set (a GitLab job sets it with id_tokens), and no GitHub job with id-token: write \
             runs this"
                .to_owned(),
        )),
    }
}

/// Puts the login together.
pub(super) fn call(mount: &str, role: &str, token: Secret) -> Call {
    Call::new("JWT", mount, [("role", Secret::new(role)), ("jwt", token)])
}
