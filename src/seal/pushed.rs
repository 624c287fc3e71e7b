//! What a store needs to know of a sealed file, and the ledger's entry about a push to it.

use std::path::Path;

use jiff::Timestamp;

use super::commit::{Sealing, earlier, entry};
use super::note::{add, own_keys, sealed};
use super::site::Site;
use super::{Access, Error, Opened, trust};
use crate::ledger::{Entry, Event, Fingerprints, Ledger, fingerprint};
use crate::mac::sha256;
use crate::project::{Environment, Project};
use crate::secret::{Key, Values};

/// What was pushed.
pub struct Push<'a> {
    /// The store's name in the manifest.
    pub store: &'a str,
    /// The version that the store has with it.
    pub version: &'a str,
    /// When the store made it, where it says so.
    pub created: Option<Timestamp>,
    /// The variables that were written.
    pub written: Vec<&'a String>,
    /// The variables that were removed from the store.
    pub removed: Vec<String>,
}

impl Opened {
    /// The environment's project keys with their numbers, the present one first; empty outside of a project.
    pub fn project_keys(&self) -> Vec<(u32, Key)> {
        let keys = self.keys.iter().flat_map(super::project_key::ProjectKeys::iter);
        keys.map(|key| (key.number, key.key.clone())).collect()
    }

    /// The SHA-256 of the environment's sealed file as it was opened.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }

    /// Whether the ledger has an authentic entry about a sealed file with this SHA-256: the one that was opened is
    /// then that one, or was made from it.
    pub fn descends_from(&self, sha256: &str) -> Result<bool, Error> {
        let (Some(site), Some(keys)) = (self.place.site(), &self.keys) else { return Ok(false) };
        let ledger = Ledger::read(&site.ledger())?;
        Ok(ledger.entries().iter().any(|recorded| {
            let Entry { event, environment, sha256: sealed, .. } = &recorded.entry;
            event.is_seal()
                && environment == site.name()
                && sealed == sha256
                && trust::is_believed(recorded, keys)
        }))
    }
}

/// Enters a push of the opened file into the ledger, or appends the entry to `instead`, for a working tree that does
/// not last.
///
/// # Errors
/// The ledger or the file cannot be written.
pub fn record_push(
    opened: &Opened,
    push: &Push<'_>,
    instead: Option<&Path>,
    access: &Access,
) -> Result<(), Error> {
    let (Some(site), Some(keys)) = (opened.place.site(), &opened.keys) else { return Ok(()) };
    let key = keys.current();
    let sealing = Sealing::new(Event::Pushed, opened.generation);
    let entry = entry(site, &sealing, key.number, opened.sha256(), access);
    let entry = push.fill(entry, prints(push, &opened.values, &key.key, site));
    add(site, entry, keys, instead, access)?;
    Ok(())
}

/// Enters that a store has `values` again, which it had at the version `restores`.
///
/// # Errors
/// As [`super::record()`].
pub fn record_rollback(
    project: &Project,
    environment: &Environment,
    push: &Push<'_>,
    restores: &str,
    values: &Values,
    access: &mut Access,
) -> Result<(), Error> {
    let site = Site::new(project, environment, access);
    let keys = own_keys(&site, access)?;
    let key = keys.current();
    let prints = prints(push, values, &key.key, &site);
    let (sha256, generation) = sealed(&site)?;
    let mut earlier = earlier(&site, &keys, values, &prints)?;
    // What it has had under the present key is known by that.
    for recorded in Ledger::read(&site.ledger())?.entries() {
        let Entry { environment, key: number, fingerprints, .. } = &recorded.entry;
        if environment == site.name() && *number == key.number {
            earlier.retain(|name, _| fingerprints.get(name) != prints.get(name));
        }
    }
    let sealing = Sealing::new(Event::Pushed, Some(generation));
    let entry = entry(&site, &sealing, key.number, sha256, access);
    let entry = Entry { earlier, restores: Some(restores.to_owned()), ..push.fill(entry, prints) };
    add(&site, entry, &keys, None, access)?;
    Ok(())
}

/// The fingerprints of what was written.
fn prints(push: &Push<'_>, values: &Values, key: &Key, site: &Site) -> Fingerprints {
    let print = |name: &&String| {
        let value = values.get(*name)?;
        Some(((*name).clone(), fingerprint(key, site.name(), name, value)))
    };
    push.written.iter().filter_map(print).collect()
}

impl Push<'_> {
    fn fill(&self, entry: Entry, fingerprints: Fingerprints) -> Entry {
        Entry {
            fingerprints,
            removed: self.removed.clone(),
            store: Some(self.store.to_owned()),
            store_time: self.created.map(|at| at.to_string()),
            store_version: Some(self.version.to_owned()),
            ..entry
        }
    }
}
