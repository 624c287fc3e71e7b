//! From what went wrong to an error in words of our own.

use crate::store::Error;
use crate::ui;

use super::failure::Failure;
use super::http::Reply;
use super::request::{Answer, Purpose, Request};
use super::retry;

/// What it is called when the server is not one.
pub(super) const EXPECTED: &str = "Vault or OpenBao";

/// There was no answer.
pub(super) fn of_failure(address: &str, request: &Request, failure: &Failure) -> Error {
    let reason = failure.reason();
    match failure {
        Failure::Lost | Failure::TimedOut | Failure::NotHttp | Failure::TooLarge
            if request.purpose == Purpose::Write =>
        {
            unknown(request, reason)
        }
        Failure::NotHttp | Failure::TooLarge => garbage(address, reason),
        _ => Error::Unreachable { address: address.to_owned(), reason: reason.to_owned() },
    }
}

/// There was an answer that no caller can make sense of.
pub(super) fn of_reply(address: &str, request: &Request, reply: &Reply) -> Error {
    let address = address.to_owned();
    let failed = |help: &str| Error::Failed {
        address: address.clone(),
        status: reply.status,
        help: Some(help.to_owned()),
    };
    match reply.status {
        307 if request.purpose == Purpose::Write => unknown(request, "the cluster lost its leader"),
        300..400 => {
            let to = reply.location.as_deref().unwrap_or("nowhere");
            Error::Redirected { address, to: ui::escape(to).into_owned() }
        }
        400 => failed("the KV engine is being upgraded to version 2: try again in a minute"),
        412 => failed("this node of the cluster is behind the others: try again in a minute"),
        429 => Error::Throttled { address },
        472 | 473 => {
            failed("it is a standby for disasters or for reading: use the address of the active cluster")
        }
        500 if retry::has_no_leader(reply) && request.purpose == Purpose::Write => {
            unknown(request, "the cluster lost its leader")
        }
        500 if retry::has_no_leader(reply) => {
            failed("the cluster has no leader at the moment: try again in a minute")
        }
        503 if retry::is_sealed(reply) => Error::Sealed { address },
        503 if reply.has_error("has been locked") => {
            failed("an operator locked this namespace: ask one to unlock it")
        }
        500..600 if request.purpose == Purpose::Write => {
            unknown(request, &format!("the server failed with status {}", reply.status))
        }
        500..600 => failed("see the server's log, or try again in a minute"),
        status => garbage(&address, &format!("status {status}")),
    }
}

/// The login may not do this.
pub(super) fn forbidden(request: &Request) -> Error {
    Error::Forbidden { action: request.action(), path: shown(request) }
}

/// Whether status 403 comes from the policies of a login that is good. A token that is not good is answered with
/// `permission denied` alone (OpenBao), or with a second error `invalid token` (Vault).
pub(super) fn is_denied_by_policy(answer: &Answer) -> bool {
    answer.status == 403 && answer.has_error("1 error occurred")
}

fn unknown(request: &Request, reason: &str) -> Error {
    Error::Unknown { path: shown(request), reason: reason.to_owned() }
}

fn garbage(address: &str, problem: &str) -> Error {
    Error::Garbage { address: address.to_owned(), expected: EXPECTED, problem: problem.to_owned() }
}

fn shown(request: &Request) -> String {
    ui::escape(&request.path).into_owned()
}
