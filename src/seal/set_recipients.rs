//! Changing who can open a file.

use super::commit::{Sealing, append, check_ledger, enter, entry, put};
use super::project_key::ProjectKeys;
use super::write::reopen;
use super::{Access, Error, Opened, Written, trust};
use crate::fs;
use crate::ledger::{Entry, Event, fingerprints};
use crate::rng::Rng;

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
    check_ledger(&fresh.place)?;
    if fresh.recipients != opened.recipients {
        return Err(fs::Error::Changed { path: fresh.place.path().to_owned() }.into());
    }
    if recipients.is_empty() {
        return Err(Error::NoRecipients { path: fresh.place.path().to_owned() });
    }
    let parsed = access.recipients(fresh.place.root(), recipients)?;
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
    let sha256 = put(&fresh, &sealing, access, rng)?;
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
    append(site, entry, keys, old.number, access)?;
    Ok(())
}
