//! Adopting: taking in what another tool wrote into an environment's sealed file.
//!
//! The file has no record, or one that no longer fits. What changed is told from the fingerprints that the
//! ledger has, by name. Whoever adopts vouches for the values, and not for the data key: one that no record
//! vouches for may be known to the stranger who made the file, and is replaced.

use std::collections::BTreeMap;

use super::commit::{Sealing, check_ledger, enter, newest_generation, put};
use super::content::Content;
use super::create::ensure_keys;
use super::open::Unverified;
use super::project_key::ProjectKeys;
use super::record::Record;
use super::site::{Place, Site};
use super::sops::Plain;
use super::{Access, Error, Remark, trust};
use crate::fs;
use crate::ledger::{Event, Fingerprint, Ledger, fingerprint};
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::secret::Values;

/// What was adopted, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Variables that the ledger does not know.
    pub added: Vec<String>,
    /// Variables whose value is not the one that the ledger knows.
    pub changed: Vec<String>,
    /// Variables that the ledger knows and the file does not have.
    pub removed: Vec<String>,
    /// The generation of the file now.
    pub generation: u64,
    /// What the user should know.
    pub remarks: Vec<Remark>,
}

/// Takes in what another tool changed in an environment's sealed file, and seals it anew.
///
/// # Errors
/// The file does not decrypt, belongs to another environment, or the project key is not the known one.
pub fn adopt(
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Adopted, Error> {
    let site = Site::new(project, environment, access);
    let place = Place::Site(site.clone());
    let _lock = place.lock(access)?;
    check_ledger(&place)?;
    let path = &environment.sealed;
    let bytes = fs::read_if_exists(path)?.ok_or_else(|| Error::Missing { path: path.clone() })?;
    let mut file = Unverified::read(&bytes, place, access)?.0;
    let claims: Vec<Record> =
        file.lines.iter().filter_map(record).filter_map(|text| Record::parse(text).ok()).collect();
    for claim in &claims {
        trust::check_claim(claim, &site)?;
        if file.recipients.is_empty() {
            file.recipients.clone_from(&claim.recipients);
        }
    }
    if file.recipients.is_empty() {
        file.recipients = site.recipients(access)?.iter().map(ToString::to_string).collect();
    }
    let recipients = access.recipients(&site.root, &file.recipients)?;
    // A file that was never under a project key keeps the data key that its recipients know.
    let is_first = !fs::exists(&environment.project_key);
    let (keys, author) = ensure_keys(&site, &recipients, access, rng)?;
    let known = known(&site, &keys)?;
    let mut adopted = compare(&site, &keys, &known, &file.values);
    adopted.generation = newest_generation(&site, &keys, access)?.saturating_add(1);
    adopted.remarks.extend(author);
    adopted.remarks.extend(trust::compare_recipients(&site, &file.recipients));
    file.lines.retain(|line| record(line).is_none());
    if !is_first && !is_vouched_for(&file.content, &claims, &keys) {
        file.content.set_recipients(&recipients, true, access, rng)?;
    }
    file.content.replace(file.lines.clone(), None, access, rng)?;
    file.keys = Some(keys);
    let sealing = Sealing::new(Event::Sealed, Some(adopted.generation));
    let sha256 = put(&file, &sealing, access, rng)?;
    enter(&file, &sealing, &Values::new(), sha256, access)?;
    Ok(adopted)
}

/// Whether the data key is one that was sealed under the present project key.
fn is_vouched_for(content: &Content, claims: &[Record], keys: &ProjectKeys) -> bool {
    let key = &keys.current().key;
    content.data_key().is_none_or(|data_key| claims.iter().any(|claim| claim.vouches_for(data_key, key)))
}

/// The text of a line that is a seal record.
fn record(line: &Plain) -> Option<&str> {
    match line {
        Plain::Comment(text) if Record::is_record(text.expose()) => Some(text.expose()),
        _ => None,
    }
}

/// The newest fingerprint of each variable in the ledger, with the number of its key.
pub(super) fn known(site: &Site, keys: &ProjectKeys) -> Result<BTreeMap<String, (u32, Fingerprint)>, Error> {
    let ledger = Ledger::read(&site.ledger())?;
    let own = ledger.entries().iter().filter(|recorded| recorded.entry.environment == site.name());
    let mut own: Vec<_> = own
        .filter(|recorded| keys.number(recorded.entry.key).is_some_and(|key| recorded.is_authentic(&key.key)))
        .collect();
    own.sort_by_key(|recorded| recorded.entry.generation);
    let mut known = BTreeMap::new();
    for recorded in own {
        let entry = &recorded.entry;
        let old = entry.fingerprints.iter().map(|(name, print)| (name, (entry.key, print.clone())));
        let new_key = entry.new_key.unwrap_or(entry.key);
        let new = entry.new_fingerprints.iter().map(|(name, print)| (name, (new_key, print.clone())));
        known.extend(old.chain(new).map(|(name, print)| (name.clone(), print)));
        known.retain(|name, _| !entry.removed.contains(name));
    }
    Ok(known)
}

/// Which of the values the ledger does not know, or knows otherwise.
pub(super) fn compare(
    site: &Site,
    keys: &ProjectKeys,
    known: &BTreeMap<String, (u32, Fingerprint)>,
    values: &Values,
) -> Adopted {
    let mut adopted = Adopted::default();
    for (name, value) in values {
        let same = |(number, print): &(u32, Fingerprint)| {
            keys.number(*number).is_some_and(|key| fingerprint(&key.key, site.name(), name, value) == *print)
        };
        match known.get(name) {
            None => adopted.added.push(name.clone()),
            Some(print) if !same(print) => adopted.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    adopted.removed = known.keys().filter(|name| !values.contains_key(*name)).cloned().collect();
    adopted
}
