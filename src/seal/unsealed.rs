//! Values of an environment that has no sealed file yet: the ledger knows when they were made all the same.

use super::adopt::{compare, known};
use super::commit::{append, check_ledger};
use super::create::ensure_keys;
use super::site::{Place, Site};
use super::{Access, Error};
use crate::fs;
use crate::ledger::{Entry, Event, fingerprint};
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
