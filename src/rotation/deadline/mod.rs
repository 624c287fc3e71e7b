//! When a variable is due, and its status. Pure: the same facts at the same moment give the same answer.
//!
//! A variable is due at the earliest of three dates: when its value is as old as the policy allows, when the value ends
//! by itself, and when the time to replace what became known is over. An exemption is from the first alone: nobody can
//! be exempt from the end of a certificate, or from a leak.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Status;
use super::events::{Exemption, History, SKEW};
use super::evidence::Evidence;
use super::policy::Policy;
use crate::mac::sha256;

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

/// A date at which a variable is due, and the one from which it is due soon.
#[derive(Clone, Copy)]
struct Limit {
    due: Timestamp,
    warn: Timestamp,
}

/// Derives the deadline.
pub fn deadline(facts: Facts<'_>) -> Deadline {
    let Facts { policy, history, now, .. } = facts;
    let by_age = by_age(facts);
    let others = [by_exposure(facts), facts.not_after.map(|end| Limit::before(end, policy.warn))];
    let age_status = match (by_age, policy.every) {
        (Some(limit), _) => limit.status(policy.grace, now),
        (None, Some(_)) => Status::Unknown,
        (None, None) => Status::Ok,
    };
    let exemption = history.and_then(|history| history.exemption.as_ref());
    // It was for a value that has been replaced since: the next one has a deadline of its own.
    let is_over = |exemption: &&Exemption| by_age.is_some() && facts.evidence.rotated > Some(exemption.at);
    let exemption = exemption.filter(|exemption| !is_over(exemption));
    let exempted = exemption.and_then(|exemption| exempted(exemption, age_status, now));
    let overlap = if in_overlap(history, now) { Status::Overlap } else { Status::Ok };
    let other_status = others.iter().flatten().map(|limit| limit.status(policy.grace, now));
    let worst = other_status.chain([exempted.unwrap_or(age_status), overlap]).min();
    let limits = || by_age.iter().chain(others.iter().flatten());
    let shown = exemption.filter(|_| exempted.is_some());
    Deadline {
        status: worst.unwrap_or(Status::Ok),
        due: limits().map(|limit| limit.due).min(),
        warn: limits().map(|limit| limit.warn).min(),
        exempt_until: shown.map(|exemption| exemption.until),
        approver: shown.and_then(|exemption| exemption.approver.clone()),
    }
}

impl Limit {
    fn before(due: Timestamp, warn: SignedDuration) -> Self {
        Self { due, warn: due.checked_sub(warn).unwrap_or(Timestamp::MIN) }
    }

    /// Each edge belongs to what begins there.
    fn status(self, grace: SignedDuration, now: Timestamp) -> Status {
        if now >= later(self.due, grace) {
            Status::Breached
        } else if now >= self.due {
            Status::Overdue
        } else if now >= self.warn {
            Status::DueSoon
        } else {
            Status::Ok
        }
    }
}

/// When the value is as old as the policy allows; `None` if it allows any age, or the age is not proven.
fn by_age(facts: Facts<'_>) -> Option<Limit> {
    let Facts { policy, evidence, .. } = facts;
    let every = policy.every?;
    let rotated = evidence.rotated?;
    let is_proven = match (policy.min_evidence, evidence.grade) {
        (None, _) => true,
        // Grades are in order, the best first.
        (Some(least), Some(grade)) => grade <= least,
        (Some(_), None) => false,
    };
    // A date that is still to come proves that a clock was wrong, not that the value is new.
    let has_happened = rotated <= later(facts.now, SKEW);
    let age = every.checked_sub(jitter_share(policy.jitter, facts.identity)).unwrap_or(every);
    (is_proven && has_happened).then(|| Limit::before(later(rotated, age), policy.warn))
}

/// When what became known has to be replaced. It is due soon from the moment on at which that was recorded.
fn by_exposure(facts: Facts<'_>) -> Option<Limit> {
    let exposed = facts.history?.exposed.as_ref()?;
    Some(Limit { due: later(exposed.at, facts.policy.offboard), warn: exposed.at })
}

/// What the exemption makes of the status by age; `None` if it has no part in it.
fn exempted(exemption: &Exemption, by_age: Status, now: Timestamp) -> Option<Status> {
    exemption.approver.as_ref()?;
    if now.to_zoned(TimeZone::UTC).date() <= exemption.until {
        return Some(Status::Exempt);
    }
    matches!(by_age, Status::Breached | Status::Overdue | Status::Unknown).then_some(Status::ExemptExpired)
}

/// Whether the previous value is still accepted as planned.
fn in_overlap(history: Option<&History>, now: Timestamp) -> bool {
    let newest = history.and_then(|history| history.rotations.last());
    newest.is_some_and(|rotated| rotated.retired.is_none() && rotated.until.is_some_and(|until| now < until))
}

/// The part of the jitter that this variable gets: always the same, from nothing up to, not including, all of it.
fn jitter_share(jitter: SignedDuration, identity: [&str; 3]) -> SignedDuration {
    // No name holds a NUL, so that no two of these texts are the same.
    let digest = sha256(identity.join("\0").as_bytes());
    let share = u64::from_str_radix(&digest[..16], 16).expect("a digest is hexadecimal digits");
    let seconds = u128::try_from(jitter.as_secs()).unwrap_or_default();
    let seconds = (seconds * u128::from(share)) >> 64;
    SignedDuration::from_secs(i64::try_from(seconds).expect("it is less than the whole, which was an i64"))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
