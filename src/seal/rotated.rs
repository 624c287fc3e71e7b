//! The ledger's entries about a rotation.

use jiff::Timestamp;

use super::commit::{Sealing, append, entry};
use super::{Access, Error, Opened, trust};
use crate::ledger::{Entry, Event, Ledger, fingerprint};
use crate::schema::Grade;

/// What a rotation did.
pub struct Rotation<'a> {
    /// [`Event::Rotated`], or [`Event::Retired`] for the end of its overlap.
    pub event: Event,
    /// The variable.
    pub variable: &'a str,
    /// How well it is proven.
    pub evidence: Grade,
    /// The variable that holds the previous value.
    pub previous: Option<&'a str>,
    /// When the overlap ends, if there is one.
    pub until: Option<Timestamp>,
}

/// Enters a rotation of the opened file into the ledger.
///
/// # Errors
/// The ledger cannot be read or written.
pub fn record_rotation(opened: &Opened, rotation: &Rotation<'_>, access: &Access) -> Result<(), Error> {
    let (Some(site), Some(keys)) = (opened.place.site(), &opened.keys) else { return Ok(()) };
    let key = keys.current();
    let sealing = Sealing::new(rotation.event, opened.generation);
    let name = rotation.variable.to_owned();
    // With its fingerprint an entry says which rotation it is about.
    let print = match (rotation.event, opened.values.get(&name)) {
        (Event::Rotated, Some(value)) => Some(fingerprint(&key.key, site.name(), &name, value)),
        _ => None,
    };
    let entry = Entry {
        fingerprints: print.into_iter().map(|print| (name.clone(), print)).collect(),
        variables: vec![name],
        evidence: Some(rotation.evidence),
        previous: rotation.previous.map(str::to_owned),
        until: rotation.until.map(|until| until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ..entry(site, &sealing, key.number, opened.sha256(), access)
    };
    append(site, entry, keys, key.number, access)?;
    Ok(())
}

/// Whether the ledger has the rotation that gave a variable the value that the opened file has; the end of its
/// overlap, if it has one.
///
/// # Errors
/// The ledger cannot be read.
pub fn recorded_rotation(opened: &Opened, variable: &str) -> Result<Option<Option<Timestamp>>, Error> {
    let (Some(site), Some(keys), Some(value)) =
        (opened.place.site(), &opened.keys, opened.values.get(variable))
    else {
        return Ok(None);
    };
    let ledger = Ledger::read(&site.ledger())?;
    let is_it = |entry: &Entry| {
        let print = keys.number(entry.key).map(|key| fingerprint(&key.key, site.name(), variable, value));
        entry.event == Event::Rotated
            && entry.environment == site.name()
            && print.is_some_and(|print| entry.fingerprints.get(variable) == Some(&print))
    };
    let found = ledger.entries().iter().rev().find(|it| is_it(&it.entry) && trust::is_believed(it, keys));
    Ok(found.map(|recorded| recorded.entry.until.as_ref().and_then(|until| until.parse().ok())))
}
