//! Whether a sealed file that decrypts is to be believed: its record, its author, its age.

use super::content::Content;
use super::machine::{Machine, Seen};
use super::project_key::ProjectKeys;
use super::recipients::canonical;
use super::record::{Malformed, Mismatch, Record};
use super::site::Site;
use super::sops::Plain;
use super::{Access, Error, Remark};
use crate::ledger::{self, Event, Ledger};

/// The seal record of a file: the last line, and nowhere else.
pub(super) fn find_record(lines: &[Plain], site: &Site) -> Result<Option<Record>, Error> {
    let path = || site.environment.sealed.clone();
    let is_record = |line: &&Plain| matches!(line, Plain::Comment(text) if Record::is_record(text.expose()));
    match (lines.iter().filter(is_record).count(), lines.last()) {
        (0, _) => Ok(None),
        (1, Some(Plain::Comment(text))) if Record::is_record(text.expose()) => {
            Record::parse(text.expose()).map(Some).map_err(|malformed| match malformed {
                Malformed::Newer => Error::Newer { path: path() },
                Malformed::Broken => Error::Record { path: path() },
            })
        }
        // Another tool appended a line after it, or it was copied.
        _ => Err(Error::Altered { path: path() }),
    }
}

/// Checks what the record says against where the file lies.
pub(super) fn check_claim(record: &Record, site: &Site) -> Result<(), Error> {
    if record.project == site.project && record.environment == site.name() {
        return Ok(());
    }
    Err(Error::OtherEnvironment {
        path: site.environment.sealed.clone(),
        project: record.project.clone(),
        environment: record.environment.clone(),
    })
}

/// Checks both tags. `content` is without its record.
pub(super) fn check_tags(
    record: &Record,
    content: &Content,
    keys: &ProjectKeys,
    site: &Site,
) -> Result<(), Error> {
    let path = || site.environment.sealed.clone();
    let forged = || Error::Forged { path: path(), environment: site.name().to_owned() };
    let project_key = &keys.number(record.key).ok_or_else(forged)?.key;
    let data_key = content.data_key().unwrap_or(project_key);
    record.verify(content.parts().into_iter(), data_key, project_key).map_err(|mismatch| match mismatch {
        Mismatch::File => Error::Altered { path: path() },
        Mismatch::Project => forged(),
    })
}

/// Checks the project key against what this machine knows.
pub(super) fn check_author(
    keys: &ProjectKeys,
    site: &Site,
    machine: &Machine,
    access: &Access,
) -> Result<Option<Remark>, Error> {
    let pin = keys.current().pin();
    let replaced = |expected: Vec<String>| Error::ProjectKeyReplaced {
        path: site.environment.project_key.clone(),
        environment: site.name().to_owned(),
        expected,
        found: pin.clone(),
    };
    let pins = access.pins()?;
    if !pins.is_empty() {
        return if pins.contains(&pin) { Ok(None) } else { Err(replaced(pins.to_vec())) };
    }
    match machine.seen(site.name()) {
        None => Ok(Some(Remark::AuthorNotVerified { pin })),
        Some(seen) if seen.pin == pin => Ok(None),
        Some(seen) if is_linked(keys, seen.key, &seen.pin, site)? => Ok(None),
        Some(seen) => Err(replaced(vec![seen.pin.clone()])),
    }
}

/// Whether the ledger leads from the key that the machine knows to the current one: for each step an entry
/// `rekeyed` that names the next key's pin, authenticated by the key before.
fn is_linked(keys: &ProjectKeys, number: u32, pin: &str, site: &Site) -> Result<bool, Error> {
    let Some(known) = keys.number(number).filter(|key| key.pin() == pin) else { return Ok(false) };
    let ledger = Ledger::read(&site.ledger())?;
    let mut key = known;
    while key.number < keys.current().number {
        let Some(next) = keys.number(key.number + 1) else { return Ok(false) };
        let next_pin = next.pin();
        let links = |recorded: &&ledger::Recorded| {
            let entry = &recorded.entry;
            entry.event == Event::Rekeyed
                && entry.environment == site.name()
                && entry.key == key.number
                && entry.new_key == Some(next.number)
                && entry.new_pin.as_ref() == Some(&next_pin)
                && recorded.is_authentic(&key.key)
        };
        if !ledger.entries().iter().any(|recorded| links(&recorded)) {
            return Ok(false);
        }
        key = next;
    }
    Ok(key.number == keys.current().number)
}

/// Whether an entry of the ledger counts. One under a key that is not known does: what cannot be checked is not
/// taken for nothing.
pub(super) fn is_believed(recorded: &ledger::Recorded, keys: &ProjectKeys) -> bool {
    keys.number(recorded.entry.key).is_none_or(|key| recorded.is_authentic(&key.key))
}

/// Checks that no newer file is known. What the ledger of the same checkout knows is an error; what only this
/// machine has seen is a remark, because another branch may be checked out.
pub(super) fn check_age(
    record: &Record,
    keys: &ProjectKeys,
    site: &Site,
    machine: &Machine,
) -> Result<Option<Remark>, Error> {
    let newer = ledger::newer_in_tail(&site.ledger(), site.name(), record.generation)?;
    let believed = newer.iter().filter(|recorded| is_believed(recorded, keys));
    if let Some(newest) = believed.map(|recorded| recorded.entry.generation).max() {
        return Err(Error::Stale {
            path: site.environment.sealed.clone(),
            generation: record.generation,
            newest,
        });
    }
    if record.key != keys.current().number {
        return Err(Error::OldKey {
            path: site.environment.sealed.clone(),
            key: record.key,
            current: keys.current().number,
        });
    }
    Ok(machine.seen(site.name()).and_then(|seen| compare_age(record, seen)))
}

/// Whether this machine has seen a newer file.
pub(super) fn compare_age(record: &Record, seen: &Seen) -> Option<Remark> {
    let older = Remark::OlderThanSeen { generation: record.generation, seen: seen.generation };
    (seen.generation > record.generation).then_some(older)
}

/// How the recipients of the file differ from those of the manifest.
pub(super) fn compare_recipients(site: &Site, recipients: &[String]) -> Vec<Remark> {
    let named = |(name, key): &(String, String)| (name.clone(), canonical(key));
    let manifest: Vec<(String, String)> = site.environment.recipients.iter().map(named).collect();
    let has = |key: &String| recipients.iter().any(|recipient| canonical(recipient) == *key);
    let select = |wanted: &dyn Fn(&String, &String) -> bool| -> Vec<String> {
        manifest.iter().filter(|(name, key)| wanted(name, key)).map(|(name, _)| name.clone()).collect()
    };
    let missing = select(&|name, key| !has(key) && !site.expired.contains(name));
    let expired = select(&|name, key| has(key) && site.expired.contains(name));
    let unknown = |recipient: &&String| !manifest.iter().any(|(_, key)| *key == canonical(recipient));
    let extra: Vec<String> = recipients.iter().filter(unknown).cloned().collect();
    let mut remarks = Vec::new();
    if !missing.is_empty() || !extra.is_empty() {
        remarks.push(Remark::RecipientsDiffer { missing, extra });
    }
    if !expired.is_empty() {
        remarks.push(Remark::RecipientsExpired { names: expired });
    }
    remarks
}
