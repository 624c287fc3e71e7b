//! The three-way merge of two sides that hold the same variables: an env file and its sealed file, an environment
//! and a store. Pure: it compares fingerprints and decides by name.
//!
//! The base is what the two last had in common, name by name. A side that still has the base's value has not
//! changed; if both have changed, and differently, only a person can decide.

use std::collections::BTreeSet;

use crate::ledger::Fingerprints;

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one nearer to the person: the env file, or the environment.
    Ours,
    /// The one that is shared: the sealed file, or the store.
    Theirs,
}

/// What differs between the two sides, each list sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// Changed or added on our side only.
    pub ours: Vec<String>,
    /// Removed from our side only.
    pub ours_removed: Vec<String>,
    /// Changed or added on their side only.
    pub theirs: Vec<String>,
    /// Removed from their side only.
    pub theirs_removed: Vec<String>,
    /// Changed on both sides, differently.
    pub conflicts: Vec<String>,
}

impl Merge {
    /// Whether the two sides hold the same variables with the same values.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every variable that differs, sorted.
    pub fn names(&self) -> Vec<String> {
        let lists = [&self.ours, &self.ours_removed, &self.theirs, &self.theirs_removed, &self.conflicts];
        let names: BTreeSet<&String> = lists.into_iter().flatten().collect();
        names.into_iter().cloned().collect()
    }
}

/// A person's decision for one side: about these variables, whichever side changed them, or (with none named)
/// about all conflicts.
#[derive(Clone, Debug)]
pub struct Take {
    /// The side whose value stays.
    pub side: Side,
    /// The variables; empty for all conflicts.
    pub names: Vec<String>,
}

impl Take {
    fn names(&self, name: &str) -> bool {
        self.names.iter().any(|named| named == name)
    }
}

/// Compares the two sides with their base. What `take` decides counts as a change of that side.
pub fn merge(base: &Fingerprints, ours: &Fingerprints, theirs: &Fingerprints, take: Option<&Take>) -> Merge {
    let names: BTreeSet<&String> = [base, ours, theirs].into_iter().flat_map(|side| side.keys()).collect();
    let mut merge = Merge::default();
    for name in names {
        let (was, in_ours, in_theirs) = (base.get(name), ours.get(name), theirs.get(name));
        if in_ours == in_theirs {
            continue;
        }
        let winner = match take {
            Some(take) if take.names(name) => Some(take.side),
            _ if in_theirs == was => Some(Side::Ours),
            _ if in_ours == was => Some(Side::Theirs),
            Some(take) if take.names.is_empty() => Some(take.side),
            _ => None,
        };
        let list = match winner {
            Some(Side::Ours) if in_ours.is_some() => &mut merge.ours,
            Some(Side::Ours) => &mut merge.ours_removed,
            Some(Side::Theirs) if in_theirs.is_some() => &mut merge.theirs,
            Some(Side::Theirs) => &mut merge.theirs_removed,
            None => &mut merge.conflicts,
        };
        list.push(name.clone());
    }
    merge
}

/// The base after a command: what both sides have in common now, and the old base where they still differ.
pub fn next_base(base: &Fingerprints, ours: &Fingerprints, theirs: &Fingerprints) -> Fingerprints {
    let names: BTreeSet<&String> = [base, ours, theirs].into_iter().flat_map(|side| side.keys()).collect();
    let common = |name: &String| {
        let value = if ours.get(name) == theirs.get(name) { ours.get(name) } else { base.get(name) };
        Some((name.clone(), value?.clone()))
    };
    names.into_iter().filter_map(common).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn side(pairs: &[(&str, &str)]) -> Fingerprints {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn each_change_is_seen_on_its_side() {
        let base =
            side(&[("BOTH", "0"), ("OURS", "0"), ("GONE_OURS", "0"), ("GONE_THEIRS", "0"), ("SAME", "0")]);
        let ours =
            side(&[("BOTH", "1"), ("OURS", "1"), ("GONE_THEIRS", "0"), ("NEW_OURS", "1"), ("SAME", "0")]);
        let theirs =
            side(&[("BOTH", "2"), ("OURS", "0"), ("GONE_OURS", "0"), ("NEW_THEIRS", "1"), ("SAME", "0")]);
        let merged = merge(&base, &ours, &theirs, None);
        assert_eq!(merged.ours, ["NEW_OURS", "OURS"]);
        assert_eq!(merged.ours_removed, ["GONE_OURS"]);
        assert_eq!(merged.theirs, ["NEW_THEIRS"]);
        assert_eq!(merged.theirs_removed, ["GONE_THEIRS"]);
        assert_eq!(merged.conflicts, ["BOTH"]);
    }

    #[test]
    fn the_same_change_on_both_sides_is_none() {
        let merged = merge(&side(&[("A", "0")]), &side(&[("A", "1")]), &side(&[("A", "1")]), None);
        assert!(merged.is_empty());
    }

    #[test]
    fn without_a_base_two_values_are_a_conflict() {
        let merged = merge(&side(&[]), &side(&[("A", "1")]), &side(&[("A", "2")]), None);
        assert_eq!(merged.conflicts, ["A"]);
    }

    #[test]
    fn take_decides_what_it_names_whichever_side_changed_it() {
        let (base, ours, theirs) = (
            side(&[("C", "0"), ("D", "0"), ("E", "0")]),
            side(&[("A", "1"), ("B", "1"), ("C", "0"), ("D", "0"), ("E", "1")]),
            side(&[("A", "2"), ("B", "2"), ("C", "9"), ("D", "9"), ("E", "0")]),
        );
        let take = |side| Take { side, names: ["A", "C", "E"].map(str::to_owned).into() };
        let merged = merge(&base, &ours, &theirs, Some(&take(Side::Ours)));
        assert_eq!((merged.ours, merged.theirs), (names(&["A", "C", "E"]), names(&["D"])));
        assert_eq!(merged.conflicts, ["B"]);
        let merged = merge(&base, &ours, &theirs, Some(&take(Side::Theirs)));
        assert_eq!((merged.ours, merged.theirs), (names(&[]), names(&["A", "C", "D", "E"])));
        assert_eq!(merged.conflicts, ["B"]);
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn any_side() -> impl Strategy<Value = Fingerprints> {
        prop::collection::btree_map("[A-E]", "[0-2]", 0..5)
    }

    proptest! {
        /// Taking every change of both sides makes them the same, and then loses only what a side removed or
        /// what `take` gave up.
        #[test]
        fn applying_everything_makes_the_sides_equal(
            base in any_side(), mut ours in any_side(), mut theirs in any_side(), to_ours in any::<bool>()
        ) {
            let side = if to_ours { Side::Ours } else { Side::Theirs };
            let (old_ours, old_theirs) = (ours.clone(), theirs.clone());
            let merged = merge(&base, &ours, &theirs, Some(&Take { side, names: Vec::new() }));
            prop_assert!(merged.conflicts.is_empty());
            for name in &merged.ours { theirs.insert(name.clone(), old_ours[name].clone()); }
            for name in &merged.ours_removed { theirs.remove(name); }
            for name in &merged.theirs { ours.insert(name.clone(), old_theirs[name].clone()); }
            for name in &merged.theirs_removed { ours.remove(name); }
            prop_assert_eq!(&ours, &theirs);
            let base = next_base(&base, &ours, &theirs);
            prop_assert_eq!(&base, &ours);
            prop_assert!(merge(&base, &ours, &theirs, None).is_empty());
        }

        /// A value that only one side changed is never given up unless a person names it.
        #[test]
        fn a_change_of_one_side_always_wins(base in any_side(), ours in any_side()) {
            let take = Take { side: Side::Theirs, names: Vec::new() };
            let merged = merge(&base, &ours, &base, Some(&take));
            prop_assert!(merged.theirs.is_empty() && merged.theirs_removed.is_empty());
            let changed: Vec<_> = ours.iter().filter(|(name, value)| base.get(*name) != Some(*value)).collect();
            prop_assert_eq!(merged.ours.len(), changed.len());
        }

        /// The two sides are treated alike.
        #[test]
        fn the_sides_mirror(base in any_side(), ours in any_side(), theirs in any_side()) {
            let (here, there) = (merge(&base, &ours, &theirs, None), merge(&base, &theirs, &ours, None));
            prop_assert_eq!(here.ours, there.theirs);
            prop_assert_eq!(here.ours_removed, there.theirs_removed);
            prop_assert_eq!(here.conflicts, there.conflicts);
        }
    }
}
