//! Merged files whose entry is not in the ledger yet.
//!
//! git merges the sealed file and the ledger one after the other, in any order, and keeps both from the working tree
//! until it is done. So the entry of a merged sealed file waits, in a file of the working tree that git ignores, for
//! the ledger's turn. It is entered into a ledger that knows both versions that were merged, and into no other: a
//! merge that was given up leaves nothing behind.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::site::Site;
use super::super::{Access, Error};
use crate::fs;
use crate::ledger::{Entry, Ledger};
use crate::project::{Environment, Project};

const VERSION: u32 = 1;

/// An entry that waits. It has names and fingerprints, and no value.
#[derive(Serialize, Deserialize)]
struct Unrecorded {
    version: u32,
    /// The SHA-256 of the versions that were merged.
    versions: [String; 2],
    entry: Entry,
}

fn path_of(root: &Path, environment: &str) -> PathBuf {
    root.join(format!(".envward/merge/{environment}.json"))
}

/// Leaves an entry for [`record_merges`].
pub(super) fn leave(site: &Site, entry: &Entry, versions: &[String; 2]) -> Result<(), Error> {
    let waiting = Unrecorded { version: VERSION, versions: versions.clone(), entry: entry.clone() };
    Ok(fs::write_state(&path_of(&site.root, site.name()), &waiting)?)
}

/// Forgets what earlier merges of an environment left.
///
/// # Errors
/// The file cannot be removed.
pub fn forget_merges(project: &Project, environment: &Environment) -> Result<(), Error> {
    Ok(fs::remove(&path_of(&project.root, &environment.name))?)
}

/// Adds the entries of merged sealed files to the ledger at `path`, which git has yet to put in its place; gives the
/// environments whose entries were added.
///
/// # Errors
/// The ledger cannot be read or written, or the project key of such an environment does not open.
pub fn record_merges(project: &Project, path: &Path, access: &mut Access) -> Result<Vec<String>, Error> {
    let mut recorded = Vec::new();
    for name in project.manifest.environments.keys() {
        let waiting_at = path_of(&project.root, name);
        let Some(bytes) = fs::read_if_exists(&waiting_at)? else { continue };
        fs::remove(&waiting_at)?;
        let waiting: Option<Unrecorded> = serde_json::from_slice(&bytes).ok();
        let Some(waiting) = waiting.filter(|waiting| waiting.version == VERSION) else { continue };
        let ledger = Ledger::read(path)?;
        let Ok(environment) = project.environment_named(name) else { continue };
        if !is_next(&ledger, &waiting) {
            continue;
        }
        let keys = Site::new(project, &environment, access).require_keys(access)?;
        let Some(key) = keys.number(waiting.entry.key) else { continue };
        ledger.append(path, waiting.entry, &key.key)?;
        recorded.push(name.clone());
    }
    Ok(recorded)
}

/// Whether the ledger knows both versions that were merged, and nothing newer.
fn is_next(ledger: &Ledger, waiting: &Unrecorded) -> bool {
    let entry = &waiting.entry;
    let own = || {
        let own = ledger.entries().iter().map(|recorded| &recorded.entry);
        own.filter(|other| other.environment == entry.environment)
    };
    let knows = |sha256: &String| own().any(|other| other.event.is_seal() && other.sha256 == *sha256);
    waiting.versions.iter().all(knows) && own().all(|other| other.generation < entry.generation)
}
