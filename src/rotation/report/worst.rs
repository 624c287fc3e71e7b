//! The worst of many: a fixed number is kept, the others are counted.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use jiff::Timestamp;

use crate::rotation::{Row, Status};

/// How bad something is; what is worse comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    status: Status,
    /// Earliest first; what has no deadline is last.
    due: Timestamp,
    names: [String; 3],
}

impl Rank {
    /// The rank of a row: by status, then deadline, then name.
    pub(super) fn of(row: &Row) -> Self {
        let names = [row.project.clone(), row.environment.clone(), row.variable.clone()];
        Self { status: row.status, due: row.due.unwrap_or(Timestamp::MAX), names }
    }
}

/// Keeps the items of the worst ranks.
pub(super) struct Worst<K, T> {
    most: usize,
    /// Its greatest element is the least bad one.
    kept: BinaryHeap<Ranked<K, T>>,
    dropped: usize,
}

struct Ranked<K, T> {
    rank: K,
    item: T,
}

impl<K: Ord, T> Worst<K, T> {
    /// Keeps at most that many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new(), dropped: 0 }
    }

    /// Takes an item, which is made only if it is kept for now.
    pub(super) fn push(&mut self, rank: K, item: impl FnOnce() -> T) {
        if self.kept.len() == self.most {
            self.dropped += 1;
            if self.kept.peek().is_none_or(|least| rank >= least.rank) {
                return;
            }
            self.kept.pop();
        }
        self.kept.push(Ranked { rank, item: item() });
    }

    /// How many were not kept.
    pub(super) fn dropped(&self) -> usize {
        self.dropped
    }

    /// What was kept, worst first.
    pub(super) fn into_sorted(self) -> impl Iterator<Item = T> {
        self.kept.into_sorted_vec().into_iter().map(|ranked| ranked.item)
    }
}

impl<K: Ord, T> Ord for Ranked<K, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<K: Ord, T> PartialOrd for Ranked<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> PartialEq for Ranked<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<K: Ord, T> Eq for Ranked<K, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_in_order_and_the_others_counted() {
        let mut worst = Worst::new(3);
        for rank in [5, 1, 9, 3, 1, 7] {
            worst.push(rank, || rank * 10);
        }
        assert_eq!(worst.dropped(), 3);
        assert_eq!(worst.into_sorted().collect::<Vec<_>>(), [10, 10, 30]);
    }

    #[test]
    fn a_deadline_goes_before_none_and_a_worse_status_before_both() {
        use crate::rotation::report::testing::row;
        let at = |text: &str| Some(text.parse().expect("a time"));
        let rank = |status, due| Rank::of(&Row { status, due, ..row("A") });
        let late = rank(Status::Overdue, at("2026-02-01T00:00:00Z"));
        assert!(late < rank(Status::Overdue, at("2026-02-02T00:00:00Z")));
        assert!(late < rank(Status::Overdue, None));
        assert!(rank(Status::Breached, None) < late);
    }
}
