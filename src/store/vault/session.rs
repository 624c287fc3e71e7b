//! What a request shows the server: a token that was given, one that was obtained by logging in, or the login
//! itself.

use std::time::{Duration, Instant};

use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::Error;

use super::auth::{Call, Credential};
use super::channel::Channel;
use super::request::{self, Answer, Purpose, Request};
use super::trouble;

/// Where a token is asked about itself.
pub(super) const LOOKUP: &str = "auth/token/lookup-self";

/// A login that stands.
pub(super) struct Session {
    /// What stands behind it, for a person: `the token of VAULT_TOKEN`.
    pub(super) what: String,
    /// What is sent with each request.
    pub(super) headers: HeaderMap,
    kind: Kind,
}

enum Kind {
    /// A token of the user: left as it is.
    Given,
    /// The login goes with each request, and no token is made.
    Inline(Call),
    /// A token of ours, which is renewed, and revoked in the end.
    Obtained(Lease),
}

struct Lease {
    since: Instant,
    /// `None`: it does not end by itself.
    lifetime: Option<Duration>,
    is_renewable: bool,
    is_revocable: bool,
}

impl Session {
    /// Begins one: logs in, if that takes a request of its own.
    ///
    /// # Errors
    /// The login was refused, or the server did not answer.
    pub(super) fn begin(channel: &mut Channel, credential: Credential, inline: bool) -> Result<Self, Error> {
        match credential {
            Credential::Token { token, what } => {
                let headers = token_headers(&token, &what)?;
                Ok(Self { what, headers, kind: Kind::Given })
            }
            Credential::Call(call) if inline => {
                let headers = call.inline_headers()?;
                Ok(Self { what: call.what(), headers, kind: Kind::Inline(call) })
            }
            Credential::Call(call) => Self::log_in(channel, &call),
        }
    }

    fn log_in(channel: &mut Channel, call: &Call) -> Result<Self, Error> {
        let request = Request::post(call.path(), call.body()).with_purpose(Purpose::Login);
        let answer = channel.send(&request, &HeaderMap::new())?;
        if !answer.is_success() {
            return Err(call.refused(&answer));
        }
        let granted: Granted = answer.parse()?;
        Ok(Self {
            what: call.what(),
            headers: token_headers(&granted.auth.client_token, &call.what())?,
            kind: Kind::Obtained(granted.auth.lease()),
        })
    }

    /// Whether logging in again could help when the server does not know the token any more.
    pub(super) fn is_obtained(&self) -> bool {
        matches!(self.kind, Kind::Obtained(_))
    }

    /// Whether the server still knows the token.
    ///
    /// # Errors
    /// The server did not answer.
    pub(super) fn stands(&self, channel: &mut Channel) -> Result<bool, Error> {
        let answer = channel.send(&Request::get(LOOKUP), &self.headers)?;
        // A policy can forbid even this; what it says then is not what a token that has ended gets.
        Ok(answer.is_success() || trouble::is_denied_by_policy(&answer))
    }

    /// That the token has ended.
    pub(super) fn ended(&self) -> Error {
        Error::Unauthenticated {
            what: self.what.clone(),
            reason: "it is not valid, or has expired".to_owned(),
            help: Some("log in again: bao login, or vault login".to_owned()),
        }
    }

    /// Takes the answer to a request apart that had the login in it: what it says may be about the login.
    ///
    /// # Errors
    /// The login was refused, or may not do this.
    pub(super) fn check_inline(&self, request: &Request, answer: Answer) -> Result<Answer, Error> {
        let Kind::Inline(call) = &self.kind else { return Ok(answer) };
        if answer.login_failed {
            return Err(call.refused(&answer));
        }
        if answer.status != 403 {
            return Ok(answer);
        }
        if trouble::is_denied_by_policy(&answer) {
            return Err(trouble::forbidden(request));
        }
        Err(Error::Unauthenticated {
            what: self.what.clone(),
            reason: "the server took no notice of it".to_owned(),
            help: Some(
                "only OpenBao from 2.4 takes a login with each request: leave out inline_auth".to_owned(),
            ),
        })
    }

    /// Renews a token of ours of whose time less than a third is left. `false` if it is at its end nevertheless,
    /// so that it takes a new login.
    pub(super) fn keep_alive(&mut self, channel: &mut Channel) -> bool {
        let Kind::Obtained(lease) = &mut self.kind else { return true };
        if !lease.is_ending() {
            return true;
        }
        if !lease.is_renewable {
            return false;
        }
        let request =
            Request::post("auth/token/renew-self", Zeroizing::default()).with_purpose(Purpose::Login);
        let renewed = channel.send(&request, &self.headers).and_then(|answer| answer.parse::<Granted>());
        let Ok(renewed) = renewed else { return false };
        let renewed = renewed.auth.lease();
        // A server grants less and less when the token nears the end that nobody can move.
        let lifetimes = renewed.lifetime.zip(lease.lifetime);
        let is_near_its_end = lifetimes.is_some_and(|(granted, before)| granted < before / 2);
        *lease = renewed;
        !is_near_its_end
    }

    /// Gives a token of ours back.
    ///
    /// # Errors
    /// [`Error::NotGivenBack`]: it stays good until its time ends.
    pub(super) fn end(self, channel: &mut Channel) -> Result<(), Error> {
        match self.kind {
            Kind::Obtained(lease) if lease.is_revocable => {}
            _ => return Ok(()),
        }
        let request =
            Request::post("auth/token/revoke-self", Zeroizing::default()).with_purpose(Purpose::Login);
        let answer = channel.send(&request, &self.headers);
        // 403: it has ended by itself.
        let outcome = answer.and_then(|answer| {
            if answer.is_success() || answer.status == 403 { Ok(()) } else { Err(answer.unexpected()) }
        });
        outcome.map_err(|error| Error::NotGivenBack { what: self.what, error: Box::new(error) })
    }
}

impl Lease {
    fn is_ending(&self) -> bool {
        self.lifetime.is_some_and(|lifetime| self.since.elapsed() > lifetime / 3 * 2)
    }
}

/// The headers that show a token.
///
/// # Errors
/// [`Error::Unauthenticated`] if no header can hold it, so that it is none.
pub(super) fn token_headers(token: &Secret, what: &str) -> Result<HeaderMap, Error> {
    let value = sensitive(token).ok_or_else(|| Error::Unauthenticated {
        what: what.to_owned(),
        reason: "it holds characters that no token has".to_owned(),
        help: None,
    })?;
    Ok(HeaderMap::from_iter([(HeaderName::from_static("x-vault-token"), value)]))
}

/// A header's value that no debug output shows.
pub(super) fn sensitive(text: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text.expose()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The part of a login's answer, and of a renewal's, that counts.
#[derive(Deserialize)]
struct Granted {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    #[serde(deserialize_with = "request::secret")]
    client_token: Secret,
    /// In seconds; 0 if it does not end.
    lease_duration: u64,
    renewable: bool,
    #[serde(default)]
    token_type: String,
}

impl Auth {
    fn lease(&self) -> Lease {
        let lifetime = (self.lease_duration > 0).then(|| Duration::from_secs(self.lease_duration));
        // The server keeps nothing of a batch token, so that there is nothing to revoke.
        let is_revocable = self.token_type != "batch";
        Lease { since: Instant::now(), lifetime, is_renewable: self.renewable, is_revocable }
    }
}
