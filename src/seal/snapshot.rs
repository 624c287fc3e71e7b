//! Verifying a sealed file together with the project key and the ledger that a commit would put beside it.

use super::open::Unverified;
use super::site::{Place, Site};
use super::verify::{check_ledger, check_recipients, missing_key};
use super::{Access, Check, Error, Opened, Outcome, age_file, sops, structure, trust};
use crate::ledger::Ledger;
use crate::project::{Environment, Project};

/// The bytes of what belongs together.
pub struct Snapshot {
    /// The sealed file.
    pub sealed: Vec<u8>,
    /// The project key's file; `None` if there is none.
    pub project_key: Option<Vec<u8>>,
    /// The ledger; empty if there is none.
    pub ledger: Vec<u8>,
}

/// What [`verify`](super::verify()) would call wrong if these were the files of the project. Nothing is remembered of
/// them. Who has no identity that opens the file has it checked as far as that goes.
///
/// # Errors
/// It is no sealed file, its seal is broken, or the ledger cannot be read.
pub fn verify_snapshot(
    project: &Project,
    environment: &Environment,
    snapshot: &Snapshot,
    access: &mut Access,
) -> Result<Vec<(Check, String)>, Error> {
    let site = Site::new(project, environment, access);
    let recipients = structure(&snapshot.sealed, &environment.sealed)?;
    let opened = match open(&site, snapshot, access) {
        Ok(opened) => opened,
        Err(error) if is_of_the_reader(&error) => None,
        Err(error) => return Err(error),
    };
    let recipients = opened.as_ref().map(|opened| opened.recipients.clone()).or(recipients);
    let (ledger, faults) = Ledger::parse_all(snapshot.ledger.clone());
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.into());
    }
    let mut checks = vec![
        (Check::Recipients, check_recipients(&site, recipients.as_deref())),
        (Check::Ledger, check_ledger(&ledger, &site, &snapshot.sealed, opened.as_ref())),
    ];
    if snapshot.project_key.is_none() {
        checks.push((Check::Seal, missing_key(&site)));
    }
    let wrong = checks.into_iter().filter_map(|(check, outcome)| match outcome {
        Outcome::Wrong(message) => Some((check, message)),
        Outcome::Right(_) | Outcome::Unchecked(_) => None,
    });
    Ok(wrong.collect())
}

/// Decrypts and verifies; `None` without a project key, for which nothing of the record can be checked.
fn open(site: &Site, snapshot: &Snapshot, access: &mut Access) -> Result<Option<Opened>, Error> {
    let bytes = &snapshot.sealed;
    let unverified = Unverified::read(bytes, Place::Revision(site.clone()), access)?;
    let record = unverified.record(site)?;
    let Some(key_file) = &snapshot.project_key else { return Ok(None) };
    let keys = site.open_keys(key_file, access)?;
    trust::check_author(&keys, site, &site.machine(access)?, access)?;
    let (key, current) = (record.key, keys.current().number);
    let opened = unverified.verify(&record, keys, site, bytes)?;
    if key != current {
        return Err(Error::OldKey { path: site.environment.sealed.clone(), key, current });
    }
    Ok(Some(opened))
}

/// Whether it says something of who reads and nothing of the file.
fn is_of_the_reader(error: &Error) -> bool {
    match error {
        Error::In { error, .. } => is_of_the_reader(error),
        Error::AgeFile(error) => !matches!(error, age_file::Error::Damaged),
        Error::Identity(_)
        | Error::Sops(sops::Error::Identity(_))
        | Error::Approvals(_)
        | Error::Keyring(_)
        | Error::MalformedPin
        | Error::State { .. }
        | Error::File(_) => true,
        _ => false,
    }
}
