//! The connection to one server, logged in: the KV engine sends through it.

use http::header::HeaderMap;
use rustify::Endpoint;

use crate::env_vars::EnvSnapshot;
use crate::manifest::{VaultAuth, VaultDefinition};
use crate::rng::Rng;
use crate::store::Error;

use super::auth;
use super::channel::Channel;
use super::request::{Answer, Request};
use super::session::Session;
use super::settings::Settings;
use super::trouble;

/// A server and the login to it. Nothing is sent before the first request; the login comes before that.
pub(super) struct Connection {
    channel: Channel,
    auth: VaultAuth,
    inline: bool,
    env: EnvSnapshot,
    session: Option<Session>,
}

impl Connection {
    /// Sets the connection up.
    ///
    /// # Errors
    /// The definition or the user's own configuration cannot be used.
    pub(super) fn open(definition: &VaultDefinition, env: &EnvSnapshot, rng: Rng) -> Result<Self, Error> {
        if definition.inline_auth && definition.auth == VaultAuth::Token {
            let message = "a token is no login that inline_auth could send with each request".to_owned();
            let help = "leave inline_auth out, or name another method in auth".to_owned();
            return Err(Error::Definition { message, help: Some(help) });
        }
        let channel = Channel::new(Settings::new(definition, env)?, rng)?;
        Ok(Self {
            channel,
            auth: definition.auth.clone(),
            inline: definition.inline_auth,
            env: env.clone(),
            session: None,
        })
    }

    /// The server, for a person.
    pub(super) fn address(&self) -> &str {
        self.channel.shown()
    }

    /// Whether the login goes with each request, so that no token can be asked about.
    pub(super) fn is_inline(&self) -> bool {
        self.inline
    }

    /// Sends what `vaultrs` describes; as [`Connection::send`].
    pub(super) fn call<E: Endpoint>(&mut self, endpoint: &E) -> Result<Answer, Error> {
        self.send(&Request::of(endpoint)?)
    }

    /// Sends a request, and again where that is safe.
    ///
    /// # Errors
    /// No answer, or one that the caller cannot make sense of: see [`Answer`]. [`Error::Unknown`] only for a
    /// request that writes.
    pub(super) fn send(&mut self, request: &Request) -> Result<Answer, Error> {
        let headers = self.log_in()?;
        let answer = self.channel.send(request, &headers)?;
        self.settle(request, answer, &headers)
    }

    /// Sends two requests at the same time; each has an outcome of its own.
    ///
    /// # Errors
    /// The login failed, and none was sent.
    pub(super) fn both(
        &mut self,
        first: &Request,
        second: &Request,
    ) -> Result<[Result<Answer, Error>; 2], Error> {
        let headers = self.log_in()?;
        let [one, other] = self.channel.both([first, second], &headers);
        let one = one.and_then(|answer| self.settle(first, answer, &headers));
        Ok([one, other.and_then(|answer| self.settle(second, answer, &headers))])
    }

    /// Gives a token back that was obtained by logging in. One that the user gave stays.
    ///
    /// # Errors
    /// It could not be given back, and stays good until its time ends.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        self.session.take().map_or(Ok(()), |session| session.end(&mut self.channel))
    }

    /// The way to the server, for what takes no login.
    pub(super) fn channel(&mut self) -> &mut Channel {
        &mut self.channel
    }

    /// What stands behind the login, for a person.
    pub(super) fn login(&self) -> &str {
        self.session.as_ref().map_or("the login", |session| session.what.as_str())
    }

    /// What requests are sent with: logs in if need be.
    ///
    /// # Errors
    /// There is no credential, or the server refused it.
    pub(super) fn log_in(&mut self) -> Result<HeaderMap, Error> {
        if let Some(session) = &mut self.session
            && !session.keep_alive(&mut self.channel)
        {
            self.session = None;
        }
        if self.session.is_none() {
            let credential = auth::credential(&self.auth, &self.env, &mut self.channel)?;
            self.session = Some(Session::begin(&mut self.channel, credential, self.inline)?);
        }
        Ok(self.session.as_ref().map(|session| session.headers.clone()).unwrap_or_default())
    }

    /// Takes 403 apart: the token that was `shown` may have ended, or may not do this. Both look the same, so the
    /// server is asked about the token itself.
    fn settle(&mut self, request: &Request, answer: Answer, shown: &HeaderMap) -> Result<Answer, Error> {
        let Some(session) = &self.session else { return Ok(answer) };
        if self.inline {
            return session.check_inline(request, answer);
        }
        if answer.status != 403 {
            return Ok(answer);
        }
        if session.headers == *shown {
            if session.stands(&mut self.channel)? {
                return Err(trouble::forbidden(request));
            }
            if !session.is_obtained() {
                return Err(session.ended());
            }
            // Its time ended during the work, or an operator revoked it: what is refused was not done.
            self.session = None;
        }
        let headers = self.log_in()?;
        let answer = self.channel.send(request, &headers)?;
        if answer.status == 403 { Err(trouble::forbidden(request)) } else { Ok(answer) }
    }
}
