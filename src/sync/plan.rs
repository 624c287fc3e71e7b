//! What a push or a pull would change, by name. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ledger::Fingerprints;
use crate::merge::{Merge, Side, Take, merge, next_base};

/// Which side is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The store, from the environment.
    Push,
    /// The environment, from the store.
    Pull,
}

/// What happens to a variable on the side that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It gets another value.
    Update,
    /// It is removed.
    Delete,
    /// It stays as it is.
    Unchanged,
    /// Both sides changed it, differently; nothing is written before a person decides.
    Conflict,
}

impl Action {
    /// The word that reports have for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
            Self::Conflict => "conflict",
        }
    }

    /// Whether it writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

/// What happens to one variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The variable.
    pub variable: String,
    /// What happens to it.
    pub action: Action,
}

/// What a person chose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A decision for one side: ours is the environment, theirs the store.
    pub take: Option<Take>,
    /// Remove what the other side removed.
    pub prune: bool,
    /// Leave all other variables alone.
    pub only: Option<BTreeSet<String>>,
}

/// Both sides and what they last had in common, as fingerprints under one key.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    /// What they last had in common; empty if that is not known.
    pub base: Fingerprints,
    /// The environment.
    pub local: Fingerprints,
    /// The store.
    pub store: Fingerprints,
}

/// What a push or a pull would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Every variable that either side has, sorted by name.
    pub changes: Vec<Change>,
    /// Removed on the other side, and kept without [`Options::prune`].
    pub kept: Vec<String>,
    /// Changed on the side that is written, and left alone: the opposite direction takes them over.
    pub ahead: Vec<String>,
}

impl Plan {
    /// The changes that write something.
    pub fn writes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action.writes())
    }

    /// The variables that both sides changed.
    pub fn conflicts(&self) -> Vec<String> {
        let conflicts = self.changes.iter().filter(|change| change.action == Action::Conflict);
        conflicts.map(|change| change.variable.clone()).collect()
    }
}

impl Sides {
    /// Compares the sides, as far as the options go.
    pub fn merge(&self, options: &Options) -> Merge {
        let limited = |side: &Fingerprints| -> Fingerprints {
            let is_chosen = |name: &String| options.only.as_ref().is_none_or(|only| only.contains(name));
            side.iter().filter(|(name, _)| is_chosen(name)).map(|(a, b)| (a.clone(), b.clone())).collect()
        };
        merge(&limited(&self.base), &limited(&self.local), &limited(&self.store), options.take.as_ref())
    }

    /// What a push or a pull would do.
    pub fn plan(&self, direction: Direction, options: &Options) -> Plan {
        let merge = self.merge(options);
        let (from, removed, ahead, ahead_removed, target) = match direction {
            Direction::Push => {
                (&merge.ours, &merge.ours_removed, &merge.theirs, &merge.theirs_removed, &self.store)
            }
            Direction::Pull => {
                (&merge.theirs, &merge.theirs_removed, &merge.ours, &merge.ours_removed, &self.local)
            }
        };
        let has = |list: &Vec<String>, name: &String| list.binary_search(name).is_ok();
        let action = |name: &String| match () {
            () if has(&merge.conflicts, name) => Action::Conflict,
            () if has(from, name) && target.contains_key(name) => Action::Update,
            () if has(from, name) => Action::Create,
            () if options.prune && has(removed, name) => Action::Delete,
            () => Action::Unchanged,
        };
        let names: BTreeSet<&String> = self.local.keys().chain(self.store.keys()).collect();
        let change = |name: &String| Change { variable: name.clone(), action: action(name) };
        let mut ahead: Vec<String> = ahead.iter().chain(ahead_removed).cloned().collect();
        ahead.sort();
        Plan {
            changes: names.into_iter().map(change).collect(),
            kept: if options.prune { Vec::new() } else { removed.clone() },
            ahead,
        }
    }

    /// What both sides have in common after a write, where `self` has the sides as they are then. What was decided
    /// for one side counts as that side's change from now on: the other side's value is the old one.
    pub fn next_base(&self, merged: &Merge) -> Fingerprints {
        let mut base = next_base(&self.base, &self.local, &self.store);
        let ours = merged.ours.iter().chain(&merged.ours_removed).map(|name| (name, Side::Ours));
        let theirs = merged.theirs.iter().chain(&merged.theirs_removed).map(|name| (name, Side::Theirs));
        for (name, winner) in ours.chain(theirs) {
            let (local, store) = (self.local.get(name), self.store.get(name));
            if local == store {
                continue;
            }
            match if winner == Side::Ours { store } else { local } {
                Some(old) => base.insert(name.clone(), old.clone()),
                None => base.remove(name),
            };
        }
        base
    }
}

/// The command that takes a difference over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The environment changed it.
    Push,
    /// The store changed it.
    Pull,
}

/// Every variable with what a push or a pull with `prune` would do about it.
pub fn differences(sides: &Sides, options: &Options) -> Vec<(Change, Option<By>)> {
    let options = Options { prune: true, ..options.clone() };
    let push = sides.plan(Direction::Push, &options);
    let pull = sides.plan(Direction::Pull, &options);
    let both = push.changes.into_iter().zip(pull.changes);
    both.map(|(push, pull)| match (push.action, pull.action) {
        (Action::Unchanged, action) if action.writes() => (pull, Some(By::Pull)),
        (action, _) if action.writes() => (push, Some(By::Push)),
        _ => (push, None),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn side(pairs: &[(&str, &str)]) -> Fingerprints {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn actions(plan: &Plan) -> Vec<(&str, Action)> {
        plan.changes.iter().map(|change| (change.variable.as_str(), change.action)).collect()
    }

    fn sides() -> Sides {
        Sides {
            base: side(&[
                ("BOTH", "0"),
                ("GONE", "0"),
                ("HERE", "0"),
                ("LOST", "0"),
                ("SAME", "0"),
                ("THERE", "0"),
            ]),
            local: side(&[
                ("BOTH", "1"),
                ("HERE", "1"),
                ("LOST", "0"),
                ("NEW", "1"),
                ("SAME", "0"),
                ("THERE", "0"),
            ]),
            store: side(&[("BOTH", "2"), ("GONE", "0"), ("HERE", "0"), ("SAME", "0"), ("THERE", "2")]),
        }
    }

    #[test]
    fn a_push_takes_over_what_the_environment_changed_and_nothing_else() {
        use Action::{Conflict, Create, Unchanged, Update};
        let plan = sides().plan(Direction::Push, &Options::default());
        let expected = [
            ("BOTH", Conflict),
            ("GONE", Unchanged),
            ("HERE", Update),
            ("LOST", Unchanged),
            ("NEW", Create),
            ("SAME", Unchanged),
            ("THERE", Unchanged),
        ];
        assert_eq!(actions(&plan), expected);
        assert_eq!(plan.kept, ["GONE"]);
        assert_eq!(plan.ahead, ["LOST", "THERE"]);
        assert_eq!(plan.conflicts(), ["BOTH"]);
    }

    #[test]
    fn prune_deletes_what_was_removed_and_only_leaves_the_rest_alone() {
        let only = Some(["GONE", "HERE"].map(str::to_owned).into());
        let plan = sides().plan(Direction::Push, &Options { prune: true, only, take: None });
        let writes: Vec<_> = plan.writes().map(|change| (change.variable.as_str(), change.action)).collect();
        assert_eq!(writes, [("GONE", Action::Delete), ("HERE", Action::Update)]);
        assert!(plan.conflicts().is_empty() && plan.kept.is_empty() && plan.ahead.is_empty());
    }

    #[test]
    fn without_a_base_what_differs_is_a_conflict_and_what_is_new_is_not() {
        let sides = Sides {
            base: side(&[]),
            local: side(&[("A", "1"), ("B", "1"), ("SAME", "1")]),
            store: side(&[("A", "2"), ("C", "1"), ("SAME", "1")]),
        };
        let plan = sides.plan(Direction::Push, &Options::default());
        assert_eq!(plan.conflicts(), ["A"]);
        assert_eq!(plan.writes().map(|change| change.variable.as_str()).collect::<Vec<_>>(), ["B"]);
        assert_eq!(plan.ahead, ["C"]);
    }

    #[test]
    fn a_difference_names_the_command_that_takes_it_over() {
        let found: Vec<_> = differences(&sides(), &Options::default())
            .into_iter()
            .filter(|(change, _)| change.action != Action::Unchanged)
            .map(|(change, by)| (change.variable, change.action, by))
            .collect();
        let expected = [
            ("BOTH", Action::Conflict, None),
            ("GONE", Action::Delete, Some(By::Push)),
            ("HERE", Action::Update, Some(By::Push)),
            ("LOST", Action::Delete, Some(By::Pull)),
            ("NEW", Action::Create, Some(By::Push)),
            ("THERE", Action::Update, Some(By::Pull)),
        ];
        assert_eq!(found, expected.map(|(name, action, by)| (name.to_owned(), action, by)));
    }

    #[test]
    fn a_decision_that_this_direction_does_not_apply_is_remembered_for_the_other() {
        let sides =
            Sides { base: side(&[("A", "0")]), local: side(&[("A", "1")]), store: side(&[("A", "2")]) };
        let take = Some(Take { side: Side::Theirs, names: Vec::new() });
        let options = Options { take, ..Options::default() };
        assert_eq!(sides.plan(Direction::Push, &options).ahead, ["A"]);
        let next = Sides { base: sides.next_base(&sides.merge(&options)), ..sides };
        assert!(next.plan(Direction::Push, &Options::default()).conflicts().is_empty());
        let pull = next.plan(Direction::Pull, &Options::default());
        assert_eq!(actions(&pull), [("A", Action::Update)]);
    }

    fn any_side() -> impl Strategy<Value = Fingerprints> {
        prop::collection::btree_map("[A-E]", "[0-2]", 0..5)
    }

    fn any_sides() -> impl Strategy<Value = Sides> {
        (any_side(), any_side(), any_side()).prop_map(|(base, local, store)| Sides { base, local, store })
    }

    proptest! {
        /// What a push overwrites or deletes is what the store had last in common with the environment; every
        /// other difference is named.
        #[test]
        fn nobodys_change_is_lost_without_being_named(sides in any_sides(), prune in any::<bool>()) {
            let plan = sides.plan(Direction::Push, &Options { prune, ..Options::default() });
            for change in &plan.changes {
                let name = &change.variable;
                let (base, local, store) = (sides.base.get(name), sides.local.get(name), sides.store.get(name));
                if change.action.writes() {
                    prop_assert_eq!(store, base);
                    prop_assert_ne!(local, base);
                } else if local != store {
                    let conflicts = plan.conflicts();
                    let named = [&conflicts, &plan.kept, &plan.ahead];
                    prop_assert!(named.iter().filter(|list| list.contains(name)).count() == 1);
                }
                prop_assert!(change.action != Action::Delete || prune);
            }
        }

        /// A pull is a push with the sides changed over.
        #[test]
        fn the_directions_mirror(sides in any_sides(), prune in any::<bool>(), ours in any::<bool>()) {
            let mirrored = Sides {
                base: sides.base.clone(),
                local: sides.store.clone(),
                store: sides.local.clone(),
            };
            let options = |ours| {
                let side = if ours { Side::Ours } else { Side::Theirs };
                Options { prune, take: Some(Take { side, names: vec!["A".to_owned()] }), only: None }
            };
            let push = sides.plan(Direction::Push, &options(ours));
            prop_assert_eq!(push, mirrored.plan(Direction::Pull, &options(!ours)));
        }

        /// After a push and a pull with `prune` both sides are the same, and nothing is left to do.
        #[test]
        fn a_push_and_a_pull_bring_the_sides_in_step(sides in any_sides(), ours in any::<bool>()) {
            let side = if ours { Side::Ours } else { Side::Theirs };
            let options = Options { prune: true, take: Some(Take { side, names: Vec::new() }), only: None };
            let mut now = sides;
            for direction in [Direction::Push, Direction::Pull] {
                let (plan, merged) = (now.plan(direction, &options), now.merge(&options));
                for change in plan.writes() {
                    let (from, to) = match direction {
                        Direction::Push => (&now.local, &mut now.store),
                        Direction::Pull => (&now.store, &mut now.local),
                    };
                    match from.get(&change.variable) {
                        Some(value) => to.insert(change.variable.clone(), value.clone()),
                        None => to.remove(&change.variable),
                    };
                }
                now.base = now.next_base(&merged);
            }
            prop_assert_eq!(&now.local, &now.store);
            prop_assert_eq!(&now.base, &now.local);
        }
    }
}
