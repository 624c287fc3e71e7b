//! An environment beside one of its stores: what each has, and what they last had in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::names::{Variables, store_name, variables};
use super::{Base, Direction, Error, Local, Options, Plan, Sides, mark};
use crate::ledger::{fingerprint, fingerprints};
use crate::merge::Merge;
use crate::secret::{Key, Secret, Values};
use crate::store::{Changes, Held, Mark, Snapshot, Store, Version};

/// An environment and one of its stores.
pub struct Pair<'a> {
    /// The environment's side.
    pub local: &'a Local<'a>,
    /// The store's name in the manifest.
    pub store: &'a str,
    names: &'a BTreeMap<String, String>,
    path: PathBuf,
}

/// A store as it was read, beside the environment.
pub struct Seen {
    /// The store's values.
    pub snapshot: Snapshot,
    /// What both sides last had in common, if that is known.
    pub base: Option<Base>,
    /// Both sides, as fingerprints under one key.
    pub sides: Sides,
    /// The store's values by variable.
    pub values: Values,
    /// The store's names that are none of the schema's.
    pub foreign: Vec<String>,
    /// Variables that the store holds as something that no variable can be, such as a list.
    pub unusable: Vec<String>,
    location: String,
    kept: Option<Base>,
}

impl<'a> Pair<'a> {
    /// The pair of an environment and a store; `names` are the store's own names of variables.
    pub fn new(
        local: &'a Local<'a>,
        store: &'a str,
        names: &'a BTreeMap<String, String>,
        root: &Path,
    ) -> Self {
        Self { local, store, names, path: Base::path(root, local.environment, store) }
    }

    /// Reads the store, and finds what both sides last had in common.
    ///
    /// # Errors
    /// The store cannot be read, or what this working copy keeps cannot.
    pub fn read(&self, store: &mut dyn Store) -> Result<Seen, Error> {
        let kept = Base::read(&self.path)?;
        if let Some(base) = kept.as_ref().filter(|base| base.location == store.location()) {
            // What a server says that is behind would look like a change in the store.
            store.has_had(&Version::new(base.store_version.as_str()));
        }
        let snapshot = store.read()?;
        let base = Base::find(kept.clone(), self.local, self.names, &snapshot, store)?;
        Ok(self.seen(snapshot, base, kept, store.location()))
    }

    /// Reads the store again, with the same base as before: what was common then still is what each side changed.
    pub(super) fn read_again(&self, before: &Seen, store: &mut dyn Store) -> Result<Seen, Error> {
        let (base, kept) = (before.base.clone(), before.kept.clone());
        Ok(self.seen(store.read()?, base, kept, before.location.clone()))
    }

    fn seen(&self, snapshot: Snapshot, base: Option<Base>, kept: Option<Base>, location: String) -> Seen {
        let (_, key) = self.key(base.as_ref());
        let environment = self.local.environment;
        let Variables { values, foreign, unusable } = variables(&snapshot, self.names, self.local.schema);
        let mut store = fingerprints(key, environment, &values);
        for name in &unusable {
            if let Some(Held::Json(json)) = snapshot.values.get(store_name(name, self.names)) {
                // Under a name that no variable has, so that it never equals a text.
                store.insert(name.clone(), fingerprint(key, environment, &format!("{name}\0json"), json));
            }
        }
        let sides = Sides {
            base: base.as_ref().map(|base| base.fingerprints.clone()).unwrap_or_default(),
            local: fingerprints(key, environment, &self.local.values),
            store,
        };
        Seen { snapshot, base, sides, values, foreign, unusable, location, kept }
    }

    /// The sides as they are after the environment was written, of which this pair has the new values.
    pub fn now(&self, seen: &Seen) -> Sides {
        let (_, key) = self.key(seen.base.as_ref());
        let local = fingerprints(key, self.local.environment, &self.local.values);
        Sides { local, ..seen.sides.clone() }
    }

    /// The key that fingerprints are compared under: that of the base, so that they can be.
    fn key(&self, base: Option<&Base>) -> (u32, &Key) {
        let of_base = base.and_then(|base| Some((base.key, self.local.keys.number(base.key)?)));
        of_base.unwrap_or(self.local.keys.current())
    }

    /// The writes of these variables, by the store's names. A variable that the environment does not have is
    /// removed.
    pub fn changes(&self, variables: &BTreeSet<String>) -> Changes {
        let change = |variable: &String| {
            let name = store_name(variable, self.names).to_owned();
            (name, self.local.values.get(variable).cloned())
        };
        variables.iter().map(change).collect()
    }

    /// The variables of names of the store.
    pub(super) fn variables_of(&self, names: &[String]) -> Vec<String> {
        let variable = |name: &String| super::variable(name, self.names).unwrap_or(name).to_owned();
        names.iter().map(variable).collect()
    }

    /// The store's names of everything that the environment has.
    pub fn store_names(&self) -> Vec<String> {
        self.local.values.keys().map(|variable| store_name(variable, self.names).to_owned()).collect()
    }

    /// The mark for a store that will have these changes; `None` where it would not be true: without a sealed file,
    /// or if the store then still differs from it in more than variables that only the sealed file lost.
    pub fn mark(&self, seen: &Seen, after: &Sides, changes: &Changes) -> Option<Mark> {
        let opened = self.local.opened?;
        let left = after.merge(&Options::default());
        if !left.ours.is_empty()
            || !left.theirs.is_empty()
            || !left.theirs_removed.is_empty()
            || !left.conflicts.is_empty()
        {
            return None;
        }
        let mut values = seen.snapshot.values.clone();
        for (name, value) in changes {
            match value {
                Some(value) => values.insert(name.clone(), Held::Text(value.clone())),
                None => values.shift_remove(name),
            };
        }
        let (_, key) = self.local.keys.current();
        let (environment, generation) = (self.local.environment, self.local.generation());
        Some(mark::new(key, environment, generation, opened.sha256(), &values))
    }

    /// Remembers what both sides have in common after a sync.
    ///
    /// # Errors
    /// It cannot be written; nothing is lost then: equal values need no base.
    pub fn remember(
        &self,
        seen: &Seen,
        after: &Sides,
        merged: &Merge,
        version: &Version,
    ) -> Result<(), Error> {
        let (number, _) = self.key(seen.base.as_ref());
        let (number, prints) = if after.local == after.store {
            // Nothing binds it to an older key any more.
            let (number, key) = self.local.keys.current();
            (number, fingerprints(key, self.local.environment, &self.local.values))
        } else {
            (number, after.next_base(merged))
        };
        let version = version.as_str().to_owned();
        let base = Base::new(self.local.generation(), seen.location.clone(), version, number, prints);
        base.write(&self.path, seen.kept.as_ref())
    }
}

impl Seen {
    /// Where the store is.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// What a push or a pull would do.
    pub fn plan(&self, direction: Direction, options: &Options) -> Plan {
        self.sides.plan(direction, options)
    }

    /// The sides after these variables of the environment were written to the store.
    pub(super) fn after(&self, written: impl IntoIterator<Item = impl AsRef<str>>) -> Sides {
        let mut after = self.sides.clone();
        for name in written {
            let name = name.as_ref();
            match after.local.get(name) {
                Some(print) => after.store.insert(name.to_owned(), print.clone()),
                None => after.store.remove(name),
            };
        }
        after
    }

    /// Whether the store holds what these changes would write.
    pub(super) fn holds(&self, changes: &Changes) -> bool {
        let text = |name: &String| self.snapshot.values.get(name).map(Held::text);
        changes.iter().all(|(name, value)| match (value, text(name)) {
            (Some(value), Some(held)) => held.is_some_and(|held: &Secret| held == value),
            (None, held) => held.is_none(),
            (Some(_), None) => false,
        })
    }
}
