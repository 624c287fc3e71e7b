//! The three-way merge of two versions of a sealed file, by name: what git's merge driver does.
//!
//! Each version is decrypted and verified before anything of it is taken. The result is a version of its own, with a
//! record and a generation above both. Where both sides changed the same variable differently it has the value of our
//! side, and the variable is named: a sealed file cannot hold both.
//!
//! Not merged, because only a person can say who shall be able to read: versions under different project keys, and
//! recipients that both sides changed.

mod blocks;
mod frame;
mod unrecorded;

use std::collections::BTreeSet;

pub use self::unrecorded::{forget_merges, record_merges};
use super::commit::{Sealing, entry, newest_generation, sealed};
use super::open::Unverified;
use super::project_key::ProjectKeys;
use super::site::{Place, Site};
use super::sops::Plain;
use super::{Access, Error, Opened, layout, trust};
use crate::ledger::{Entry, Event, fingerprints};
use crate::mac::sha256;
use crate::merge::{Merge, Take, merge};
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::secret::Values;

/// The bytes of a sealed file where two branches parted and at their ends.
#[derive(Clone, Copy)]
pub struct Versions<'a> {
    /// The version that both come from; `None` if each branch has made the file anew.
    pub base: Option<&'a [u8]>,
    /// The version that git calls ours.
    pub ours: &'a [u8],
    /// The version that git calls theirs.
    pub theirs: &'a [u8],
}

/// Two versions in one.
pub struct Merged {
    /// The sealed file.
    pub bytes: Vec<u8>,
    /// Its generation.
    pub generation: u64,
    /// Variables whose change was taken from their side, sorted.
    pub taken: Vec<String>,
    /// Variables that both sides changed differently, sorted; the file has them as our side does.
    pub conflicts: Vec<String>,
    entry: Entry,
    site: Site,
    keys: ProjectKeys,
    versions: [String; 2],
}

/// Merges two versions of an environment's sealed file. `take` decides about conflicts.
///
/// # Errors
/// A version does not open or is not to be believed, or the two differ in what only a person can decide.
pub fn merge_versions(
    project: &Project,
    environment: &Environment,
    versions: Versions<'_>,
    take: Option<&Take>,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Merged, Error> {
    let site = Site::new(project, environment, access);
    let keys = site.require_keys(access)?;
    trust::check_author(&keys, &site, &site.machine(access)?, access)?;
    let base = versions.base.map(|bytes| open(bytes, &site, &keys, access)).transpose()?;
    check_keys(base.as_ref(), versions, &site, &keys, access)?;
    let ours = open(versions.ours, &site, &keys, access)?;
    let theirs = open(versions.theirs, &site, &keys, access)?;
    let none = Values::new();
    let base_values = base.as_ref().map_or(&none, |base| &base.values);
    let prints = |values: &Values| fingerprints(&keys.current().key, site.name(), values);
    let by_name = merge(&prints(base_values), &prints(&ours.values), &prints(&theirs.values), take);
    let lines = merged_lines(base.as_ref(), &ours, &theirs, &by_name);
    let values = layout::values(&lines);
    let selector = frame::selector(base.as_ref(), &ours, &theirs, &values)?;
    let framed_by = frame::side(base.as_ref(), &ours, &theirs)?;
    let before = ours.values.clone();
    let older = ours.generation.max(theirs.generation).unwrap_or_default();
    let (mut merged, other) = match framed_by {
        frame::Side::Ours => (ours, theirs),
        frame::Side::Theirs => (theirs, ours),
    };
    merged.content.replace_from(&other.content, lines, selector.as_ref(), access, rng)?;
    merged.values = values;
    let newest = newest_generation(&site, &keys, access)?;
    let generation = newest.max(older).saturating_add(1);
    let bytes = sealed(&merged, Some(generation), access, rng)?;
    let sealing = Sealing::new(Event::Sealed, Some(generation));
    let mut entry = entry(&site, &sealing, keys.current().number, sha256(&bytes), access);
    entry.fingerprints = prints(&merged.values);
    entry.fingerprints.retain(|name, _| merged.values.get(name) != before.get(name));
    entry.removed = before.keys().filter(|name| !merged.values.contains_key(*name)).cloned().collect();
    let mut taken = [by_name.theirs, by_name.theirs_removed].concat();
    taken.sort();
    let versions = [sha256(versions.ours), sha256(versions.theirs)];
    Ok(Merged { bytes, generation, taken, conflicts: by_name.conflicts, entry, site, keys, versions })
}

/// Opens one version, which may be under a former key.
fn open(bytes: &[u8], site: &Site, keys: &ProjectKeys, access: &mut Access) -> Result<Opened, Error> {
    let unverified = Unverified::read(bytes, Place::Revision(site.clone()), access)?;
    let record = unverified.record(site)?;
    unverified.verify(&record, keys.clone(), site, bytes)
}

/// Refuses sides that are not both under the present project key: whoever left still knows the one before, and could
/// have made a version under it.
fn check_keys(
    base: Option<&Opened>,
    versions: Versions<'_>,
    site: &Site,
    keys: &ProjectKeys,
    access: &mut Access,
) -> Result<(), Error> {
    let mut number = |bytes| {
        let unverified = Unverified::read(bytes, Place::Revision(site.clone()), access)?;
        Ok::<_, Error>(unverified.record(site)?.key)
    };
    let (ours, theirs) = (number(versions.ours)?, number(versions.theirs)?);
    let (path, current) = (site.environment.sealed.clone(), keys.current().number);
    if ours == theirs {
        return if ours == current { Ok(()) } else { Err(Error::OldKey { path, key: ours, current }) };
    }
    let (newer, other) = if ours > theirs { ("ours", versions.theirs) } else { ("theirs", versions.ours) };
    let names = open(other, site, keys, access).ok().zip(base).map(|(other, base)| changed(base, &other));
    Err(Error::MergedKeys { path, newer, names: names.unwrap_or_default() })
}

/// The variables that are not as they were, sorted.
fn changed(base: &Opened, side: &Opened) -> Vec<String> {
    let names: BTreeSet<&String> = base.values.keys().chain(side.values.keys()).collect();
    names.into_iter().filter(|name| base.values.get(*name) != side.values.get(*name)).cloned().collect()
}

fn merged_lines(base: Option<&Opened>, ours: &Opened, theirs: &Opened, by_name: &Merge) -> Vec<Plain> {
    let base = base.map_or(&[][..], |base| &base.lines);
    blocks::merged(base, &ours.lines, &theirs.lines, by_name)
}

impl Merged {
    /// Leaves the ledger's entry for when git comes to the ledger: until then it has that of our side.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn leave_entry(&self) -> Result<(), Error> {
        unrecorded::leave(&self.site, &self.entry, &self.versions)
    }

    /// Writes the sealed file in its place, and the ledger's entry.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(self, access: &Access) -> Result<(), Error> {
        let place = Place::Site(self.site.clone());
        let _lock = place.lock(access)?;
        super::commit::check_ledger(&place)?;
        crate::fs::write_shared(place.path(), &self.bytes)?;
        let number = self.keys.current().number;
        super::commit::append(&self.site, self.entry, &self.keys, number, access)?;
        Ok(())
    }
}
