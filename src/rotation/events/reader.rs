//! Goes through the entries of one environment and keeps the history of each variable.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::ledger::{Entry, Event, Fingerprint, Recorded};
use crate::schema::Grade;

use super::exemptions::Exemptions;
use super::{Attested, Change, Exposure, History, Pushed, Rotated};

/// A fingerprint, and the number of the project key that it is under.
type Print = (u32, Fingerprint);

/// By store: every version that a push made.
type PushedVersions = BTreeMap<String, BTreeSet<String>>;

/// The histories of the variables, and the versions that pushes made. The entries come in their order, each
/// with the date that counts for it.
pub(super) fn read<'a>(
    entries: impl Iterator<Item = (&'a Recorded, Timestamp)>,
) -> (BTreeMap<String, History>, PushedVersions) {
    let mut reader = Reader::default();
    for (recorded, at) in entries {
        reader.take(recorded, at);
    }
    let mut variables = reader.variables;
    reader.exemptions.settle(&mut variables);
    (variables, reader.pushed)
}

#[derive(Default)]
struct Reader {
    variables: BTreeMap<String, History>,
    values: HashMap<String, Value>,
    exemptions: Exemptions,
    pushed: PushedVersions,
}

/// What is known about the values of one variable.
#[derive(Default)]
struct Value {
    /// The present one under every project key that it has a fingerprint under; empty if it was removed.
    present: Vec<Print>,
    /// Every one that there was, and whom it is known to.
    earlier: HashMap<Print, Option<Exposure>>,
    /// Whom the one before the present one is known to.
    previous: Option<Exposure>,
}

impl Reader {
    fn take(&mut self, recorded: &Recorded, at: Timestamp) {
        let entry = &recorded.entry;
        match entry.event {
            Event::Created | Event::Sealed => self.changes(recorded, at),
            Event::Rekeyed => {
                self.changes(recorded, at);
                self.rekey(entry);
            }
            Event::Rotated => {
                self.changes(recorded, at);
                self.rotate(entry, at);
            }
            Event::Retired => self.retire(entry, at),
            Event::Pushed | Event::Observed => self.push(entry, at),
            Event::Attested => self.attest(entry, at),
            Event::Exposed => self.expose(entry, at),
            Event::Exempted => self.exemptions.ask(recorded),
            Event::Approved => self.exemptions.approve(recorded),
            Event::Other => {}
        }
    }

    fn changes(&mut self, recorded: &Recorded, at: Timestamp) {
        let entry = &recorded.entry;
        for (new, old) in &entry.renamed {
            self.rename(old, new, entry);
        }
        for (name, fingerprint) in &entry.fingerprints {
            let print = (entry.key, fingerprint.clone());
            let value = self.values.entry(name.clone()).or_default();
            let history = self.variables.entry(name.clone()).or_default();
            history.removed = false;
            if value.present.contains(&print) {
                continue;
            }
            let older = entry.earlier.get(name).map(|older| (older.key, older.fingerprint.clone()));
            let before = value.earlier.get(&print).or_else(|| value.earlier.get(older.as_ref()?)).cloned();
            let returned = before.is_some();
            value.previous = std::mem::replace(&mut history.exposed, before.clone().flatten());
            history.changes.push(Change {
                at,
                fingerprint: fingerprint.clone(),
                key: entry.key,
                entry: recorded.id.clone(),
                sealed: entry.sha256.clone(),
                actor: entry.actor.clone(),
                returned,
            });
            value.earlier.entry(print.clone()).or_insert_with(|| before.flatten());
            value.present = vec![print];
        }
        for name in &entry.removed {
            self.variables.entry(name.clone()).or_default().removed = true;
            self.values.entry(name.clone()).or_default().present.clear();
        }
    }

    /// The same value under another name: what is known of it goes with it.
    fn rename(&mut self, old: &str, new: &str, entry: &Entry) {
        let Some(fingerprint) = entry.fingerprints.get(new) else { return };
        let print = (entry.key, fingerprint.clone());
        let history = self.variables.remove(old).unwrap_or_default();
        let mut value = self.values.remove(old).unwrap_or_default();
        value.earlier.insert(print.clone(), history.exposed.clone());
        value.present = vec![print];
        self.values.insert(new.to_owned(), value);
        self.variables.insert(new.to_owned(), history);
    }

    /// The same values under a new project key.
    fn rekey(&mut self, entry: &Entry) {
        let Some(key) = entry.new_key else { return };
        for (name, fingerprint) in &entry.new_fingerprints {
            let value = self.values.entry(name.clone()).or_default();
            let print = (key, fingerprint.clone());
            let known_to = value.present.iter().find_map(|print| value.earlier.get(print).cloned().flatten());
            value.earlier.insert(print.clone(), known_to);
            value.present.push(print);
        }
    }

    fn rotate(&mut self, entry: &Entry, at: Timestamp) {
        for name in names(entry) {
            let history = self.variables.entry(name.clone()).or_default();
            let value = self.values.entry(name.clone()).or_default();
            let change = history.changes.last().filter(|_| entry.fingerprints.contains_key(name));
            history.rotations.push(Rotated {
                at,
                evidence: entry.evidence.unwrap_or(Grade::D),
                previous: entry.previous.clone(),
                until: entry.until.as_ref().and_then(|until| until.parse().ok()),
                retired: None,
                change: change.map(|change| change.entry.clone()),
                exposed: value.previous.clone(),
            });
        }
    }

    fn retire(&mut self, entry: &Entry, at: Timestamp) {
        for name in names(entry) {
            let history = self.variables.entry(name.clone()).or_default();
            // What it proves, it proves of the newest: that is whose previous value was still accepted.
            if let (Some(newest), Some(seen)) = (history.rotations.last_mut(), entry.evidence)
                && newest.retired.is_none()
            {
                newest.evidence = newest.evidence.min(seen);
            }
            for rotated in &mut history.rotations {
                rotated.retired.get_or_insert(at);
            }
        }
    }

    fn push(&mut self, entry: &Entry, at: Timestamp) {
        let (Some(store), Some(version)) = (&entry.store, &entry.store_version) else { return };
        if entry.event == Event::Pushed {
            self.pushed.entry(store.clone()).or_default().insert(version.clone());
        }
        let written = entry.fingerprints.iter().map(|(name, print)| (name, Some(print)));
        let removed = entry.removed.iter().map(|name| (name, None));
        for (name, fingerprint) in written.chain(removed) {
            let older = entry.earlier.get(name).map(|older| &older.fingerprint);
            self.variables.entry(name.clone()).or_default().pushes.push(Pushed {
                at,
                store: store.clone(),
                version: version.clone(),
                created: entry.store_time.as_ref().and_then(|time| time.parse().ok()),
                fingerprint: older.or(fingerprint).cloned(),
                observed: entry.event == Event::Observed,
                restores: entry.restores.clone(),
            });
        }
    }

    fn attest(&mut self, entry: &Entry, at: Timestamp) {
        let day: Option<Date> = entry.done.as_ref().and_then(|day| day.parse().ok());
        let done = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|day| day.timestamp());
        for name in names(entry) {
            self.variables.entry(name.clone()).or_default().attestations.push(Attested {
                at: done.map_or(at, |done| done.min(at)),
                actor: entry.actor.clone(),
                ticket: entry.ticket.clone(),
            });
        }
    }

    fn expose(&mut self, entry: &Entry, at: Timestamp) {
        let exposure = Exposure { at, reason: entry.reason.clone().unwrap_or_default() };
        for name in names(entry) {
            let value = self.values.entry(name.clone()).or_default();
            for known in value.earlier.values_mut() {
                known.get_or_insert_with(|| exposure.clone());
            }
            let history = self.variables.entry(name.clone()).or_default();
            // The first one is what counts: that is when it should have been replaced.
            history.exposed.get_or_insert_with(|| exposure.clone());
        }
    }
}

/// The variables that an entry is about.
fn names(entry: &Entry) -> impl Iterator<Item = &String> {
    entry.variables.iter().chain(entry.fingerprints.keys().filter(|name| !entry.variables.contains(name)))
}
