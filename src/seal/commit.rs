//! The steps that every write ends with: the sealed file with its record, then the ledger entry.
//!
//! The sealed file goes first: if the machine stops in between, the ledger knows less than there is, which is
//! reported, and not more, which would be refused as stale.

use std::collections::BTreeMap;

use super::project_key::ProjectKeys;
use super::recipients::Recipient;
use super::record::{Claim, Record};
use super::site::{Place, Site, lock_ledger};
use super::{Access, Error, Opened, trust};
use crate::fs;
use crate::ledger::{Earlier, Entry, Event, Fingerprints, Ledger, fingerprint};
use crate::mac::sha256;
use crate::rng::Rng;
use crate::secret::Values;

/// What is being written.
pub(super) struct Sealing {
    pub(super) event: Event,
    /// The generation it gets; `None` without a seal record.
    pub(super) generation: Option<u64>,
    /// New name to old name.
    pub(super) renamed: BTreeMap<String, String>,
}

impl Sealing {
    /// A write in which nothing is renamed.
    pub(super) fn new(event: Event, generation: Option<u64>) -> Self {
        Self { event, generation, renamed: BTreeMap::new() }
    }

    /// The generation after the one that was opened.
    pub(super) fn next(opened: &Opened, event: Event) -> Self {
        Self::new(event, opened.generation.map(|generation| generation.saturating_add(1)))
    }
}

/// The newest generation that the ledger or this machine knows; 0 if the environment was never sealed.
pub(super) fn newest_generation(site: &Site, keys: &ProjectKeys, access: &Access) -> Result<u64, Error> {
    let ledger = Ledger::read(&site.ledger())?;
    let own = ledger.entries().iter().filter(|recorded| recorded.entry.environment == site.name());
    let believed = own.filter(|recorded| trust::is_believed(recorded, keys));
    let newest = believed.map(|recorded| recorded.entry.generation).max().unwrap_or(0);
    let machine = site.machine(access)?;
    Ok(newest.max(machine.seen(site.name()).map_or(0, |seen| seen.generation)))
}

/// Refuses to begin a write that could not end: with a ledger that cannot be read or replaced.
pub(super) fn check_ledger(place: &Place) -> Result<(), Error> {
    if let Some(site) = place.site() {
        Ledger::read(&site.ledger())?;
        fs::check_shared_target(&site.ledger())?;
    }
    Ok(())
}

/// Writes the sealed file; gives its SHA-256.
pub(super) fn put(
    fresh: &Opened,
    sealing: &Sealing,
    access: &Access,
    rng: &mut Rng,
) -> Result<String, Error> {
    let bytes = sealed(fresh, sealing.generation, access, rng)?;
    fs::write_shared(fresh.place.path(), &bytes)?;
    Ok(sha256(&bytes))
}

/// The bytes of the sealed file, with its record if it has a generation.
pub(super) fn sealed(
    fresh: &Opened,
    generation: Option<u64>,
    access: &Access,
    rng: &mut Rng,
) -> Result<Vec<u8>, Error> {
    let parts = fresh.content.parts();
    let by_format = fresh.content.recipients().is_some();
    let record = match (fresh.place.site(), &fresh.keys, generation) {
        (Some(site), Some(keys), Some(generation)) => {
            let claim = Claim {
                project: &site.project,
                environment: site.name(),
                generation,
                key: keys.current().number,
                recipients: if by_format { &[] } else { &fresh.recipients },
            };
            let project_key = &keys.current().key;
            let data_key = fresh.content.data_key().unwrap_or(project_key);
            Some(Record::new(&claim, parts.into_iter(), data_key, project_key).to_comment())
        }
        _ => None,
    };
    let recipients = if by_format { Vec::new() } else { recipients(fresh, access)? };
    fresh.content.to_bytes(record.as_deref(), &recipients, rng)
}

/// The public keys that a file is to be wrapped to.
pub(super) fn recipients(fresh: &Opened, access: &Access) -> Result<Vec<Recipient>, Error> {
    if fresh.recipients.is_empty() {
        return Err(Error::UnknownRecipients { path: fresh.place.path().to_owned() });
    }
    access.recipients(fresh.place.root(), &fresh.recipients)
}

/// Enters what was written into the ledger, and remembers it on this machine.
pub(super) fn enter(
    fresh: &Opened,
    sealing: &Sealing,
    before: &Values,
    sha256: String,
    access: &Access,
) -> Result<(), Error> {
    let (Some(site), Some(keys)) = (fresh.place.site(), &fresh.keys) else { return Ok(()) };
    let key = keys.current();
    let changed = fresh.values.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let print = |(name, value): (&String, _)| (name.clone(), fingerprint(&key.key, site.name(), name, value));
    let mut renamed = sealing.renamed.clone();
    // With a new value in the same breath it is as young as that.
    renamed.retain(|new, old| before.contains_key(old) && before.get(old) == fresh.values.get(new));
    let fingerprints: Fingerprints = changed.map(print).collect();
    let entry = Entry {
        renamed,
        earlier: earlier(site, keys, &fresh.values, &fingerprints)?,
        fingerprints,
        removed: before.keys().filter(|name| !fresh.values.contains_key(*name)).cloned().collect(),
        ..entry(site, sealing, key.number, sha256, access)
    };
    append(site, entry, keys, key.number, access)?;
    Ok(())
}

/// Of the variables that get a new fingerprint: the one that the same value had under an older project key. Without
/// it a value that comes back after a change of key would look new.
pub(super) fn earlier(
    site: &Site,
    keys: &ProjectKeys,
    values: &Values,
    new: &Fingerprints,
) -> Result<BTreeMap<String, Earlier>, Error> {
    let current = keys.current().number;
    if new.is_empty() || current == 1 {
        return Ok(BTreeMap::new());
    }
    let ledger = Ledger::read(&site.ledger())?;
    let own =
        ledger.entries().iter().map(|recorded| &recorded.entry).filter(|it| it.environment == site.name());
    let mut found = BTreeMap::new();
    for entry in own.filter(|entry| entry.key != current) {
        let Some(key) = keys.number(entry.key) else { continue };
        for (name, known) in entry.fingerprints.iter().filter(|(name, _)| new.contains_key(*name)) {
            let Some(value) = values.get(name) else { continue };
            if fingerprint(&key.key, site.name(), name, value) == *known {
                let earlier = Earlier { fingerprint: known.clone(), key: entry.key };
                found.entry(name.clone()).or_insert(earlier);
            }
        }
    }
    Ok(found)
}

/// An entry without names, to be filled.
pub(super) fn entry(site: &Site, sealing: &Sealing, key: u32, sha256: String, access: &Access) -> Entry {
    Entry {
        generation: sealing.generation.unwrap_or_default(),
        key,
        sha256,
        ..Entry::new(site.name(), sealing.event, site.author(access), access.now)
    }
}

/// Adds an entry under the ledger's lock; gives its id. `key` is the number of the project key that authenticates it.
pub(super) fn append(
    site: &Site,
    entry: Entry,
    keys: &ProjectKeys,
    key: u32,
    access: &Access,
) -> Result<String, Error> {
    let generation = entry.generation;
    let lock = lock_ledger(&site.root)?;
    let project_key = keys.number(key).unwrap_or(keys.current());
    let id = Ledger::read(&site.ledger())?.append(&site.ledger(), entry, &project_key.key)?;
    drop(lock);
    let current = keys.current();
    site.machine(access)?.remember(site.name(), &current.seen(generation));
    Ok(id)
}
