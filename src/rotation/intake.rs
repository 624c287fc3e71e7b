//! Entries that were given out (`--ledger-out`) because the working tree in which they arose did not last: what may
//! come into the ledger.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::events::Events;
use super::verification::KeysByEnvironment;
use super::{Finding, FindingCode};
use crate::ledger::{Ledger, Recorded};
use crate::ui::escape;

/// Those of the entries that the ledger does not have.
///
/// # Errors
/// What speaks against them, in which case none may come in: written without the project key, with a date that
/// cannot be, following entries that are not there, or about a sealed file that is newer than this checkout.
pub fn missing(
    ledger: &Ledger,
    given: Vec<Recorded>,
    keys: &KeysByEnvironment,
    now: Timestamp,
) -> Result<Vec<Recorded>, Vec<Finding>> {
    let mut known: HashSet<String> = ledger.entries().iter().map(|recorded| recorded.id.clone()).collect();
    let missing: Vec<Recorded> =
        given.into_iter().filter(|recorded| known.insert(recorded.id.clone())).collect();
    let mut findings = newer(ledger, &missing);
    let joined = ledger.with(&missing);
    let environments: BTreeSet<&str> =
        missing.iter().map(|recorded| recorded.entry.environment.as_str()).collect();
    for environment in environments {
        let keys = keys.get(environment).map(Vec::as_slice);
        let found = |ledger| Events::of(ledger, environment, keys, now).findings;
        let before = found(ledger);
        let new = found(&joined).into_iter().filter(|finding| !before.contains(finding));
        let new: Vec<Finding> = new.filter(|finding| !findings.contains(finding)).collect();
        findings.extend(new);
    }
    if findings.is_empty() { Ok(missing) } else { Err(findings) }
}

/// Entries about sealed files that this checkout does not have: with them its own would be taken for an old one.
fn newer(ledger: &Ledger, missing: &[Recorded]) -> Vec<Finding> {
    let mut newest: BTreeMap<&str, u64> = BTreeMap::new();
    for recorded in ledger.entries() {
        let newest = newest.entry(&recorded.entry.environment).or_default();
        *newest = recorded.entry.generation.max(*newest);
    }
    let finding = |recorded: &Recorded| {
        let entry = &recorded.entry;
        let known = newest.get(entry.environment.as_str()).copied().unwrap_or_default();
        (entry.generation > known).then(|| {
            let message = format!(
                "entry {} is about generation {} of {}, and this checkout has {known}",
                recorded.id.get(..12).unwrap_or_default(),
                entry.generation,
                escape(&entry.environment)
            );
            Finding { code: FindingCode::LedgerRewritten, message }
        })
    };
    missing.iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Author, Entry, Event};
    use crate::secret::Key;

    fn now() -> Timestamp {
        "2026-03-31T00:00:00Z".parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn pushed(generation: u64, prev: &[&Recorded], key: u8) -> Recorded {
        let author = Author { actor: "ci".to_owned(), job: None };
        let mut entry = Entry::new("production", Event::Pushed, author, now());
        entry.generation = generation;
        entry.prev = prev.iter().map(|recorded| recorded.id.clone()).collect();
        let (_, line) = entry.to_line(&Key::new([key; 32]));
        Recorded::parse(line.as_bytes(), 1).unwrap_or_else(|error| panic!("{error}"))
    }

    fn taken(ledger: &Ledger, given: &[&Recorded]) -> Result<usize, Vec<String>> {
        let keys = KeysByEnvironment::from([("production".to_owned(), vec![(1, Key::new([1; 32]))])]);
        let given = given.iter().map(|&recorded| recorded.clone()).collect();
        missing(ledger, given, &keys, now())
            .map(|missing| missing.len())
            .map_err(|findings| findings.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn what_is_known_is_passed_over_and_an_entry_may_follow_another_one_of_the_file() {
        let first = pushed(3, &[], 1);
        let second = pushed(2, &[&first], 1);
        let third = pushed(3, &[&second], 1);
        let ledger = Ledger::of(vec![first.clone()]);
        assert_eq!(taken(&ledger, &[&first, &second, &third, &third]), Ok(2));
    }

    #[test]
    fn one_bad_entry_keeps_all_of_them_out() {
        let first = pushed(3, &[], 1);
        let ledger = Ledger::of(vec![first.clone()]);
        let good = pushed(1, &[&first], 1);
        let stranger = pushed(3, &[&first], 9);
        let orphan = pushed(3, &[&pushed(2, &[], 1)], 1);
        let newer = pushed(4, &[&first], 1);
        for (bad, part) in [
            (&stranger, "was not written by anyone who knows the project key"),
            (&orphan, "is missing from the ledger"),
            (&newer, "is about generation 4 of production, and this checkout has 3"),
        ] {
            let findings = taken(&ledger, &[&good, bad]).expect_err(part);
            assert!(matches!(&findings[..], [message] if message.contains(part)), "{findings:?}");
        }
    }
}
