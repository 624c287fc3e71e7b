//! The secrets of a whole store as rows of a report. Nobody says how they are rotated: there is one longest age for all
//! of them, and a store's word on when a version was made, not on whether its value is new.

use jiff::{SignedDuration, Timestamp};

use crate::rotation::Row;
use crate::rotation::deadline::{self, Facts};
use crate::rotation::evidence::Evidence;
use crate::rotation::policy::{self, Policy};
use crate::schema::Grade;
use crate::schema::driver::DriverTable;

/// A secret of a store, and what it is held to.
#[derive(Clone, Copy)]
pub struct StoredSecret<'a> {
    /// The kind of store, in the place of a project.
    pub store: &'a str,
    /// The part of it, in the place of an environment: a mount, a region.
    pub part: &'a str,
    /// Its path or name.
    pub path: &'a str,
    /// When the version that is served was made.
    pub created: Option<Timestamp>,
    /// The longest age.
    pub every: SignedDuration,
    /// Now.
    pub now: Timestamp,
}

/// The row of a secret.
pub fn row(secret: StoredSecret<'_>) -> Row {
    let StoredSecret { store, part, path, created, every, now } = secret;
    let policy = policy(every);
    let evidence = Evidence { rotated: created, grade: created.map(|_| Grade::D), ..Evidence::default() };
    let identity = [store, part, path];
    let deadline = deadline::deadline(Facts {
        policy: &policy,
        evidence: &evidence,
        history: None,
        not_after: None,
        identity,
        now,
    });
    Row {
        project: store.to_owned(),
        environment: part.to_owned(),
        variable: path.to_owned(),
        class: None,
        owner: None,
        status: deadline.status,
        due: deadline.due,
        warn: deadline.warn,
        last_rotated: created,
        evidence: evidence.grade,
        exempt_until: None,
        approver: None,
        driver: "manual".to_owned(),
        controls: Vec::new(),
        runbook: None,
        declared: None,
        findings: Vec::new(),
        reported: None,
    }
}

fn policy(every: SignedDuration) -> Policy {
    Policy {
        class: None,
        every: Some(every),
        warn: policy::WARN.min(every / 4),
        grace: SignedDuration::ZERO,
        overlap: SignedDuration::ZERO,
        min_evidence: None,
        driver: DriverTable::Manual,
        previous: None,
        owner: None,
        runbook: None,
        controls: Vec::new(),
        offboard: SignedDuration::ZERO,
        jitter: SignedDuration::ZERO,
    }
}
