//! Writing: under a lock, read again, apply, write the sealed file with its record, the ledger entry, the env
//! file and the base.

use super::commit::{Sealing, check_ledger, enter, put, recipients};
use super::open::open_site;
use super::site::{Place, Site};
use super::sops::{Plain, Selector};
use super::{Access, Changes, Error, Opened, WorkingCopy, Written, clear, layout, open_bare};
use crate::fs;
use crate::ledger::Event;
use crate::rng::Rng;
use crate::schema::Schema;
use crate::secret::Values;

/// Applies changes to the file that was opened. A write that changes no value writes nothing. The same
/// changes go into the environment's env file if there is one.
///
/// `schema` says which new variables are stored readable; without one, none is. Takes the environment's lock.
///
/// # Errors
/// [`Error::Conflict`] if someone else changed one of the same variables since it was opened, or if the env
/// file holds an unsealed change of one of them; nothing is written then.
pub fn write(
    opened: &Opened,
    changes: &Changes,
    schema: Option<&Schema>,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Written, Error> {
    let _lock = opened.place.lock(access)?;
    let Ready { mut fresh, lines, selector, after, mut written, copy } =
        ready(opened, changes, schema, access)?;
    if written.is_unchanged() {
        return Ok(written);
    }
    fresh.content.replace(lines, selector.as_ref(), access, rng)?;
    let before = std::mem::replace(&mut fresh.values, after);
    let mut sealing = Sealing::next(&fresh, Event::Sealed);
    sealing.renamed = changes.rename.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
    let sha256 = put(&fresh, &sealing, access, rng)?;
    written.generation = sealing.generation;
    enter(&fresh, &sealing, &before, sha256, access)?;
    if let (Some(copy), Some(generation)) = (copy, sealing.generation) {
        copy.write(&fresh.values, generation)?;
    }
    Ok(written)
}

/// Refuses what [`write()`] would refuse, for writers who change something else first. Writes nothing.
///
/// # Errors
/// As of [`write()`]; a file could not be replaced.
pub fn check_write(
    opened: &Opened,
    changes: &Changes,
    schema: Option<&Schema>,
    access: &mut Access,
) -> Result<(), Error> {
    let _lock = opened.place.lock(access)?;
    let Ready { fresh, written, .. } = ready(opened, changes, schema, access)?;
    if written.is_unchanged() {
        return Ok(());
    }
    if fresh.content.recipients().is_none() {
        recipients(&fresh, access)?;
    }
    let sealed = fresh.place.path();
    fs::check_shared_target(sealed)?;
    let ledger = fresh.place.site().map(Site::ledger);
    for file in [Some(sealed), ledger.as_deref(), written.env_file.as_deref()].into_iter().flatten() {
        fs::check_replaceable(file)?;
    }
    Ok(())
}

/// A write that nothing refuses, but for what only writing can tell.
struct Ready {
    fresh: Opened,
    lines: Vec<Plain>,
    selector: Option<Selector>,
    after: Values,
    written: Written,
    copy: Option<WorkingCopy>,
}

/// Reads again and applies the changes in memory; the caller holds the environment's lock.
fn ready(
    opened: &Opened,
    changes: &Changes,
    schema: Option<&Schema>,
    access: &mut Access,
) -> Result<Ready, Error> {
    let mut fresh = reopen(&opened.place, access)?;
    let conflicts = changes.conflicts(&opened.values, &fresh.values);
    if !conflicts.is_empty() {
        return Err(Error::Conflict { names: conflicts });
    }
    let lines = changes.apply(&fresh.lines)?;
    let selector = clear::next(&fresh, changes, schema, &lines)?;
    let after = layout::values(&lines);
    let mut written = Written::compare(&fresh.values, &after, changes);
    written.rearranged = lines != fresh.lines;
    name_readability(&mut written, &fresh, &after, selector.as_ref());
    written.generation = fresh.generation;
    written.remarks.append(&mut fresh.remarks);
    let mut copy = None;
    if !written.is_unchanged() {
        check_ledger(&fresh.place)?;
        copy = WorkingCopy::read(&fresh)?;
        if let Some(copy) = &mut copy {
            copy.carry(&mut written, &fresh.values, &after, access)?;
        }
    }
    Ok(Ready { fresh, lines, selector, after, written, copy })
}

/// Opens the file again, under its lock.
pub(super) fn reopen(place: &Place, access: &mut Access) -> Result<Opened, Error> {
    match place {
        Place::Site(site) => open_site(site, access),
        Place::Bare(path) => open_bare(path, access),
        Place::Revision(_) => Err(Error::Revision),
    }
}

/// Names the variables that stay but change between readable and encrypted.
fn name_readability(written: &mut Written, fresh: &Opened, after: &Values, selector: Option<&Selector>) {
    let Some(next) = selector else { return };
    for name in fresh.values.keys().filter(|name| after.contains_key(*name)) {
        match (fresh.is_clear(name), !super::sops::is_encrypted(name, next)) {
            (false, true) => written.revealed.push(name.clone()),
            (true, false) => written.hidden.push(name.clone()),
            _ => {}
        }
    }
}
