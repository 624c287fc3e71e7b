//! The way to one server: sends, sends again what may be, and turns into errors what no caller can make sense of.
//! It knows nothing of logins: who sends a request adds what it shows the server.

use std::sync::Arc;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};

use crate::rng::Rng;
use crate::store::Error;

use super::address::Address;
use super::failure::Failure;
use super::http::{Http, Reply};
use super::request::{Answer, Purpose, Request};
use super::retry::{self, Verdict};
use super::settings::Settings;
use super::trouble;

/// The way to a server.
pub(super) struct Channel {
    /// Taken only by drop.
    runtime: Option<Runtime>,
    http: Http,
    shown: Arc<str>,
    address: Address,
    namespace: Option<String>,
    rng: Rng,
    /// The state of the cluster after the last write: a standby that is behind it sends reads on to the leader.
    index: Option<HeaderValue>,
}

impl Channel {
    /// Sets it up; nothing is sent.
    ///
    /// # Errors
    /// [`Error::Configuration`] if the certificates cannot be used.
    pub(super) fn new(settings: Settings, rng: Rng) -> Result<Self, Error> {
        let address = settings.address.clone();
        let namespace = settings.namespace.clone();
        let http = settings.client()?;
        let shown: Arc<str> = address.shown().into();
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| Error::Unreachable {
            address: shown.to_string(),
            reason: "the operating system gives no more resources".to_owned(),
        })?;
        Ok(Self { runtime: Some(runtime), http, shown, address, namespace, rng, index: None })
    }

    /// The server's address, for a person.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The server's address.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The namespace that requests are made in.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Sends a request with these headers, and again where that is safe. An answer has status 2xx, 400, 403, 404,
    /// 405, 413 or 415.
    ///
    /// # Errors
    /// Everything else.
    pub(super) fn send(&mut self, request: &Request, headers: &HeaderMap) -> Result<Answer, Error> {
        let outcome = self.attempt(request, headers);
        self.settle(request, headers, outcome)
    }

    /// Sends two requests at the same time; each has an outcome of its own, as of [`Channel::send`].
    pub(super) fn both(
        &mut self,
        requests: [&Request; 2],
        headers: &HeaderMap,
    ) -> [Result<Answer, Error>; 2] {
        let [one, other] = requests
            .map(|request| self.http.clone().send(self.http.prepare(request, self.with_index(headers))));
        let (one, other) = self.runtime().block_on(async move {
            let other = tokio::spawn(other);
            (one.await, other.await.unwrap_or(Err(Failure::Lost)))
        });
        let first = self.settle(requests[0], headers, one);
        [first, self.settle(requests[1], headers, other)]
    }

    /// Does work that is not a request to this server on the same runtime.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime().block_on(work)
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is taken only by drop")
    }

    /// What keeps reads after a write from being answered by a standby that has not seen it: without, every read
    /// within 80 ms of a write is stale on a cluster of three. The second header without the first has no effect;
    /// the first without the second is answered with status 429.
    fn with_index(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        if let Some(index) = &self.index {
            let forward = HeaderValue::from_static("forward-active-node");
            headers.insert(HeaderName::from_static("x-vault-index"), index.clone());
            headers.insert(HeaderName::from_static("x-vault-inconsistent"), forward);
        }
        headers
    }

    fn attempt(&self, request: &Request, headers: &HeaderMap) -> Result<Reply, Failure> {
        let prepared = self.http.prepare(request, self.with_index(headers));
        self.runtime().block_on(self.http.clone().send(prepared))
    }

    /// From the outcome of the first attempt to an answer, with more attempts where that is safe.
    fn settle(
        &mut self,
        request: &Request,
        headers: &HeaderMap,
        first: Result<Reply, Failure>,
    ) -> Result<Answer, Error> {
        let mut outcome = first;
        let mut sent = 1;
        let verdict = loop {
            match retry::verdict(request, &outcome) {
                Verdict::Again { at_most } if sent < at_most => {
                    let pause = retry::pause(sent, &mut self.rng)?;
                    self.runtime().block_on(async { tokio::time::sleep(pause).await });
                    outcome = self.attempt(request, headers);
                    sent += 1;
                }
                verdict => break verdict,
            }
        };
        let reply = outcome.map_err(|failure| trouble::of_failure(&self.shown, request, &failure))?;
        if verdict == Verdict::Answer {
            self.take_in(request, reply)
        } else {
            Err(trouble::of_reply(&self.shown, request, &reply))
        }
    }

    fn take_in(&mut self, request: &Request, reply: Reply) -> Result<Answer, Error> {
        if request.purpose == Purpose::Write && reply.index.is_some() {
            self.index.clone_from(&reply.index);
        }
        let answer = Answer {
            status: reply.status,
            body: reply.body,
            login_failed: reply.login_failed,
            address: Arc::clone(&self.shown),
            date: reply.date,
        };
        // A status alone proves nothing: any web server answers 404 for a path that it does not have. Only the
        // metadata of a missing secret are answered with nothing at all.
        let may_be_empty = answer.is_success() || request.method == Method::PATCH;
        if answer.is_object() || answer.body.is_empty() && may_be_empty {
            return Ok(answer);
        }
        Err(answer.garbage("it is not JSON"))
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A name that is still being looked up would hold the process up.
            runtime.shutdown_background();
        }
    }
}
