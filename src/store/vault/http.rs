//! One request over HTTP, with every bound that a hostile or broken server needs: no redirect is followed, the time
//! and the size of an answer are limited, and an error says what happened in words of our own.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use crate::secret::Secret;

use super::request::Request;

/// The most that an answer may hold, as the server's own limit for requests: 32 MiB.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// How long a connection, with its TLS handshake, may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
}

impl Reply {
    /// Whether one of the server's error texts holds this text.
    pub(super) fn has_error(&self, text: &str) -> bool {
        #[derive(Deserialize)]
        struct Errors {
            errors: Vec<String>,
        }
        serde_json::from_slice::<Errors>(&self.body)
            .is_ok_and(|answer| answer.errors.iter().any(|error| error.contains(text)))
    }
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody listens there: nothing was sent.
    Refused,
    /// No connection for another reason: nothing was sent.
    Connect(String),
    /// The connection ended before the answer did.
    Lost,
    /// No whole answer in time.
    TimedOut,
    /// What came is not an answer.
    NotHttp,
    /// The answer is larger than 32 MiB.
    TooLarge,
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
    ///
    /// # Errors
    /// What was set on the builder cannot be used.
    pub(super) fn new(
        builder: reqwest::ClientBuilder,
        base: Url,
        headers: HeaderMap,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .timeout(timeout)
            .user_agent(concat!("envward/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, base: Arc::new(base), headers })
    }

    /// Sends the request with these headers added, and takes the answer in.
    pub(super) async fn send(&self, request: reqwest::Request) -> Result<Reply, Failure> {
        let mut response = self.client.execute(request).await.map_err(|error| failure(&error))?;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Failure::TooLarge);
            }
            append(&mut body, &chunk);
        }
        let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        Ok(Reply {
            status: response.status().as_u16(),
            location: text(LOCATION).map(str::to_owned),
            date: text(DATE).and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp()),
            index: response.headers().get("x-vault-index").cloned(),
            body,
        })
    }

    /// The request as it is sent.
    pub(super) fn prepare(
        &self,
        request: &Request,
        token: Option<&Secret>,
        extra: &HeaderMap,
    ) -> reqwest::Request {
        let mut prepared = reqwest::Request::new(request.method.clone(), self.url(request));
        let headers = prepared.headers_mut();
        headers.extend(self.headers.clone());
        headers.extend(extra.clone());
        if let Some(mut value) = token.and_then(|token| HeaderValue::from_str(token.expose()).ok()) {
            value.set_sensitive(true);
            headers.insert("x-vault-token", value);
        }
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

/// Appends without leaving a copy of what may be secret behind when the buffer grows.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut grown = Zeroizing::new(Vec::with_capacity(2 * (body.len() + chunk.len())));
        grown.extend_from_slice(body);
        *body = grown;
    }
    body.extend_from_slice(chunk);
}

/// What happened, in our own words: the library's texts hold addresses, and what the server sent.
fn failure(error: &reqwest::Error) -> Failure {
    let causes = || std::iter::successors(error.source(), |&cause| cause.source());
    let tls = causes().find_map(|cause| {
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause.downcast_ref().or_else(|| wrapped.and_then(|inner| inner.downcast_ref::<rustls::Error>()))
    });
    if error.is_connect() {
        let io = causes().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).last();
        return match (tls, io) {
            (Some(tls), _) => Failure::Connect(tls_reason(tls).to_owned()),
            (None, Some(io)) if io.kind() == std::io::ErrorKind::ConnectionRefused => Failure::Refused,
            (None, _) if error.is_dns() => Failure::Connect("no such host".to_owned()),
            (None, _) if error.is_timeout() => Failure::Connect("no connection in time".to_owned()),
            (None, Some(io)) => Failure::Connect(io.kind().to_string()),
            (None, None) => Failure::Connect("no connection".to_owned()),
        };
    }
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    if let Some(tls) = tls {
        return Failure::Connect(tls_reason(tls).to_owned());
    }
    let is_malformed =
        causes().filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_parse);
    if is_malformed { Failure::NotHttp } else { Failure::Lost }
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    use rustls::{AlertDescription, CertificateError, Error};
    match error {
        Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => "its certificate is from an authority that is not trusted",
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not good",
        },
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::HandshakeFailure,
        ) => "it refused the client certificate, or wants one",
        Error::InvalidMessage(_) => "it does not speak TLS",
        _ => "TLS failed",
    }
}
