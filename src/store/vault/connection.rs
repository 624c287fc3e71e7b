//! The connection to one server: it logs in when first needed, sends, sends again what may be, and turns everything
//! that a caller cannot make sense of into an error.

use std::sync::Arc;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use rustify::Endpoint;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::env_vars::EnvSnapshot;
use crate::manifest::VaultDefinition;
use crate::rng::Rng;
use crate::secret::Secret;
use crate::store::Error;

use super::http::{Failure, Http, Reply};
use super::request::{Answer, Purpose, Request};
use super::retry::{self, Verdict};
use super::trouble;

/// A server and the login to it. Nothing is sent before the first request.
pub(super) struct Connection {
    runtime: Option<Runtime>,
    http: Http,
    address: Arc<str>,
    token: Option<Secret>,
    rng: Rng,
    /// The state of the cluster after the last write: a standby that is behind it sends reads on to the leader.
    index: Option<HeaderValue>,
}

impl Connection {
    /// Sets the connection up.
    ///
    /// # Errors
    /// The definition or the user's own configuration cannot be used.
    pub(super) fn open(definition: &VaultDefinition, env: &EnvSnapshot, rng: Rng) -> Result<Self, Error> {
        let address: Arc<str> = definition.address.trim_end_matches('/').into();
        let base = Url::parse(&address).map_err(|_| Error::Definition {
            message: "the address of the store is not a URL".to_owned(),
            help: Some("write it like https://vault.example.com:8200".to_owned()),
        })?;
        let mut headers = HeaderMap::new();
        headers.insert("x-vault-request", HeaderValue::from_static("true"));
        if let Some(Ok(namespace)) = definition.namespace.as_deref().map(HeaderValue::from_str) {
            headers.insert("x-vault-namespace", namespace);
        }
        let unusable = |_| Error::Configuration {
            message: "no connection can be set up with the TLS settings of this machine".to_owned(),
            help: None,
        };
        // Another part of the program may have set it already: to the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().tls_backend_rustls().no_proxy();
        let http = Http::new(builder, base, headers, std::time::Duration::from_secs(30)).map_err(unusable)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| Error::Unreachable {
            address: address.to_string(),
            reason: "the operating system gives no more resources".to_owned(),
        })?;
        let token = env.get("VAULT_TOKEN").or_else(|| env.get("BAO_TOKEN")).map(Secret::new);
        Ok(Self { runtime: Some(runtime), http, address, token, rng, index: None })
    }

    /// The server, for a person.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Sends what `vaultrs` describes; as [`Connection::send`].
    pub(super) fn call<E: Endpoint>(&mut self, endpoint: &E) -> Result<Answer, Error> {
        self.send(&Request::of(endpoint)?)
    }

    /// Sends a request, and again where that is safe.
    ///
    /// # Errors
    /// No answer, or one that the caller cannot make sense of: see [`Answer`]. [`Error::Unknown`] only for a
    /// request of [`Purpose::Write`].
    pub(super) fn send(&mut self, request: &Request) -> Result<Answer, Error> {
        let outcome = self.attempt(request);
        self.settle(request, outcome)
    }

    /// Sends two requests at the same time.
    pub(super) fn both(&mut self, first: &Request, second: &Request) -> [Result<Answer, Error>; 2] {
        let (http, extra) = (&self.http, self.extra());
        let send = |request: &Request| {
            let http = http.clone();
            let prepared = http.prepare(request, self.token.as_ref(), &extra);
            async move { http.send(prepared).await }
        };
        let (one, other) = (send(first), send(second));
        let outcomes = self.runtime().block_on(async move {
            let other = tokio::spawn(other);
            (one.await, other.await.unwrap_or(Err(Failure::Lost)))
        });
        [self.settle(first, outcomes.0), self.settle(second, outcomes.1)]
    }

    /// Gives back what was obtained for the work.
    ///
    /// # Errors
    /// It could not be given back.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is taken only by drop")
    }

    /// What keeps reads after a write from being answered by a standby that has not seen it (measured: without,
    /// every read within 80 ms of a write is stale). The second header without the first has no effect; the first
    /// without the second is answered with status 429.
    fn extra(&self) -> HeaderMap {
        let Some(index) = &self.index else { return HeaderMap::new() };
        let forward = HeaderValue::from_static("forward-active-node");
        let names =
            [HeaderName::from_static("x-vault-index"), HeaderName::from_static("x-vault-inconsistent")];
        names.into_iter().zip([index.clone(), forward]).collect()
    }

    fn attempt(&self, request: &Request) -> Result<Reply, Failure> {
        let prepared = self.http.prepare(request, self.token.as_ref(), &self.extra());
        self.runtime().block_on(self.http.send(prepared))
    }

    /// From the outcome of the first attempt to an answer, with more attempts where that is safe.
    fn settle(&mut self, request: &Request, first: Result<Reply, Failure>) -> Result<Answer, Error> {
        let mut outcome = first;
        let mut sent = 1;
        let verdict = loop {
            match retry::verdict(request, &outcome) {
                Verdict::Again { at_most } if sent < at_most => {
                    let pause = retry::pause(sent, &mut self.rng)?;
                    self.runtime().block_on(async { tokio::time::sleep(pause).await });
                    outcome = self.attempt(request);
                    sent += 1;
                }
                verdict => break verdict,
            }
        };
        let reply = outcome.map_err(|failure| trouble::of_failure(&self.address, request, failure))?;
        match verdict {
            Verdict::Answer => self.take_in(request, reply),
            Verdict::Refused => Err(trouble::forbidden(request)),
            Verdict::Again { .. } | Verdict::Error => Err(trouble::of_reply(&self.address, request, &reply)),
        }
    }

    fn take_in(&mut self, request: &Request, reply: Reply) -> Result<Answer, Error> {
        if request.purpose == Purpose::Write && reply.index.is_some() {
            self.index.clone_from(&reply.index);
        }
        let answer = Answer {
            status: reply.status,
            body: reply.body,
            address: Arc::clone(&self.address),
            date: reply.date,
        };
        // A status alone proves nothing: any web server answers 404 for a path that it does not have.
        if answer.is_success()
            || answer.is_object()
            || (answer.body.is_empty() && request.method == Method::PATCH)
        {
            return Ok(answer);
        }
        Err(answer.garbage("it is not JSON"))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A name that is still being looked up would hold the process up.
            runtime.shutdown_background();
        }
    }
}
