//! What happens to a push when others write meanwhile, or when nobody knows whether it was done.

use std::collections::BTreeMap;

use super::*;
use crate::schema::{Schema, Source, load};
use crate::secret::{Secret, Values};
use crate::store::{
    Capabilities, Changes, Error as StoreError, Finding, Held, Mark, Revision, Snapshot, Store, Version,
};
use crate::sync::{Keys, Local};

/// What a write of the store does, once.
enum Event {
    /// Someone else wrote these just before.
    Overtaken(&'static [(&'static str, &'static str)]),
    /// It is done, and the answer is lost.
    DoneUnanswered,
    /// It is not done, and the answer is lost.
    LostUnanswered,
    /// All but this name are written.
    AllBut(&'static str),
}

/// A store in memory.
#[derive(Default)]
struct Memory {
    version: u32,
    values: BTreeMap<String, String>,
    events: Vec<Event>,
    writes: u32,
}

impl Memory {
    fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    fn apply(&mut self, changes: &Changes, except: &str) -> Stored {
        for (name, value) in changes.iter().filter(|(name, _)| *name != except) {
            match value {
                Some(value) => self.values.insert(name.clone(), value.expose().to_owned()),
                None => self.values.remove(name),
            };
        }
        self.version += 1;
        self.writes += 1;
        Stored { version: Version::new(self.version.to_string()), created: None }
    }

    fn unknown() -> StoreError {
        StoreError::Unknown { path: "memory".to_owned(), reason: "no answer".to_owned() }
    }
}

impl Store for Memory {
    fn capabilities(&mut self) -> Result<Capabilities, StoreError> {
        Ok(Capabilities { compare_and_set: true, versions: false, atomic: true })
    }

    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn read(&mut self) -> Result<Snapshot, StoreError> {
        let held =
            |(name, value): (&String, &String)| (name.clone(), Held::Text(Secret::new(value.as_str())));
        let version = Version::new(self.version.to_string());
        Ok(Snapshot { version, values: self.values.iter().map(held).collect(), ..Snapshot::empty() })
    }

    fn read_at(&mut self, version: &Version) -> Result<Snapshot, StoreError> {
        Err(StoreError::NoVersion { path: "memory".to_owned(), version: version.clone() })
    }

    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(self.values.keys().cloned().collect())
    }

    fn write(&mut self, base: &Snapshot, changes: &Changes, _: Option<&Mark>) -> Result<Stored, StoreError> {
        match self.events.pop() {
            Some(Event::Overtaken(pairs)) => {
                for (name, value) in pairs {
                    self.set(name, value);
                }
                self.version += 1;
            }
            Some(Event::DoneUnanswered) => {
                self.apply(changes, "");
                return Err(Self::unknown());
            }
            Some(Event::LostUnanswered) => return Err(Self::unknown()),
            Some(Event::AllBut(name)) => {
                self.apply(changes, name);
                let done = changes.keys().filter(|it| *it != name).cloned().collect();
                let error = StoreError::Throttled { address: "memory".to_owned() };
                return Err(StoreError::Partial {
                    done,
                    failed: vec![name.to_owned()],
                    error: Box::new(error),
                });
            }
            None => {}
        }
        if base.version.as_str() != self.version.to_string() {
            return Err(StoreError::Moved { path: "memory".to_owned() });
        }
        Ok(self.apply(changes, ""))
    }

    fn history(&mut self, _: Option<&str>) -> Result<Vec<Revision>, StoreError> {
        Ok(Vec::new())
    }

    fn examine(&mut self) -> Vec<Finding> {
        Vec::new()
    }

    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn schema(root: &std::path::Path) -> Schema {
    let path = root.join("schema.toml");
    crate::fs::write_shared(&path, b"[schema]\nname = \"s\"\n[vars.A]\n[vars.B]\n[vars.C]\n")
        .expect("writable");
    load(&Source::File { path, root: root.to_owned() }).expect("a schema")
}

/// Pushes `A=1` and `B=1` to a store that was in step at `A=0`, `B=0`, `C=0`, while these things happen, in turn.
fn pushed(events: Vec<Event>) -> (Result<Pushed, Error>, Memory) {
    let root = tempfile::tempdir().expect("a temporary directory");
    let schema = schema(root.path());
    let mut store = Memory { version: 1, ..Memory::default() };
    for name in ["A", "B", "C"] {
        store.set(name, "0");
    }
    let mut rng = Rng::test_only_seeded(1);
    let names = BTreeMap::new();
    let mut local = |a: &str, b: &str| {
        let values: Values = [("A", a), ("B", b), ("C", "0")]
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .into();
        let keys = Keys::of_working_copy(root.path(), &mut rng).expect("a key");
        Local::new("production", &values, &schema, None, keys)
    };
    let before = local("0", "0");
    let pair = Pair::new(&before, "memory", &names, root.path());
    let seen = pair.read(&mut store).expect("readable");
    let merged = seen.sides.merge(&Options::default());
    pair.remember(&seen, &seen.sides, &merged, &seen.snapshot.version).expect("writable");

    let local = local("1", "1");
    let pair = Pair::new(&local, "memory", &names, root.path());
    let seen = pair.read(&mut store).expect("readable");
    store.events = events.into_iter().rev().collect();
    let options = Options::default();
    let confirmed = ["A", "B"].map(str::to_owned).into();
    let request = Push { options: &options, confirmed, again: true };
    let mut rng = Rng::test_only_seeded(2);
    let outcome = push(&mut store, &pair, seen, &request, &mut rng, &mut |_| {});
    (outcome, store)
}

fn holds(store: &Memory) -> String {
    store.values.values().map(String::as_str).collect()
}

fn written(pushed: &Pushed) -> Vec<&str> {
    pushed.changes.iter().map(|change| change.variable.as_str()).collect()
}

#[test]
fn a_push_that_lost_only_the_race_is_planned_again_and_keeps_the_others_change() {
    let (outcome, store) = pushed(vec![Event::Overtaken(&[("C", "7")])]);
    assert_eq!(written(&outcome.expect("pushed")), ["A", "B"]);
    assert_eq!((holds(&store).as_str(), store.writes), ("117", 1));
}

#[test]
fn what_someone_else_already_wrote_alike_is_not_written_again() {
    let (outcome, store) = pushed(vec![Event::Overtaken(&[("A", "1")])]);
    assert_eq!(written(&outcome.expect("pushed")), ["B"]);
    assert_eq!(holds(&store), "110");
}

#[test]
fn the_same_variable_changed_meanwhile_is_a_conflict_and_nothing_is_written() {
    let (outcome, store) = pushed(vec![Event::Overtaken(&[("A", "7")])]);
    assert!(matches!(outcome, Err(Error::Conflict { names, .. }) if names == ["A"]));
    assert_eq!((holds(&store).as_str(), store.writes), ("700", 0));
}

#[test]
fn after_five_lost_races_it_gives_up_and_says_that_nothing_was_written() {
    let others = || Event::Overtaken(&[("C", "7")]);
    let (outcome, store) = pushed((0..4).map(|_| others()).collect());
    assert!(outcome.is_ok() && store.writes == 1);
    let (outcome, store) = pushed((0..5).map(|_| others()).collect());
    assert!(matches!(outcome, Err(Error::Store(StoreError::Moved { .. }))));
    assert_eq!(store.writes, 0);
}

#[test]
fn a_lost_answer_is_read_back_before_it_is_reported() {
    let (outcome, store) = pushed(vec![Event::DoneUnanswered]);
    let outcome = outcome.expect("pushed");
    assert_eq!(outcome.stored.map(|stored| stored.version), Some(Version::new("2")));
    assert_eq!(store.writes, 1);
    let (outcome, store) = pushed(vec![Event::LostUnanswered]);
    assert_eq!(written(&outcome.expect("pushed")), ["A", "B"]);
    assert_eq!((holds(&store).as_str(), store.writes), ("110", 1));
    let (outcome, _) = pushed((0..5).map(|_| Event::LostUnanswered).collect());
    assert!(matches!(outcome, Err(Error::Store(StoreError::Unknown { .. }))));
}

#[test]
fn what_was_written_in_part_is_told_apart_by_name() {
    let (outcome, store) = pushed(vec![Event::AllBut("B")]);
    let outcome = outcome.expect("pushed in part");
    assert_eq!(written(&outcome), ["A"]);
    assert_eq!(outcome.failed.expect("one failed").variables, ["B"]);
    assert_eq!(holds(&store), "100");
}
