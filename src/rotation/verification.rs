//! Whether the ledger is whole and by whom it should be: its lines, its chain, its authors, and what was anchored
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::events::Events;
use super::{Finding, FindingCode};
use crate::ledger::{self, Ledger};
use crate::secret::Key;

/// An id that the ledger must have, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The id of an entry.
    pub id: String,
    /// Where it was kept, such as a file or a commit.
    pub origin: String,
}

/// The project keys of each environment that someone could open.
pub type KeysByEnvironment = BTreeMap<String, Vec<(u32, Key)>>;

/// What was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The environments that the ledger knows, with the number of their entries, and whether their authors could be
    /// checked.
    pub environments: BTreeMap<String, (usize, bool)>,
    /// The ids of the entries that no other one follows.
    pub heads: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Verifies a ledger that was read with [`Ledger::read_all`], and `faults`, the lines that are no entries.
pub fn verify(
    ledger: &Ledger,
    faults: &[ledger::Error],
    keys: &KeysByEnvironment,
    anchors: &[Anchor],
    now: Timestamp,
) -> Verified {
    let mut findings: Vec<Finding> = faults.iter().map(broken).collect();
    let mut environments: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for recorded in ledger.entries() {
        let name = &recorded.entry.environment;
        environments.entry(name.clone()).or_insert((0, keys.contains_key(name))).0 += 1;
    }
    for name in environments.keys() {
        let events = Events::of(ledger, name, keys.get(name).map(Vec::as_slice), now);
        // What is wrong with the chain is found in each environment.
        let new: Vec<Finding> =
            events.findings.into_iter().filter(|finding| !findings.contains(finding)).collect();
        findings.extend(new);
    }
    findings.extend(cut(ledger, anchors));
    Verified { environments, heads: ledger.heads(), findings }
}

fn broken(fault: &ledger::Error) -> Finding {
    let code = match fault {
        ledger::Error::Altered { .. } => FindingCode::LedgerRewritten,
        _ => FindingCode::LedgerBroken,
    };
    Finding { code, message: fault.to_string() }
}

/// Anchored entries that are not there any more.
fn cut(ledger: &Ledger, anchors: &[Anchor]) -> Vec<Finding> {
    let known: HashSet<&str> = ledger.entries().iter().map(|recorded| recorded.id.as_str()).collect();
    let gone = anchors.iter().filter(|anchor| !known.contains(anchor.id.as_str()));
    let gone: BTreeSet<(&str, &str)> =
        gone.map(|anchor| (anchor.id.as_str(), anchor.origin.as_str())).collect();
    let finding = |(id, origin): (&str, &str)| {
        let shown: String = id.chars().take(12).collect();
        let message = format!("entry {shown} is missing from the ledger: {origin} has it");
        Finding { code: FindingCode::LedgerRewritten, message }
    };
    gone.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Author, Entry, Event, Recorded};

    fn now() -> Timestamp {
        "2026-03-31T00:00:00Z".parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn recorded(environment: &str, prev: &[&Recorded], key: u8) -> Recorded {
        let author = Author { actor: "Alice".to_owned(), job: None };
        let mut entry = Entry::new(environment, Event::Sealed, author, now());
        entry.prev = prev.iter().map(|recorded| recorded.id.clone()).collect();
        let (_, line) = entry.to_line(&Key::new([key; 32]));
        Recorded::parse(line.as_bytes(), 1).unwrap_or_else(|error| panic!("{error}"))
    }

    fn messages(verified: &Verified) -> Vec<(FindingCode, &str)> {
        verified.findings.iter().map(|finding| (finding.code, finding.message.as_str())).collect()
    }

    #[test]
    fn a_whole_ledger_has_its_heads_and_says_whose_authors_were_checked() {
        let first = recorded("production", &[], 1);
        let second = recorded("staging", &[&first], 2);
        let heads = vec![second.id.clone()];
        let anchor = Anchor { id: first.id.clone(), origin: "--head".to_owned() };
        let keys = KeysByEnvironment::from([("production".to_owned(), vec![(1, Key::new([1; 32]))])]);
        let verified = verify(&Ledger::of(vec![first, second]), &[], &keys, &[anchor], now());
        let environments = [("production".to_owned(), (1, true)), ("staging".to_owned(), (1, false))];
        assert_eq!(verified, Verified { environments: environments.into(), heads, findings: Vec::new() });
    }

    #[test]
    fn a_missing_entry_is_found_once_for_all_environments() {
        let gone = recorded("production", &[], 1);
        let kept = [recorded("production", &[&gone], 1), recorded("staging", &[&gone], 2)];
        let verified = verify(&Ledger::of(kept.into()), &[], &KeysByEnvironment::new(), &[], now());
        let [(FindingCode::LedgerRewritten, message)] = messages(&verified)[..] else {
            panic!("{:?}", verified.findings)
        };
        assert!(message.starts_with(&format!("entry {} is missing", &gone.id[..12])), "{message}");
    }

    #[test]
    fn a_ledger_that_was_cut_short_lacks_what_was_anchored() {
        let first = recorded("production", &[], 1);
        let second = recorded("production", &[&first], 1);
        let anchor = Anchor { id: second.id.clone(), origin: "commit v1.0".to_owned() };
        let ledger = Ledger::of(vec![first]);
        let verified = verify(&ledger, &[], &KeysByEnvironment::new(), &[anchor.clone(), anchor], now());
        let message = format!("entry {} is missing from the ledger: commit v1.0 has it", &second.id[..12]);
        assert_eq!(messages(&verified), [(FindingCode::LedgerRewritten, message.as_str())]);
    }
}
