//! The three-way merge between an env file and its sealed file. Pure: it compares fingerprints and decides by
//! name.
//!
//! The base is what the two last had in common, name by name. A side that still has the base's value has not
//! changed; if both have changed, and differently, only a person can decide.

use std::collections::BTreeSet;

use crate::ledger::Fingerprints;

/// Which of the two a person prefers where both changed a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The env file.
    Env,
    /// The sealed file.
    Sealed,
}

/// What differs between the two sides, each list sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// Changed or added in the env file only.
    pub env: Vec<String>,
    /// Removed from the env file only.
    pub env_removed: Vec<String>,
    /// Changed or added in the sealed file only.
    pub sealed: Vec<String>,
    /// Removed from the sealed file only.
    pub sealed_removed: Vec<String>,
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
        let lists = [&self.env, &self.env_removed, &self.sealed, &self.sealed_removed, &self.conflicts];
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
pub fn merge(base: &Fingerprints, env: &Fingerprints, sealed: &Fingerprints, take: Option<&Take>) -> Merge {
    let names: BTreeSet<&String> = [base, env, sealed].into_iter().flat_map(|side| side.keys()).collect();
    let mut merge = Merge::default();
    for name in names {
        let (was, in_env, in_sealed) = (base.get(name), env.get(name), sealed.get(name));
        if in_env == in_sealed {
            continue;
        }
        let winner = match take {
            Some(take) if take.names(name) => Some(take.side),
            _ if in_sealed == was => Some(Side::Env),
            _ if in_env == was => Some(Side::Sealed),
            Some(take) if take.names.is_empty() => Some(take.side),
            _ => None,
        };
        let list = match winner {
            Some(Side::Env) if in_env.is_some() => &mut merge.env,
            Some(Side::Env) => &mut merge.env_removed,
            Some(Side::Sealed) if in_sealed.is_some() => &mut merge.sealed,
            Some(Side::Sealed) => &mut merge.sealed_removed,
            None => &mut merge.conflicts,
        };
        list.push(name.clone());
    }
    merge
}

/// The base after a command: what both sides have in common now, and the old base where they still differ.
pub fn next_base(base: &Fingerprints, env: &Fingerprints, sealed: &Fingerprints) -> Fingerprints {
    let names: BTreeSet<&String> = [base, env, sealed].into_iter().flat_map(|side| side.keys()).collect();
    let common = |name: &String| {
        let value = if env.get(name) == sealed.get(name) { env.get(name) } else { base.get(name) };
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
            side(&[("BOTH", "0"), ("ENV", "0"), ("GONE_ENV", "0"), ("GONE_SEALED", "0"), ("SAME", "0")]);
        let env = side(&[("BOTH", "1"), ("ENV", "1"), ("GONE_SEALED", "0"), ("NEW_ENV", "1"), ("SAME", "0")]);
        let sealed =
            side(&[("BOTH", "2"), ("ENV", "0"), ("GONE_ENV", "0"), ("NEW_SEALED", "1"), ("SAME", "0")]);
        let merged = merge(&base, &env, &sealed, None);
        assert_eq!(merged.env, ["ENV", "NEW_ENV"]);
        assert_eq!(merged.env_removed, ["GONE_ENV"]);
        assert_eq!(merged.sealed, ["NEW_SEALED"]);
        assert_eq!(merged.sealed_removed, ["GONE_SEALED"]);
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
        let (base, env, sealed) = (
            side(&[("C", "0"), ("D", "0"), ("E", "0")]),
            side(&[("A", "1"), ("B", "1"), ("C", "0"), ("D", "0"), ("E", "1")]),
            side(&[("A", "2"), ("B", "2"), ("C", "9"), ("D", "9"), ("E", "0")]),
        );
        let take = |side| Take { side, names: ["A", "C", "E"].map(str::to_owned).into() };
        let merged = merge(&base, &env, &sealed, Some(&take(Side::Env)));
        assert_eq!((merged.env, merged.sealed), (names(&["A", "C", "E"]), names(&["D"])));
        assert_eq!(merged.conflicts, ["B"]);
        let merged = merge(&base, &env, &sealed, Some(&take(Side::Sealed)));
        assert_eq!((merged.env, merged.sealed), (names(&[]), names(&["A", "C", "D", "E"])));
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
            base in any_side(), mut env in any_side(), mut sealed in any_side(), to_env in any::<bool>()
        ) {
            let side = if to_env { Side::Env } else { Side::Sealed };
            let (old_env, old_sealed) = (env.clone(), sealed.clone());
            let merged = merge(&base, &env, &sealed, Some(&Take { side, names: Vec::new() }));
            prop_assert!(merged.conflicts.is_empty());
            for name in &merged.env { sealed.insert(name.clone(), old_env[name].clone()); }
            for name in &merged.env_removed { sealed.remove(name); }
            for name in &merged.sealed { env.insert(name.clone(), old_sealed[name].clone()); }
            for name in &merged.sealed_removed { env.remove(name); }
            prop_assert_eq!(&env, &sealed);
            let base = next_base(&base, &env, &sealed);
            prop_assert_eq!(&base, &env);
            prop_assert!(merge(&base, &env, &sealed, None).is_empty());
        }

        /// A value that only one side changed is never given up unless a person names it.
        #[test]
        fn a_change_of_one_side_always_wins(base in any_side(), env in any_side()) {
            let take = Take { side: Side::Sealed, names: Vec::new() };
            let merged = merge(&base, &env, &base, Some(&take));
            prop_assert!(merged.sealed.is_empty() && merged.sealed_removed.is_empty());
            let changed: Vec<_> = env.iter().filter(|(name, value)| base.get(*name) != Some(*value)).collect();
            prop_assert_eq!(merged.env.len(), changed.len());
        }

        /// The two sides are treated alike.
        #[test]
        fn the_sides_mirror(base in any_side(), env in any_side(), sealed in any_side()) {
            let (here, there) = (merge(&base, &env, &sealed, None), merge(&base, &sealed, &env, None));
            prop_assert_eq!(here.env, there.sealed);
            prop_assert_eq!(here.env_removed, there.sealed_removed);
            prop_assert_eq!(here.conflicts, there.conflicts);
        }
    }
}
