//! The id token of a GitHub Actions job, which the job asks GitHub for.

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, HeaderName};
use serde::Deserialize;
use url::Url;

use crate::env_vars;
use crate::secret::Secret;
use crate::store::Error;

use super::super::address::is_loopback;
use super::super::channel::Channel;
use super::super::request;
use super::super::session::sensitive;
use super::super::{client, http as transport};

/// How long GitHub may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Asks for the token. Nothing of it, and no credential of the store, is sent anywhere else.
///
/// # Errors
/// [`Error::Configuration`] if the job's variables are not GitHub's; [`Error::Unauthenticated`] if GitHub refuses;
/// [`Error::Unreachable`].
pub(super) fn id_token(
    url: &str,
    bearer: &Secret,
    audience: Option<&str>,
    channel: &Channel,
) -> Result<Secret, Error> {
    let request = prepare(url, bearer, audience).ok_or_else(|| Error::Configuration {
        message: format!(
            "{} and {} are not those of a GitHub job",
            env_vars::ACTIONS_ID_TOKEN_REQUEST_URL,
            env_vars::ACTIONS_ID_TOKEN_REQUEST_TOKEN
        ),
        help: None,
    })?;
    let host = request.url().host_str().unwrap_or_default().to_owned();
    let mut builder = client::bounded(TIMEOUT);
    if request.url().scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    let client = builder.build().map_err(|_| client::no_authorities())?;
    let reply = channel
        .block_on(transport::send(&client, request))
        .map_err(|failure| Error::Unreachable { address: host, reason: failure.reason().to_owned() })?;
    let refused = |reason: String| Error::Unauthenticated {
        what: "the request for GitHub's id token".to_owned(),
        reason,
        help: Some("the job needs: permissions: { id-token: write }".to_owned()),
    };
    if reply.status != 200 {
        return Err(refused(format!("status {}", reply.status)));
    }
    let issued: Issued =
        serde_json::from_slice(&reply.body).map_err(|_| refused("the answer holds no token".to_owned()))?;
    Ok(issued.value)
}

/// The request; `None` if it would not go to a server over an encrypted connection. An address of this machine is
/// the proxy of a runner.
fn prepare(url: &str, bearer: &Secret, audience: Option<&str>) -> Option<reqwest::Request> {
    let mut url = Url::parse(url).ok()?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return None;
    }
    if let Some(audience) = audience {
        url.query_pairs_mut().append_pair("audience", audience);
    }
    let value = sensitive(&Secret::new(format!("bearer {}", bearer.expose())))?;
    let mut request = reqwest::Request::new(Method::GET, url);
    request.headers_mut().insert::<HeaderName>(AUTHORIZATION, value);
    Some(request)
}

#[derive(Deserialize)]
struct Issued {
    #[serde(deserialize_with = "request::secret")]
    value: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audience_joins_the_query_that_is_there() {
        let url = |url, audience| {
            prepare(url, &Secret::new("t"), audience).map(|request| request.url().to_string())
        };
        let base = "https://pipelines.actions.githubusercontent.com/x/idtoken?api-version=2.0";
        assert_eq!(url(base, None).as_deref(), Some(base));
        assert_eq!(
            url(base, Some("https://vault.example.com")),
            Some(format!("{base}&audience=https%3A%2F%2Fvault.example.com"))
        );
        assert_eq!(url("http://example.com/idtoken", None), None);
    }
}
