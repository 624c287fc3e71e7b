//! The order of entries: each after those it names, and where that leaves it open, by date. The order of the lines
//! does not count, since a merge puts them in any.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use jiff::Timestamp;

use super::{Ledger, Recorded};

impl Ledger {
    /// Every entry once, after those it names, and else by date.
    pub fn in_order(&self) -> Vec<&Recorded> {
        // A line that stands there twice counts once.
        let entries: HashMap<&str, &Recorded> =
            self.entries().iter().map(|recorded| (recorded.id.as_str(), recorded)).collect();
        let mut waits: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
        let mut followers: HashMap<&str, Vec<&Recorded>> = HashMap::new();
        for recorded in entries.values() {
            let known = recorded.entry.prev.iter().filter(|id| entries.contains_key(id.as_str()));
            let mut count = 0;
            for id in known {
                followers.entry(id).or_default().push(recorded);
                count += 1;
            }
            waits.insert(&recorded.id, count);
        }
        let mut ready: BinaryHeap<Reverse<(Timestamp, &str)>> = waits
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(id, _)| Reverse(rank(entries[id])))
            .collect();
        let mut ordered = Vec::with_capacity(entries.len());
        while let Some(Reverse((_, id))) = ready.pop() {
            ordered.push(entries[id]);
            for follower in followers.remove(id).unwrap_or_default() {
                let count = waits.entry(&follower.id).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(Reverse(rank(follower)));
                }
            }
        }
        ordered
    }
}

/// Its place among those that wait for nothing.
fn rank(recorded: &Recorded) -> (Timestamp, &str) {
    (recorded.at().unwrap_or(Timestamp::MIN), &recorded.id)
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::super::entry::tests::entry;
    use super::*;
    use crate::secret::Key;

    fn recorded(generation: u64, at: &str, prev: &[&Recorded]) -> Recorded {
        let prev: Vec<&str> = prev.iter().map(|recorded| recorded.id.as_str()).collect();
        let entry = Entry { at: at.to_owned(), ..entry(generation, &prev) };
        Recorded::parse(entry.to_line(&Key::new([1; 32])).1.as_bytes(), 1).expect("it reads back")
    }

    fn generations(entries: Vec<Recorded>) -> Vec<u64> {
        let ledger = Ledger::of(entries);
        ledger.in_order().iter().map(|recorded| recorded.entry.generation).collect()
    }

    #[test]
    fn links_go_before_dates_and_dates_before_lines() {
        let first = recorded(1, "2026-03-03T00:00:00Z", &[]);
        let left = recorded(2, "2026-03-02T00:00:00Z", &[&first]);
        let right = recorded(3, "2026-03-01T00:00:00Z", &[&first]);
        let both = recorded(4, "2026-01-01T00:00:00Z", &[&left, &right]);
        let lines = vec![both, left.clone(), right, first, left];
        assert_eq!(generations(lines), [1, 3, 2, 4]);
    }

    #[test]
    fn what_names_an_entry_that_is_missing_waits_for_nothing() {
        let gone = recorded(1, "2026-03-01T00:00:00Z", &[]);
        let kept = recorded(2, "2026-03-02T00:00:00Z", &[&gone]);
        assert_eq!(generations(vec![kept]), [2]);
    }
}
