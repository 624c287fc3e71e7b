//! Entries of the ledger that are about no write of the sealed file: a push, a rotation, what people say.

use std::path::Path;

use super::commit::append;
use super::project_key::ProjectKeys;
use super::site::Site;
use super::{Access, Error, trust};
use crate::fs;
use crate::ledger::{Entry, Event, Ledger, NO_FILE};
use crate::mac::sha256;
use crate::project::{Environment, Project};

/// An entry by this user and of this moment, to be filled and handed to [`record`].
pub fn note(project: &Project, environment: &Environment, event: Event, access: &Access) -> Entry {
    let site = Site::new(project, environment, access);
    Entry::new(site.name(), event, site.author(access), access.now())
}

/// Enters a [`note`] into the ledger, or appends it to the file `instead`, for a working tree that does not last. It is
/// about the sealed file as it is, if there is one, and authenticated by the environment's project key. Gives its id.
///
/// # Errors
/// [`Error::NoProjectKey`] if the environment has none yet. No identity opens the project key, it is not the one that
/// this machine knows, or the ledger cannot be read or written.
pub fn record(
    project: &Project,
    environment: &Environment,
    entry: Entry,
    instead: Option<&Path>,
    access: &mut Access,
) -> Result<String, Error> {
    let site = Site::new(project, environment, access);
    let keys = site.require_keys(access)?;
    trust::check_author(&keys, &site, &site.machine(access)?, access)?;
    let (sha256, generation) = sealed(&site)?;
    add(&site, Entry { generation, sha256, ..entry }, &keys, instead, access)
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
fn sealed(site: &Site) -> Result<(String, u64), Error> {
    let bytes = fs::read_if_exists(&site.environment.sealed)?;
    let hash = bytes.map_or_else(|| NO_FILE.to_owned(), |bytes| sha256(&bytes));
    let ledger = Ledger::read(&site.ledger())?;
    let own = || ledger.entries().iter().map(|it| &it.entry).filter(|entry| entry.environment == site.name());
    let same = own().filter(|entry| entry.event.is_seal() && entry.sha256 == hash);
    let generation = same.map(|entry| entry.generation).max();
    let generation = generation.or_else(|| own().map(|entry| entry.generation).max());
    Ok((hash, generation.unwrap_or_default()))
}
