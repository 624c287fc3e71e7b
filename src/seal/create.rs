//! Sealing for the first time.

use std::path::Path;

use zeroize::Zeroizing;

use super::commit::{Sealing, check_ledger, enter, newest_generation, put};
use super::content::Content;
use super::project_key::ProjectKeys;
use super::recipients::Recipient;
use super::site::{Place, Site};
use super::sops::{Plain, Selector};
use super::{Access, Changes, Error, Opened, Remark, WorkingCopy, Written, clear, layout, trust};
use crate::fs;
use crate::ledger::{Event, Ledger};
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::schema::Schema;
use crate::secret::Values;

/// Seals variables and comments as an environment's first sealed file, to the recipients of the manifest, with a project key of its own
/// if there is none yet.
///
/// # Errors
/// There is a sealed file already.
pub fn create(
    project: &Project,
    environment: &Environment,
    lines: Vec<Plain>,
    schema: Option<&Schema>,
    access: &mut Access,
    rng: &mut Rng,
) -> Result<Written, Error> {
    let site = Site::new(project, environment, access);
    let place = Place::Site(site.clone());
    let _lock = place.lock(access)?;
    if fs::exists(&environment.sealed) {
        return Err(Error::Exists { path: environment.sealed.clone() });
    }
    check_ledger(&place)?;
    let recipients = site.recipients(access)?;
    let was_keyed = fs::exists(&environment.project_key);
    let (keys, author) = ensure_keys(&site, &recipients, access, rng)?;
    if was_keyed {
        // It may be older than a recipient.
        site.write_keys(&keys, &recipients)?;
    }
    let newest = newest_generation(&site, &keys, access)?;
    let values = layout::values(&lines);
    let selector = clear::first(schema, values.keys());
    let mut fresh = blank(place, environment.format, &recipients, selector, access, rng)?;
    fresh.keys = Some(keys);
    fresh.content.replace(lines, None, access, rng)?;
    fresh.values.clone_from(&values);
    let sealing = Sealing::new(Event::Created, Some(newest.saturating_add(1)));
    let sha256 = put(&fresh, &sealing, access, rng)?;
    let mut written = Written::compare(&Values::new(), &values, &Changes::default());
    written.generation = sealing.generation;
    written.remarks.extend(author);
    if newest > 0 {
        let names = site.environment.recipients.iter().map(|(name, _)| name);
        let recipients = names.filter(|name| !site.expired.contains(name)).cloned().collect();
        written.remarks.push(Remark::SealedAnew { generation: newest, recipients });
    }
    enter(&fresh, &sealing, &Values::new(), sha256, access)?;
    if let (Some(copy), Some(generation)) = (WorkingCopy::read(&fresh)?, sealing.generation) {
        copy.write(&values, generation)?;
    }
    Ok(written)
}

/// Seals variables and comments into a new file outside of any project, to these public keys.
///
/// # Errors
/// The file exists already, or a recipient is not a public key.
pub fn create_bare(
    file: &Path,
    format: SealFormat,
    lines: Vec<Plain>,
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
    let recipients = access.recipients(place.root(), recipients)?;
    let selector = Selector::clear_names(std::iter::empty::<String>());
    let mut fresh = blank(place, format, &recipients, selector, access, rng)?;
    let values = layout::values(&lines);
    fresh.content.replace(lines, None, access, rng)?;
    put(&fresh, &Sealing::new(Event::Created, None), access, rng)?;
    Ok(Written::compare(&Values::new(), &values, &Changes::default()))
}

/// A file that is not there yet.
pub(super) fn blank(
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
        sight: None,
        bytes: Zeroizing::default(),
    })
}

/// The keys of an environment that is sealed for the first time, and what to say of their author.
///
/// # Errors
/// The machine, a pin or the ledger knows the environment, and its key is gone: a new one would not be linked to it,
/// and every value would look new.
pub(super) fn ensure_keys(
    site: &Site,
    recipients: &[Recipient],
    access: &mut Access,
    rng: &mut Rng,
) -> Result<(ProjectKeys, Option<Remark>), Error> {
    let mut machine = site.machine(access)?;
    if let Some(keys) = site.read_keys(access)? {
        let author = trust::check_author(&keys, site, &machine, access)?;
        return Ok((keys, author));
    }
    let is_recorded = || -> Result<bool, Error> {
        let ledger = Ledger::read(&site.ledger())?;
        Ok(ledger.entries().iter().any(|recorded| recorded.entry.environment == site.name()))
    };
    if !access.pins()?.is_empty() || machine.seen(site.name()).is_some() || is_recorded()? {
        return Err(Error::NoProjectKey { path: site.environment.project_key.clone() });
    }
    let keys = ProjectKeys::generate(rng)?;
    site.write_keys(&keys, recipients)?;
    machine.remember(site.name(), &keys.current().seen(0));
    Ok((keys, None))
}
