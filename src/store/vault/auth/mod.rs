//! Logging in: one file for each method that a manifest can name. What is secret in it comes from the user's own
//! environment, never from the manifest.

mod approle;
mod cert;
mod github;
mod jwt;
mod kubernetes;
mod token;
mod userpass;
mod wrapped;

use data_encoding::BASE64URL_NOPAD;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::env_vars::EnvSnapshot;
use crate::manifest::VaultAuth;
use crate::secret::Secret;
use crate::store::{Changes, Error};

use super::channel::Channel;
use super::request::{self, Answer};
use super::session::sensitive;

/// What the user has to log in with.
pub(super) enum Credential {
    /// A token, which needs no login.
    Token {
        token: Secret,
        /// What it is, for a person.
        what: String,
    },
    /// A login, which obtains a token.
    Call(Call),
}

/// Finds what the method needs.
///
/// # Errors
/// [`Error::NoCredential`] if it is not there; [`Error::Configuration`]; for some methods whatever asking another
/// server for it ends in.
pub(super) fn credential(
    auth: &VaultAuth,
    env: &EnvSnapshot,
    channel: &mut Channel,
) -> Result<Credential, Error> {
    match auth {
        VaultAuth::Token => token::find(env, channel.shown()),
        VaultAuth::Approle { .. } => approle::call(mount(auth), env, channel).map(Credential::Call),
        VaultAuth::Kubernetes { role, .. } => {
            kubernetes::call(mount(auth), role, env, channel.shown()).map(Credential::Call)
        }
        VaultAuth::Jwt { role, audience, variable, .. } => {
            let token = jwt::token(audience.as_deref(), variable.as_deref(), env, channel)?;
            Ok(Credential::Call(jwt::call(mount(auth), role, token)))
        }
        VaultAuth::Userpass { username, .. } => {
            userpass::call(mount(auth), username, env, channel.shown()).map(Credential::Call)
        }
        VaultAuth::Cert { role, .. } => {
            cert::call(mount(auth), role.as_deref(), env, channel).map(Credential::Call)
        }
    }
}

/// Where the method is mounted, below `auth/`.
pub(super) fn mount(auth: &VaultAuth) -> &str {
    let (given, usual) = match auth {
        VaultAuth::Token => (&None, "token"),
        VaultAuth::Approle { mount } => (mount, "approle"),
        VaultAuth::Kubernetes { mount, .. } => (mount, "kubernetes"),
        VaultAuth::Jwt { mount, .. } => (mount, "jwt"),
        VaultAuth::Userpass { mount, .. } => (mount, "userpass"),
        VaultAuth::Cert { mount, .. } => (mount, "cert"),
    };
    given.as_deref().map_or(usual, |mount| mount.trim_matches('/'))
}

/// One login.
pub(super) struct Call {
    /// The method, as a person calls it.
    method: &'static str,
    mount: String,
    /// Below `login/`.
    user: Option<String>,
    parameters: Changes,
}

impl Call {
    fn new<const N: usize>(method: &'static str, mount: &str, parameters: [(&str, Secret); N]) -> Self {
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect();
        Self { method, mount: mount.to_owned(), user: None, parameters }
    }

    /// Where it is sent to.
    pub(super) fn path(&self) -> String {
        let user = self.user.as_ref().map_or_else(String::new, |user| format!("/{user}"));
        format!("auth/{}/login{user}", self.mount)
    }

    /// What is sent.
    pub(super) fn body(&self) -> zeroize::Zeroizing<Vec<u8>> {
        request::json(&self.parameters)
    }

    /// What it is, for a person.
    pub(super) fn what(&self) -> String {
        format!("the {} login at auth/{}", self.method, crate::ui::escape(&self.mount))
    }

    /// The headers that make OpenBao log in and serve the request that they come with, without making a token
    /// (OpenBao's documentation, "Authentication", inline authentication). The namespace is that of the request.
    ///
    /// # Errors
    /// [`Error::Definition`] if the mount's name cannot be sent.
    pub(super) fn inline_headers(&self) -> Result<HeaderMap, Error> {
        let path = HeaderValue::from_str(&self.path()).map_err(|_| Error::Definition {
            message: format!("{} cannot be sent with a request", self.what()),
            help: Some("leave out inline_auth".to_owned()),
        })?;
        let mut headers = HeaderMap::new();
        headers.insert("x-vault-inline-auth-path", path);
        for (number, (name, value)) in self.parameters.iter().enumerate() {
            let pair = [("key".to_owned(), Some(Secret::new(name))), ("value".to_owned(), value.clone())];
            let encoded = Secret::new(BASE64URL_NOPAD.encode(&request::json(&pair.into_iter().collect())));
            let name = HeaderName::try_from(format!("x-vault-inline-auth-parameter-{number}"));
            headers.extend(name.ok().zip(sensitive(&encoded)));
        }
        Ok(headers)
    }

    /// Why the server refused it. Its own texts are not shown: they can quote what was sent.
    pub(super) fn refused(&self, answer: &Answer) -> Error {
        let known = REFUSALS.iter().find(|(text, ..)| answer.has_error(text));
        let (reason, help) = known.map_or((None, None), |&(_, reason, help)| (Some(reason), help));
        Error::Unauthenticated {
            what: self.what(),
            reason: reason.map_or_else(|| format!("status {}", answer.status), str::to_owned),
            help: help.map(str::to_owned),
        }
    }
}

/// What the servers say about logins, what it means, and what to do. The first that fits counts.
const REFUSALS: &[(&str, &str, Option<&str>)] = &[
    ("invalid role or secret ID", "the role id or the secret id is wrong, expired or used up", None),
    ("invalid role ID", "there is no role with this role id", None),
    ("invalid secret id", "the secret id is wrong, expired or used up", None),
    ("invalid username or password", "the user or the password is wrong", None),
    ("invalid certificate", "no role takes this client certificate", None),
    ("all constraints", "no role takes this client certificate", None),
    (
        "no client certificate",
        "no client certificate reached the server",
        Some("a proxy that ends TLS keeps it from the server: use the server's own address"),
    ),
    ("token is expired", "the id token has expired", None),
    ("invalid audience", "the id token is for another audience", Some(AUDIENCE)),
    ("audience", "the role does not take the audience of the id token", Some(AUDIENCE)),
    ("could not be found", "there is no such role", Some("check the role that the manifest names")),
    ("invalid role name", "there is no such role", Some("check the role that the manifest names")),
    ("not authorized", "the role does not take this service account or its namespace", None),
    ("error validating", "the id token does not fit the role", None),
    ("no handler for route", "nothing is mounted there", Some("check the mount that the manifest names")),
    ("permission denied", "the server does not allow it", Some("check the mount and the namespace")),
];

const AUDIENCE: &str = "audience in the manifest and bound_audiences of the role have to agree";
