//! What becomes of an answer, and what is asked again.
//!
//! A write is sent again only if the server surely did not do it: what it answers before it looks at the request
//! (throttled, an engine that is being upgraded), or no connection at all. That a standby has no leader to send it on
//! to does not say so: the leader may have died after it had the request.

use std::time::Duration;

use crate::rng::{self, Rng};

use super::failure::Failure;
use super::http::Reply;
use super::request::{Purpose, Request};

/// How often a request is sent at most where the server is only asked to wait for: with [`pause`] the last one is
/// sent up to 6 seconds after the first. A cluster that lost its leader has a new one after 1 to 3 seconds.
const PATIENT: u32 = 7;

/// How often a request is sent at most where there is little hope that waiting helps.
const IMPATIENT: u32 = 3;

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the caller's.
    Answer,
    /// The same request may be sent again, until it was sent so often.
    Again {
        /// The first time counts.
        at_most: u32,
    },
    /// It is an error.
    Error,
}

/// What becomes of what was answered, or of the failure to get an answer.
pub(super) fn verdict(request: &Request, outcome: &Result<Reply, Failure>) -> Verdict {
    match outcome {
        Ok(reply) => of_reply(request.purpose, reply),
        Err(Failure::Refused) => Verdict::Again { at_most: IMPATIENT },
        Err(Failure::Lost) if request.purpose == Purpose::Read => Verdict::Again { at_most: IMPATIENT },
        Err(_) => Verdict::Error,
    }
}

fn of_reply(purpose: Purpose, reply: &Reply) -> Verdict {
    match reply.status {
        400 if is_upgrading(reply) => Verdict::Again { at_most: PATIENT },
        200..300 | 400 | 403 | 404 | 405 | 413 | 415 => Verdict::Answer,
        // A standby that lost its leader.
        307 if purpose == Purpose::Write => Verdict::Error,
        500 if has_no_leader(reply) && purpose == Purpose::Write => Verdict::Error,
        // A standby that does not know the new leader yet; a node that is behind; too many requests.
        307 | 412 | 429 => Verdict::Again { at_most: PATIENT },
        500 if has_no_leader(reply) => Verdict::Again { at_most: PATIENT },
        503 if is_sealed(reply) => Verdict::Error,
        500 | 502 | 503 | 504 if purpose == Purpose::Read => Verdict::Again { at_most: IMPATIENT },
        _ => Verdict::Error,
    }
}

/// Whether a standby had nobody to send the request on to.
pub(super) fn has_no_leader(reply: &Reply) -> bool {
    reply.has_error("local node not active but active cluster node not found")
}

/// Whether the engine is becoming versioned: it says so with status 400 and serves nothing meanwhile.
pub(super) fn is_upgrading(reply: &Reply) -> bool {
    reply.has_error("Upgrading from non-versioned to versioned data")
        || reply.has_error("Waiting for the primary to upgrade from non-versioned to versioned data")
}

/// Whether the server, or the namespace, is sealed.
pub(super) fn is_sealed(reply: &Reply) -> bool {
    reply.has_error("is sealed")
}

/// How long to wait before a request that was `sent` so often is sent again: 0.2 s after the first time, doubled each
/// time up to 1.6 s, of which up to a half is left out at random, so that many clients do not come back at once.
pub(super) fn pause(sent: u32, rng: &mut Rng) -> Result<Duration, rng::Error> {
    let full = 100 << sent.min(4);
    let milliseconds = full / 2 + rng.below(full / 2 + 1)?;
    Ok(Duration::from_millis(u64::from(milliseconds)))
}
