//! A response-wrapped secret id: a token that can be exchanged once for the secret id itself, so that whoever
//! intercepts it is noticed.

use http::header::HeaderMap;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::{Changes, Error};

use super::super::channel::Channel;
use super::super::request::{self, Purpose, Request};
use super::super::session::token_headers;

/// Whether the text is a wrapping token and not a secret id: service tokens begin with `hvs.` (Vault from 1.10) or
/// `s.` (OpenBao, older Vault), and a secret id that the server makes is a UUID.
pub(super) fn is_token(text: &str) -> bool {
    text.starts_with("hvs.") || text.starts_with("s.")
}

/// Exchanges it, after the server has said that it holds a secret id of a role at this mount: whoever kept the real
/// one and gave us another of his own could not make it at that path.
///
/// # Errors
/// [`Error::Unauthenticated`] if it was used before or holds something else.
pub(super) fn unwrap(
    channel: &mut Channel,
    mount: &str,
    variable: &str,
    token: &Secret,
) -> Result<Secret, Error> {
    let refused = |reason: &str, help: &str| Error::Unauthenticated {
        what: format!("the wrapped secret id of {variable}"),
        reason: reason.to_owned(),
        help: Some(help.to_owned()),
    };
    let fields = Changes::from_iter([("token".to_owned(), Some(token.clone()))]);
    let lookup = Request::post("sys/wrapping/lookup", request::json(&fields)).with_purpose(Purpose::Login);
    let answer = channel.send(&lookup, &HeaderMap::new())?;
    if !answer.is_success() {
        return Err(refused("it has expired, or somebody used it before", INTERCEPTED));
    }
    let found: Looked = answer.parse()?;
    if !is_of_role(&found.data.creation_path, mount, channel.namespace()) {
        return Err(refused("it does not hold a secret id of this mount", INTERCEPTED));
    }
    let headers = token_headers(token, variable)?;
    let unwrap = Request::post("sys/wrapping/unwrap", Zeroizing::default()).with_purpose(Purpose::Login);
    let answer = channel.send(&unwrap, &headers)?;
    if !answer.is_success() {
        return Err(refused("somebody used it at the same time", INTERCEPTED));
    }
    Ok(answer.parse::<Unwrapped>()?.data.secret_id)
}

const INTERCEPTED: &str =
    "if nobody of yours did, somebody else has the secret id: destroy it at the server, and get a new one";

fn is_of_role(creation_path: &str, mount: &str, namespace: Option<&str>) -> bool {
    let inside = namespace.and_then(|name| creation_path.strip_prefix(name)?.strip_prefix('/'));
    let role = inside.unwrap_or(creation_path).strip_prefix(&format!("auth/{mount}/role/"));
    role.and_then(|role| role.strip_suffix("/secret-id")).is_some_and(|role| !role.contains('/'))
}

#[derive(Deserialize)]
struct Looked {
    data: Lookup,
}

#[derive(Deserialize)]
struct Lookup {
    creation_path: String,
}

#[derive(Deserialize)]
struct Unwrapped {
    data: SecretId,
}

#[derive(Deserialize)]
struct SecretId {
    #[serde(deserialize_with = "request::secret")]
    secret_id: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_secret_id_of_the_mount_is_taken() {
        assert!(is_of_role("auth/approle/role/web/secret-id", "approle", None));
        assert!(is_of_role("team/a/auth/ci/role/web/secret-id", "ci", Some("team/a")));
        for other in [
            "sys/wrapping/wrap",
            "auth/approle/role/web/role-id",
            "auth/other/role/web/secret-id",
            "auth/approle/role/a/b/secret-id",
            "secret/data/auth/approle/role/web/secret-id",
        ] {
            assert!(!is_of_role(other, "approle", None), "{other}");
        }
    }
}
