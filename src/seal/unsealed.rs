//! An environment that has no sealed file yet: the ledger knows when its values were made all the same, and whoever
//! leaves it does not keep its project key.

use super::adopt::{compare, known};
use super::commit::{append, check_ledger};
use super::create::ensure_keys;
use super::recipients::Recipient;
use super::site::{Place, Site};
use super::{Access, Error, WorkingCopy, trust};
use crate::fs;
use crate::ledger::{Entry, Event, fingerprint, fingerprints};
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::secret::Values;

/// Enters what is new among the values of an environment that was never sealed into the ledger, under its project key,
/// which is made for the recipients of the manifest if there is none yet: the first seal goes on with it. Whether
/// anything was written.
///
/// # Errors
/// [`Error::NoRecipients`] if the manifest names nobody. There is a project key and no identity opens it, or the ledger
/// cannot be read or written.
pub fn record_values(
    project: &Project,
    environment: &Environment,
    values: &Values,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<bool, Error> {
    let site = Site::new(project, environment, access);
    let place = Place::Site(site.clone());
    let _lock = place.lock(access)?;
    if fs::exists(&environment.sealed) {
        return Ok(false);
    }
    check_ledger(&place)?;
    let recipients = site.recipients(access)?;
    let (keys, _) = ensure_keys(&site, &recipients, access, rng)?;
    let compared = compare(&site, &keys, &known(&site, &keys)?, values);
    let key = keys.current();
    let print =
        |name: &String| Some((name.clone(), fingerprint(&key.key, site.name(), name, values.get(name)?)));
    let new = compared.added.iter().chain(&compared.changed);
    let entry = Entry {
        fingerprints: new.filter_map(print).collect(),
        key: key.number,
        removed: compared.removed,
        ..Entry::new(site.name(), Event::Created, site.author(access), access.now)
    };
    if entry.fingerprints.is_empty() && entry.removed.is_empty() {
        return Ok(false);
    }
    append(&site, entry, &keys, key.number, access)?;
    Ok(true)
}

/// Gives an environment that was never sealed a new project key without one of its recipients. What its env file
/// holds is entered under both keys, so that it does not look new. Whether there was a project key.
///
/// # Errors
/// Nobody would be left, no identity opens the project key, or the ledger cannot be read or written.
pub fn rekey_unsealed(
    project: &Project,
    environment: &Environment,
    leaving: &Recipient,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<bool, Error> {
    let site = Site::new(project, environment, access);
    let place = Place::Site(site.clone());
    let _lock = place.lock(access)?;
    if fs::exists(&environment.sealed) {
        return Ok(false);
    }
    check_ledger(&place)?;
    let Some(old) = site.read_keys(access)? else { return Ok(false) };
    trust::check_author(&old, &site, &site.machine(access)?, access)?;
    let mut recipients = site.recipients(access)?;
    recipients.retain(|recipient| recipient != leaving);
    if recipients.is_empty() {
        return Err(Error::NoRecipients { path: environment.project_key.clone() });
    }
    let keys = old.next(rng)?;
    let document = WorkingCopy::document(&environment.env_file)?;
    let mut values = document.map(|document| document.values()).unwrap_or_default();
    let known = known(&site, &old)?;
    values.retain(|name, _| known.contains_key(name));
    let (before, after) = (old.current(), keys.current());
    let entry = Entry {
        fingerprints: fingerprints(&before.key, site.name(), &values),
        new_fingerprints: fingerprints(&after.key, site.name(), &values),
        new_key: Some(after.number),
        new_pin: Some(after.pin()),
        key: before.number,
        ..Entry::new(site.name(), Event::Rekeyed, site.author(access), access.now)
    };
    site.write_keys(&keys, &recipients)?;
    append(&site, entry, &keys, before.number, access)?;
    Ok(true)
}
