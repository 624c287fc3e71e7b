//! Verifying: everything that can be checked about a sealed file, with or without an identity.

use std::path::Path;

use super::content;
use super::identity::{self, Skipped};
use super::site::Site;
use super::{Access, Error, Opened, open, open_bare, sops, trust};
use crate::fs;
use crate::ledger::Ledger;
use crate::mac::sha256;
use crate::project::{Environment, Project};

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The file is a sealed file, whole.
    Structure,
    /// It is encrypted to those whom the manifest names.
    Recipients,
    /// It is the newest file that the ledger knows.
    Ledger,
    /// It decrypts; MAC, record, author and age are right.
    Seal,
}

impl Check {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Recipients => "recipients",
            Self::Ledger => "ledger",
            Self::Seal => "seal",
        }
    }
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is right; with what was found.
    Right(String),
    /// It is wrong; what.
    Wrong(String),
    /// It could not be checked, and why.
    Unchecked(String),
}

/// What was checked about one file.
pub struct Verdict {
    /// Every check with its outcome.
    pub checks: Vec<(Check, Outcome)>,
    /// The file, if an identity opened it.
    pub opened: Option<Opened>,
    /// Identities that exist and could not be used, where none opened the file.
    pub skipped: Vec<Skipped>,
}

impl Verdict {
    /// Whether anything is wrong.
    pub fn has_findings(&self) -> bool {
        self.checks.iter().any(|(_, outcome)| matches!(outcome, Outcome::Wrong(_)))
    }
}

/// Verifies the sealed file of an environment.
///
/// # Errors
/// It cannot be read, or an identity opens it and the seal is broken.
pub fn verify(project: &Project, environment: &Environment, access: &mut Access) -> Result<Verdict, Error> {
    let site = Site::new(project, environment, access);
    let bytes = read(&environment.sealed)?;
    let recipients = structure(&bytes, &environment.sealed)?;
    let (opened, skipped) = without_identity(open(project, environment, access))?;
    let recipients = opened.as_ref().map(|opened| opened.recipients.clone()).or(recipients);
    let checks = vec![
        (Check::Structure, Outcome::Right("it is a sealed file, whole".to_owned())),
        (Check::Recipients, check_recipients(&site, recipients.as_deref())),
        (Check::Ledger, check_ledger(&Ledger::read(&site.ledger())?, &site, &bytes, opened.as_ref())),
        (Check::Seal, check_seal(opened.is_some(), &skipped, &site)),
    ];
    Ok(Verdict { checks, opened, skipped })
}

/// Verifies a sealed file outside of any project.
///
/// # Errors
/// It cannot be read, or an identity opens it and its MAC is wrong.
pub fn verify_bare(file: &Path, access: &mut Access) -> Result<Verdict, Error> {
    let bytes = read(file)?;
    structure(&bytes, file)?;
    let (opened, skipped) = without_identity(open_bare(file, access))?;
    let seal = match &opened {
        Some(_) => Outcome::Right("every value and the MAC are right".to_owned()),
        None => not_opened(&skipped),
    };
    let structure = Outcome::Right("it is a sealed file, whole".to_owned());
    let checks = vec![(Check::Structure, structure), (Check::Seal, seal)];
    Ok(Verdict { checks, opened, skipped })
}

fn read(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
    fs::read_if_exists(path)?.ok_or_else(|| Error::Missing { path: path.to_owned() })
}

/// Checks what needs no key, of a sealed file or of what should be one; gives the recipients, if the format names them.
///
/// # Errors
/// It is no sealed file, or not whole: git left its conflict markers in it, or a program changed it.
pub fn structure(bytes: &[u8], path: &Path) -> Result<Option<Vec<String>>, Error> {
    if content::is_age(bytes) {
        content::has_passphrase(bytes).map_err(Error::at(path))?;
        return Ok(None);
    }
    let document = sops::Document::parse(bytes).map_err(Error::at(path))?;
    if document.to_bytes() != bytes {
        return Err(Error::Altered { path: path.to_owned() });
    }
    Ok(Some(document.metadata.age().map(|entry| entry.recipient.to_owned()).collect()))
}

/// Nothing for a file that no identity of the user opens, and which of them could not be used.
fn without_identity(result: Result<Opened, Error>) -> Result<(Option<Opened>, Vec<Skipped>), Error> {
    match result {
        Ok(opened) => Ok((Some(opened), Vec::new())),
        Err(error) => without_fitting(error).map(|skipped| (None, skipped)),
    }
}

/// The sources that could not be used, if the error is that no identity opens the file.
fn without_fitting(error: Error) -> Result<Vec<Skipped>, Error> {
    use identity::Error::{NoIdentity, NoneFits};
    match error {
        Error::In { path, error } => {
            without_fitting(*error).map_err(|error| Error::In { path, error: Box::new(error) })
        }
        Error::Identity(NoIdentity { skipped } | NoneFits { skipped, .. })
        | Error::Sops(sops::Error::Identity(NoIdentity { skipped } | NoneFits { skipped, .. })) => {
            Ok(skipped)
        }
        other => Err(other),
    }
}

pub(super) fn check_recipients(site: &Site, recipients: Option<&[String]>) -> Outcome {
    match recipients {
        None => Outcome::Unchecked("the format does not name them, and no identity opens it".to_owned()),
        Some(recipients) => {
            let remarks: Vec<String> =
                trust::compare_recipients(site, recipients).iter().map(ToString::to_string).collect();
            if remarks.is_empty() {
                Outcome::Right(format!("{}, as in the manifest", count(recipients.len())))
            } else {
                Outcome::Wrong(remarks.join("; "))
            }
        }
    }
}

fn count(recipients: usize) -> String {
    if recipients == 1 { "1 recipient".to_owned() } else { format!("{recipients} recipients") }
}

/// Whether the ledger knows the file, and none that is newer.
pub(super) fn check_ledger(ledger: &Ledger, site: &Site, bytes: &[u8], opened: Option<&Opened>) -> Outcome {
    let own: Vec<_> =
        ledger.entries().iter().filter(|recorded| recorded.entry.environment == site.name()).collect();
    let keys = opened.and_then(|opened| opened.keys.as_ref());
    let forged = keys.and_then(|keys| {
        own.iter().find(|recorded| {
            keys.number(recorded.entry.key).is_none_or(|key| !recorded.is_authentic(&key.key))
        })
    });
    if let Some(forged) = forged {
        let id = &forged.id[..12];
        return Outcome::Wrong(format!("entry {id} was not written by anyone who knows the project key"));
    }
    let Some(newest) = own.iter().map(|recorded| recorded.entry.generation).max() else {
        return Outcome::Wrong("it has no entry for this environment".to_owned());
    };
    let hash = sha256(bytes);
    // Other entries repeat the hash of the file as it was found.
    let seals = own.iter().filter(|recorded| recorded.entry.event.is_seal());
    let same = seals.filter(|recorded| recorded.entry.sha256 == hash);
    match same.map(|recorded| recorded.entry.generation).max() {
        Some(generation) if generation == newest => {
            Outcome::Right(format!("it is generation {generation}, the newest"))
        }
        Some(generation) => Outcome::Wrong(format!(
            "the file is generation {generation}, and the ledger knows generation {newest}"
        )),
        None => Outcome::Wrong("no entry is about this file: it was changed without envward".to_owned()),
    }
}

fn check_seal(opened: bool, skipped: &[Skipped], site: &Site) -> Outcome {
    let key = &site.environment.project_key;
    if opened {
        Outcome::Right("MAC, record, author and age are right".to_owned())
    } else if fs::exists(key) {
        not_opened(skipped)
    } else {
        missing_key(site)
    }
}

pub(super) fn missing_key(site: &Site) -> Outcome {
    let key = &site.environment.project_key;
    let key = key.strip_prefix(&site.root).unwrap_or(key);
    Outcome::Wrong(format!("the project key {} is missing", key.display()))
}

fn not_opened(skipped: &[Skipped]) -> Outcome {
    Outcome::Unchecked(format!("no identity opens it{}", identity::reasons(": ", skipped)))
}
