//! Entries of the ledger that are about no write of the sealed file: a push, a rotation, what people say.

use std::path::Path;

use super::commit::append;
use super::project_key::ProjectKeys;
use super::site::{Site, lock_ledger};
use super::{Access, Error, trust};
use crate::fs;
use crate::ledger::{self, Entry, Event, Ledger, NO_FILE, Recorded};
use crate::mac::sha256;
use crate::project::{Environment, Project};
use crate::secret::Key;

/// An entry by this user and of this moment, to be filled and handed to [`record`].
pub fn note(project: &Project, environment: &Environment, event: Event, access: &Access) -> Entry {
    let site = Site::new(project, environment, access);
    Entry::new(site.name(), event, site.author(access), access.now())
}

/// Enters a [`note`] into the ledger, or appends it to the file `instead`, for a working tree that does not last. It is
/// about the sealed file as it is, unless it names another, and authenticated by the environment's project key. Gives its
/// id.
///
/// # Errors
/// [`Error::Missing`] if the environment has no project key yet. No identity opens the project key, it is not the one that
/// this machine knows, or the ledger cannot be read or written.
pub fn record(
    project: &Project,
    environment: &Environment,
    mut entry: Entry,
    instead: Option<&Path>,
    access: &mut Access,
) -> Result<String, Error> {
    let site = Site::new(project, environment, access);
    let keys = own_keys(&site, access)?;
    if entry.sha256 == NO_FILE {
        (entry.sha256, entry.generation) = sealed(&site)?;
    }
    add(&site, entry, &keys, instead, access)
}

/// Adds entries to the ledger that `choose` takes when it is shown the ledger, which nobody else changes meanwhile; how
/// many, or why none.
///
/// # Errors
/// The ledger cannot be read or written.
pub fn take_in<E>(
    project: &Project,
    choose: impl FnOnce(&Ledger) -> Result<Vec<Recorded>, E>,
) -> Result<Result<usize, E>, Error> {
    let path = project.root.join(ledger::FILE_NAME);
    let _lock = lock_ledger(&project.root)?;
    let ledger = Ledger::read(&path)?;
    match choose(&ledger) {
        Ok(entries) => {
            if !entries.is_empty() {
                ledger.with(&entries).write(&path)?;
            }
            Ok(Ok(entries.len()))
        }
        Err(reason) => Ok(Err(reason)),
    }
}

/// The environment's project keys with their numbers, the present one first.
///
/// # Errors
/// As [`record`].
pub fn project_keys(
    project: &Project,
    environment: &Environment,
    access: &mut Access,
) -> Result<Vec<(u32, Key)>, Error> {
    let keys = own_keys(&Site::new(project, environment, access), access)?;
    Ok(keys.iter().map(|key| (key.number, key.key.clone())).collect())
}

/// The project keys, if they are those that this machine knows.
pub(super) fn own_keys(site: &Site, access: &mut Access) -> Result<ProjectKeys, Error> {
    let Environment { sealed, project_key, .. } = &site.environment;
    if !fs::exists(sealed) && !fs::exists(project_key) {
        return Err(Error::Missing { path: sealed.clone() });
    }
    let keys = site.require_keys(access)?;
    trust::check_author(&keys, site, &site.machine(access)?, access)?;
    Ok(keys)
}

/// Adds an entry under the present project key; gives its id.
pub(super) fn add(
    site: &Site,
    mut entry: Entry,
    keys: &ProjectKeys,
    instead: Option<&Path>,
    access: &Access,
) -> Result<String, Error> {
    let key = keys.current();
    entry.key = key.number;
    let Some(file) = instead else { return append(site, entry, keys, key.number, access) };
    let ledger = Ledger::read(&site.ledger())?;
    Ok(Ledger::read(file)?.append_after(ledger.entries(), file, entry, &key.key)?)
}

/// The hash of the sealed file, and the generation that the ledger knows it by; else the newest one that it knows.
pub(super) fn sealed(site: &Site) -> Result<(String, u64), Error> {
    let bytes = fs::read_if_exists(&site.environment.sealed)?;
    let hash = bytes.map_or_else(|| NO_FILE.to_owned(), |bytes| sha256(&bytes));
    let ledger = Ledger::read(&site.ledger())?;
    let own = || ledger.entries().iter().map(|it| &it.entry).filter(|entry| entry.environment == site.name());
    let same = own().filter(|entry| entry.event.is_seal() && entry.sha256 == hash);
    let generation = same.map(|entry| entry.generation).max();
    let generation = generation.or_else(|| own().map(|entry| entry.generation).max());
    Ok((hash, generation.unwrap_or_default()))
}
