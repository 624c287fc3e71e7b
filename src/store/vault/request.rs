//! What is asked of the server, and what it answered.

use std::sync::Arc;

use http::Method;
use indexmap::IndexMap;
use jiff::Timestamp;
use rustify::Endpoint;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::{Changes, Error, json_object};

/// What a request does, which decides what may be done again when its outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It changes nothing: it may be sent again at any time.
    Read,
    /// It changes what is stored: sent again only when the server surely did not do it.
    Write,
    /// It logs in, or gives a token back: as [`Purpose::Write`], but nothing stored depends on it.
    Login,
}

/// A request below `/v1/`.
pub(super) struct Request {
    pub(super) method: Method,
    /// Not percent-encoded; that is done when it is sent, segment by segment.
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) purpose: Purpose,
}

impl Request {
    fn new(method: Method, path: impl Into<String>, body: Zeroizing<Vec<u8>>) -> Self {
        let reads = matches!(method.as_str(), "GET" | "LIST" | "SCAN");
        let purpose = if reads { Purpose::Read } else { Purpose::Write };
        Self { method, path: path.into(), query: None, body, purpose }
    }

    /// Reads.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Zeroizing::default())
    }

    /// Writes a JSON body.
    pub(super) fn post(path: impl Into<String>, body: Zeroizing<Vec<u8>>) -> Self {
        Self::new(Method::POST, path, body)
    }

    /// Changes what a JSON merge patch names (RFC 7396).
    pub(super) fn patch(path: impl Into<String>, body: Zeroizing<Vec<u8>>) -> Self {
        Self::new(Method::PATCH, path, body)
    }

    /// A request as `vaultrs` describes it.
    ///
    /// # Errors
    /// Its fields cannot be written as JSON or as a query, which none of them can cause.
    pub(super) fn of<E: Endpoint>(endpoint: &E) -> Result<Self, Error> {
        // The library's errors can quote what they were made from.
        let unusable = |_| Error::Definition {
            message: format!("the path {} cannot be asked for", crate::ui::escape(&endpoint.path())),
            help: None,
        };
        let body = Zeroizing::new(endpoint.body().map_err(unusable)?.unwrap_or_default());
        let path = endpoint.path();
        let mut request = Self::new(endpoint.method().into(), path.trim_start_matches('/'), body);
        request.query = endpoint.query().map_err(unusable)?;
        Ok(request)
    }

    /// With a query such as `version=3`.
    pub(super) fn with_query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// For a request that writes nothing although its method could, or that logs in.
    pub(super) fn with_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// What it does, as a policy of the server would say.
    pub(super) fn action(&self) -> &'static str {
        match self.method.as_str() {
            "GET" => "read",
            "LIST" | "SCAN" => "list",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "write",
        }
    }
}

/// A JSON object of texts, as a body.
pub(super) fn json(fields: &Changes) -> Zeroizing<Vec<u8>> {
    let text = json_object::changed(&IndexMap::new(), fields);
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Reads a text of an answer as a secret.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// An answer that the caller has to make sense of: a success, or status 400, 403, 404, 405, 413 or 415. Everything
/// else is an error already, and so is 403 for who sends through a [`super::connection::Connection`].
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Zeroizing<Vec<u8>>,
    /// Whether it is about the login that came with the request, and not about the request.
    pub(super) login_failed: bool,
    pub(super) address: Arc<str>,
    /// What time it is by the server's clock, in whole seconds.
    pub(super) date: Option<Timestamp>,
}

impl Answer {
    /// Whether the server did what it was asked to.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it says that nothing is there, or nothing alive: status 404 without an error text. A path that the
    /// server does not have at all comes with one.
    pub(super) fn is_missing(&self) -> bool {
        self.status == 404 && !self.has_error("")
    }

    /// The body as what such an answer holds.
    ///
    /// # Errors
    /// [`Error::Garbage`] if it is something else.
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let problem = match error.classify() {
                serde_json::error::Category::Data => "it lacks what such an answer holds",
                _ => "it is not JSON",
            };
            self.garbage(problem)
        })
    }

    /// Whether the body is a JSON object, as every body of such a server.
    pub(super) fn is_object(&self) -> bool {
        let starts_as_one = self.body.trim_ascii_start().starts_with(b"{");
        starts_as_one && serde_json::from_slice::<IgnoredAny>(&self.body).is_ok()
    }

    /// Whether one of the server's error texts holds this text. The texts themselves are not shown: they can quote
    /// what was sent.
    pub(super) fn has_error(&self, text: &str) -> bool {
        has_error(&self.body, text)
    }

    /// That the server refused what there is no reason to refuse.
    pub(super) fn unexpected(&self) -> Error {
        let help = Some("see the server's log".to_owned());
        Error::Failed { address: self.address.to_string(), status: self.status, help }
    }

    /// That the answer is not one of such a server.
    pub(super) fn garbage(&self, problem: &str) -> Error {
        Error::Garbage {
            address: self.address.to_string(),
            expected: super::trouble::EXPECTED,
            problem: problem.to_owned(),
        }
    }
}

/// Whether a body of the server holds an error text that holds this text.
pub(super) fn has_error(body: &[u8], text: &str) -> bool {
    #[derive(Deserialize)]
    struct Messages {
        errors: Vec<String>,
    }
    serde_json::from_slice::<Messages>(body)
        .is_ok_and(|messages| messages.errors.iter().any(|error| error.contains(text)))
}
