//! When a variable is due, and its status. Pure: the same facts at the same moment give the same answer.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Status;
use super::events::History;
use super::evidence::Evidence;
use super::policy::Policy;

/// What decides a deadline.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Since when it has its value.
    pub evidence: &'a Evidence,
    /// What the ledger says: exemptions, exposures, overlaps.
    pub history: Option<&'a History>,
    /// When the value itself ends, such as the `exp` of a JWT or the `notAfter` of a certificate.
    pub not_after: Option<Timestamp>,
    /// Project, environment and variable, from which the share of the jitter is taken.
    pub identity: [&'a str; 3],
    /// Now.
    pub now: Timestamp,
}

/// When a variable is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// How it stands.
    pub status: Status,
    /// When it is due; `None` if that is unknown, or only an event makes it due.
    pub due: Option<Timestamp>,
    /// When it is due soon.
    pub warn: Option<Timestamp>,
    /// The last day of its exemption.
    pub exempt_until: Option<Date>,
    /// Who agreed to the exemption.
    pub approver: Option<String>,
}

/// Derives the deadline.
pub fn deadline(facts: Facts<'_>) -> Deadline {
    let _ = facts;
    todo!()
}
