//! What is wrong with the entries themselves: missing ones, dates that cannot be, authors without the project key.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::ledger::Recorded;
use crate::rotation::{Finding, FindingCode};
use crate::secret::Key;
use crate::ui::escape;

/// How far the clocks of two machines may differ before a date is a finding.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// How much of an id is shown.
const SHOWN: usize = 12;

/// Entries that others follow and that are not there.
pub(super) fn missing(entries: &[&Recorded]) -> Vec<Finding> {
    let known: HashSet<&str> = entries.iter().map(|recorded| recorded.id.as_str()).collect();
    let mut gone: BTreeMap<&str, &Recorded> = BTreeMap::new();
    for recorded in entries {
        for id in recorded.entry.prev.iter().filter(|id| !known.contains(id.as_str())) {
            gone.entry(id).or_insert(recorded);
        }
    }
    let finding = |(id, follower): (&str, &Recorded)| {
        let message = format!(
            "entry {} is missing from the ledger: entry {} of {} follows it",
            shown(id),
            shown(&follower.id),
            escape(&follower.entry.at)
        );
        Finding { code: FindingCode::LedgerRewritten, message }
    };
    gone.into_iter().map(finding).collect()
}

/// Entries of an environment with no date, one in the future, or one before an entry that they follow.
pub(super) fn dates(entries: &[&Recorded], environment: &str, now: Timestamp) -> Vec<Finding> {
    let dates: HashMap<&str, Timestamp> =
        entries.iter().filter_map(|recorded| Some((recorded.id.as_str(), recorded.at()?))).collect();
    let own = entries.iter().filter(|recorded| recorded.entry.environment == environment);
    own.filter_map(|recorded| {
        let (id, date) = (shown(&recorded.id), escape(&recorded.entry.at));
        let Some(at) = recorded.at() else {
            return Some((FindingCode::LedgerDate, format!("entry {id} has no date that can be read")));
        };
        if !has_happened(recorded, now) {
            let message = format!("entry {id} is from {date}, which is in the future");
            return Some((FindingCode::LedgerDate, message));
        }
        let followed = recorded.entry.prev.iter().filter_map(|id| Some((id, *dates.get(id.as_str())?)));
        let (before, later) = followed.max_by_key(|(_, at)| *at).filter(|(_, later)| at + SKEW < *later)?;
        let message = format!("entry {id} is from {date}, and follows entry {} of {later}", shown(before));
        Some((FindingCode::LedgerOrder, message))
    })
    .map(|(code, message)| Finding { code, message })
    .collect()
}

/// Whether the entry has a date that is not in the future.
pub(super) fn has_happened(recorded: &Recorded, now: Timestamp) -> bool {
    recorded.at().is_some_and(|at| at <= now + SKEW)
}

/// Whether the entry was written by someone with the project key; without keys that cannot be told, and it was.
pub(super) fn is_authentic(recorded: &Recorded, keys: Option<&[(u32, Key)]>) -> bool {
    let Some(keys) = keys else { return true };
    let own = keys.iter().find(|(number, _)| *number == recorded.entry.key);
    own.is_some_and(|(_, key)| recorded.is_authentic(key))
}

/// An entry by someone without the project key.
pub(super) fn forged(recorded: &Recorded) -> Finding {
    let message = format!(
        "entry {} of {} by {} was not written by anyone who knows the project key of {}",
        shown(&recorded.id),
        escape(&recorded.entry.at),
        escape(&recorded.entry.actor),
        escape(&recorded.entry.environment)
    );
    Finding { code: FindingCode::LedgerForged, message }
}

/// The beginning of an id, which is safe to show.
fn shown(id: &str) -> String {
    escape(&id.chars().take(SHOWN).collect::<String>()).into_owned()
}
