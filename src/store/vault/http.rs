//! One request over HTTP, with every bound that a hostile or broken server needs: no redirect is followed, the time
//! and the size of an answer are limited, and an error says what happened in words of our own.

use std::sync::Arc;

use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::request::{Request, has_error};

/// The most that an answer may hold, as the server's own limit for requests: 32 MiB.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// An answer as it came.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Zeroizing<Vec<u8>>,
    /// Where a redirect points to.
    pub(super) location: Option<String>,
    /// What time it is by the server's clock.
    pub(super) date: Option<Timestamp>,
    /// The state of the cluster after a write (`X-Vault-Index`).
    pub(super) index: Option<HeaderValue>,
    /// Whether OpenBao refused the login that came with the request (`X-Vault-Inline-Auth-Failed`).
    pub(super) login_failed: bool,
}

impl Reply {
    /// Whether one of the server's error texts holds this text.
    pub(super) fn has_error(&self, text: &str) -> bool {
        has_error(&self.body, text)
    }
}

/// The client: cheap to clone, all clones share their connections.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    base: Arc<Url>,
    headers: HeaderMap,
}

impl Http {
    /// A client for the server at `base`, which sends `headers` with everything.
    pub(super) fn new(client: reqwest::Client, base: Url, headers: HeaderMap) -> Self {
        Self { client, base: Arc::new(base), headers }
    }

    /// Sends the request with these headers added, and takes the answer in.
    pub(super) async fn send(self, request: reqwest::Request) -> Result<Reply, Failure> {
        send(&self.client, request).await
    }

    /// The request as it is sent.
    pub(super) fn prepare(&self, request: &Request, extra: HeaderMap) -> reqwest::Request {
        let mut prepared = reqwest::Request::new(request.method.clone(), self.url(request));
        let headers = prepared.headers_mut();
        headers.extend(self.headers.clone());
        headers.extend(extra);
        if !request.body.is_empty() {
            let patches = request.method == http::Method::PATCH;
            // With another type than exactly this one a patch is answered with status 415.
            let kind = if patches { "application/merge-patch+json" } else { "application/json" };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            *prepared.body_mut() = Some(request.body.to_vec().into());
        }
        prepared
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = Url::clone(&self.base);
        if let Ok(mut segments) = url.path_segments_mut() {
            // Each segment is percent-encoded, so that none of them can leave its place.
            segments.pop_if_empty().push("v1").extend(request.path.split('/'));
        }
        url.set_query(request.query.as_deref());
        url
    }
}

/// Sends a request and takes the whole answer in.
pub(super) async fn send(client: &reqwest::Client, request: reqwest::Request) -> Result<Reply, Failure> {
    let mut response = client.execute(request).await.map_err(|error| Failure::of(&error))?;
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Failure::TooLarge);
        }
        append(&mut body, &chunk);
    }
    let text = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    Ok(Reply {
        status: response.status().as_u16(),
        location: text(LOCATION).map(str::to_owned),
        date: text(DATE).and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp()),
        index: response.headers().get("x-vault-index").cloned(),
        login_failed: response.headers().contains_key("x-vault-inline-auth-failed"),
        body,
    })
}

/// Appends without leaving a copy of what may be secret behind when the buffer grows.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut grown = Zeroizing::new(Vec::with_capacity(2 * (body.len() + chunk.len())));
        grown.extend_from_slice(body);
        *body = grown;
    }
    body.extend_from_slice(chunk);
}
