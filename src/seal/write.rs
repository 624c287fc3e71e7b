//! Writing: under a lock, read again, apply, write the sealed file with its record, the ledger entry, the env
//! file and the base.
//!
//! The sealed file goes first: if the machine stops in between, the ledger knows less than there is, which is
//! reported, and not more, which would be refused as stale.

use std::path::Path;

use super::content::Content;
use super::open::open_site;
use super::project_key::ProjectKeys;
use super::recipients::Recipient;
use super::record::{Claim, Record};
use super::site::{Place, Site, parse_recipient};
use super::sops::{Plain, Selector};
use super::{Access, Changes, Error, Opened, WorkingCopy, Written, clear, open_bare, trust};
use crate::fs;
use crate::ledger::{Entry, Event, Fingerprints, Ledger, VERSION, fingerprint, fingerprints};
use crate::mac::sha256;
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
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
    let mut fresh = reopen(&opened.place, access)?;
    let conflicts = changes.conflicts(&opened.values, &fresh.values);
    if !conflicts.is_empty() {
        return Err(Error::Conflict { names: conflicts });
    }
    let lines = changes.apply(&fresh.lines)?;
    let selector = clear::next(&fresh, changes, schema, &lines)?;
    let after = values(&lines);
    let mut written = Written::compare(&fresh.values, &after, changes);
    written.rearranged = lines != fresh.lines;
    name_readability(&mut written, &fresh, selector.as_ref());
    written.generation = fresh.generation;
    written.remarks.append(&mut fresh.remarks);
    if written.is_unchanged() {
        return Ok(written);
    }
    let mut copy = WorkingCopy::read(&fresh)?;
    if let Some(copy) = &mut copy {
        copy.carry(&mut written, &fresh.values, &after)?;
    }
    fresh.content.replace(lines, selector.as_ref(), access, rng)?;
    let before = std::mem::replace(&mut fresh.values, after);
    let sealing = Sealing::next(&fresh, Event::Sealed);
    let sha256 = put(&fresh, &sealing, rng)?;
    written.generation = sealing.generation;
    enter(&fresh, &sealing, &before, sha256, access)?;
    if let (Some(copy), Some(generation)) = (copy, sealing.generation) {
        copy.write(&fresh.values, generation)?;
    }
    Ok(written)
}

/// Seals an environment for the first time, to the recipients of the manifest, with a project key of its own
/// if there is none yet.
///
/// # Errors
/// There is a sealed file already.
pub fn create(
    project: &Project,
    environment: &Environment,
    values: &Values,
    schema: Option<&Schema>,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Written, Error> {
    let site = Site::new(project, environment);
    let place = Place::Site(site.clone());
    let _lock = place.lock(access)?;
    if fs::exists(&environment.sealed) {
        return Err(Error::Exists { path: environment.sealed.clone() });
    }
    let recipients = site.recipients()?;
    let keys = ensure_keys(&site, &recipients, access, rng)?;
    let selector = clear::first(schema, values.keys());
    let mut fresh = blank(place, environment.format, &recipients, selector, access, rng)?;
    fresh.keys = Some(keys);
    fresh.content.replace(plain(values), None, access, rng)?;
    fresh.values.clone_from(values);
    let sealing = Sealing { event: Event::Created, generation: Some(next_generation(&site, access)?) };
    let sha256 = put(&fresh, &sealing, rng)?;
    let mut written = Written::compare(&Values::new(), values, &Changes::default());
    written.generation = sealing.generation;
    enter(&fresh, &sealing, &Values::new(), sha256, access)?;
    if let (Some(copy), Some(generation)) = (WorkingCopy::read(&fresh)?, sealing.generation) {
        copy.write(values, generation)?;
    }
    Ok(written)
}

/// Seals values into a new file outside of any project, to these public keys.
///
/// # Errors
/// The file exists already, or a recipient is not a public key.
pub fn create_bare(
    file: &Path,
    format: SealFormat,
    values: &Values,
    recipients: &[String],
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Written, Error> {
    let place = Place::Bare(file.to_owned());
    let _lock = place.lock(access)?;
    if fs::exists(file) {
        return Err(Error::Exists { path: file.to_owned() });
    }
    if recipients.is_empty() {
        return Err(Error::NoRecipients { path: file.to_owned() });
    }
    let recipients: Vec<Recipient> =
        recipients.iter().map(|key| parse_recipient(key, key)).collect::<Result<_, _>>()?;
    let selector = Selector::clear_names(std::iter::empty::<String>());
    let mut fresh = blank(place, format, &recipients, selector, access, rng)?;
    fresh.content.replace(plain(values), None, access, rng)?;
    put(&fresh, &Sealing { event: Event::Created, generation: None }, rng)?;
    Ok(Written::compare(&Values::new(), values, &Changes::default()))
}

/// Changes who can open the file that was opened, and the project key with it. `recipients` are all public
/// keys it has afterwards. If one of the present ones is missing from them, the file gets a new data key and
/// the environment a new project key, and the ledger a `rekeyed` entry.
///
/// Takes the environment's lock.
///
/// # Errors
/// Someone else changed the recipients since it was opened: the list would undo that.
pub fn set_recipients(
    opened: &Opened,
    recipients: &[String],
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Written, Error> {
    let _lock = opened.place.lock(access)?;
    let mut fresh = reopen(&opened.place, access)?;
    if fresh.recipients != opened.recipients {
        return Err(fs::Error::Changed { path: fresh.place.path().to_owned() }.into());
    }
    if recipients.is_empty() {
        return Err(Error::NoRecipients { path: fresh.place.path().to_owned() });
    }
    let parsed: Vec<Recipient> =
        recipients.iter().map(|key| parse_recipient(key, key)).collect::<Result<_, _>>()?;
    let canonical: Vec<String> = parsed.iter().map(ToString::to_string).collect();
    let leaves = fresh.recipients.iter().any(|present| !canonical.contains(present));
    fresh.content.set_recipients(&parsed, leaves, access, rng)?;
    fresh.recipients = canonical;
    let old = fresh.keys.clone();
    if let (Some(site), Some(keys)) = (fresh.place.site(), &old) {
        let keys = if leaves { keys.next(rng)? } else { keys.clone() };
        // Before the sealed file, whose record names the new key; a file without its key would be lost.
        site.write_keys(&keys, &parsed)?;
        fresh.keys = Some(keys);
    }
    let event = if leaves { Event::Rekeyed } else { Event::Sealed };
    let sealing = Sealing::next(&fresh, event);
    let sha256 = put(&fresh, &sealing, rng)?;
    match (leaves, &old) {
        (true, Some(old)) => enter_rekeyed(&fresh, &sealing, old, sha256, access)?,
        _ => enter(&fresh, &sealing, &fresh.values, sha256, access)?,
    }
    let mut written = Written { generation: sealing.generation, ..Written::default() };
    if let Some(site) = fresh.place.site() {
        written.remarks.extend(trust::compare_recipients(site, &fresh.recipients));
    }
    Ok(written)
}

/// What is being written.
pub(super) struct Sealing {
    pub(super) event: Event,
    /// The generation it gets; `None` without a seal record.
    pub(super) generation: Option<u64>,
}

impl Sealing {
    fn next(opened: &Opened, event: Event) -> Self {
        Self { event, generation: opened.generation.map(|generation| generation + 1) }
    }
}

fn reopen(place: &Place, access: &mut Access) -> Result<Opened, Error> {
    match place {
        Place::Site(site) => open_site(site, access),
        Place::Bare(path) => open_bare(path, access),
        Place::Revision(_) => Err(Error::Revision),
    }
}

/// A file that is not there yet.
fn blank(
    place: Place,
    format: SealFormat,
    recipients: &[Recipient],
    selector: Selector,
    access: &Access,
    rng: &mut Rng,
) -> Result<Opened, Error> {
    Ok(Opened {
        values: Values::new(),
        lines: Vec::new(),
        generation: None,
        recipients: recipients.iter().map(ToString::to_string).collect(),
        remarks: Vec::new(),
        content: Content::new(format, recipients, selector, access, rng)?,
        place,
        keys: None,
    })
}

fn plain(values: &Values) -> Vec<Plain> {
    values.iter().map(|(name, value)| Plain::Value { name: name.clone(), value: value.clone() }).collect()
}

fn values(lines: &[Plain]) -> Values {
    let values = lines.iter().filter_map(|line| match line {
        Plain::Value { name, value } => Some((name.clone(), value.clone())),
        Plain::Comment(_) => None,
    });
    values.collect()
}

/// Names the variables that stay but change between readable and encrypted.
fn name_readability(written: &mut Written, fresh: &Opened, selector: Option<&Selector>) {
    let Some(next) = selector else { return };
    for name in fresh.values.keys().filter(|name| !written.removed.contains(name)) {
        match (fresh.is_clear(name), !super::sops::is_encrypted(name, next)) {
            (false, true) => written.revealed.push(name.clone()),
            (true, false) => written.hidden.push(name.clone()),
            _ => {}
        }
    }
}

/// The keys of an environment that is sealed for the first time.
///
/// # Errors
/// The machine knows the environment, and its key is gone: a new one would not be linked to it.
pub(super) fn ensure_keys(
    site: &Site,
    recipients: &[Recipient],
    access: &mut Access,
    rng: &mut Rng,
) -> Result<ProjectKeys, Error> {
    let mut machine = site.machine(access)?;
    if let Some(keys) = site.read_keys(access)? {
        trust::check_author(&keys, site, &machine, access)?;
        return Ok(keys);
    }
    if machine.seen(site.name()).is_some() && access.pins.is_empty() {
        return Err(Error::NoProjectKey { path: site.environment.project_key.clone() });
    }
    let keys = ProjectKeys::generate(rng)?;
    site.write_keys(&keys, recipients)?;
    machine.remember(site.name(), keys.current().number, &keys.current().pin(), 0);
    Ok(keys)
}

/// One more than anything that the ledger or this machine knows.
pub(super) fn next_generation(site: &Site, access: &Access) -> Result<u64, Error> {
    let ledger = Ledger::read(&site.ledger())?;
    let entries = ledger.entries().iter().map(|recorded| &recorded.entry);
    let own = entries.filter(|entry| entry.environment == site.name()).map(|entry| entry.generation);
    let machine = site.machine(access)?;
    let seen = machine.seen(site.name()).map_or(0, |seen| seen.generation);
    Ok(own.max().unwrap_or(0).max(seen) + 1)
}

/// Writes the sealed file; gives its SHA-256.
pub(super) fn put(fresh: &Opened, sealing: &Sealing, rng: &mut Rng) -> Result<String, Error> {
    let parts = fresh.content.parts();
    let by_format = fresh.content.recipients().is_some();
    let record = match (fresh.place.site(), &fresh.keys, sealing.generation) {
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
    let recipients: Vec<Recipient> =
        if by_format { Vec::new() } else { parse_all(&fresh.recipients, fresh.place.path())? };
    let bytes = fresh.content.to_bytes(record.as_deref(), &recipients, rng)?;
    fs::write_shared(fresh.place.path(), &bytes)?;
    Ok(sha256(&bytes))
}

fn parse_all(recipients: &[String], path: &Path) -> Result<Vec<Recipient>, Error> {
    if recipients.is_empty() {
        return Err(Error::UnknownRecipients { path: path.to_owned() });
    }
    recipients.iter().map(|key| parse_recipient(key, key)).collect()
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
    let entry = Entry {
        fingerprints: changed.map(print).collect(),
        removed: before.keys().filter(|name| !fresh.values.contains_key(*name)).cloned().collect(),
        ..entry(site, sealing, key.number, sha256, access)
    };
    append(site, entry, keys, key.number, access)
}

/// Enters a new project key into the ledger, authenticated by the old one.
fn enter_rekeyed(
    fresh: &Opened,
    sealing: &Sealing,
    old: &ProjectKeys,
    sha256: String,
    access: &Access,
) -> Result<(), Error> {
    let (Some(site), Some(keys)) = (fresh.place.site(), &fresh.keys) else { return Ok(()) };
    let (old, new) = (old.current(), keys.current());
    let entry = Entry {
        fingerprints: fingerprints(&old.key, site.name(), &fresh.values),
        new_fingerprints: fingerprints(&new.key, site.name(), &fresh.values),
        new_key: Some(new.number),
        new_pin: Some(new.pin()),
        ..entry(site, sealing, old.number, sha256, access)
    };
    append(site, entry, keys, old.number, access)
}

fn entry(site: &Site, sealing: &Sealing, key: u32, sha256: String, access: &Access) -> Entry {
    Entry {
        actor: access.actor(&site.root),
        at: access.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        environment: site.name().to_owned(),
        event: sealing.event,
        fingerprints: Fingerprints::new(),
        generation: sealing.generation.unwrap_or_default(),
        key,
        new_fingerprints: Fingerprints::new(),
        new_key: None,
        new_pin: None,
        prev: Vec::new(),
        removed: Vec::new(),
        sha256,
        v: VERSION,
    }
}

fn append(site: &Site, entry: Entry, keys: &ProjectKeys, key: u32, access: &Access) -> Result<(), Error> {
    let generation = entry.generation;
    let lock = site.lock_ledger()?;
    let project_key = keys.number(key).unwrap_or(keys.current());
    Ledger::read(&site.ledger())?.append(&site.ledger(), entry, &project_key.key)?;
    drop(lock);
    let current = keys.current();
    site.machine(access)?.remember(site.name(), current.number, &current.pin(), generation);
    Ok(())
}
