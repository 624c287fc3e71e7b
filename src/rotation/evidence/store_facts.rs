//! What the metadata of a store says about the versions it serves. No value is read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::store::{Error, Revision, State, Store};
use crate::sync;

/// What one store says about one environment.
#[derive(Clone, Debug, Default)]
pub struct StoreFacts {
    /// The store's name in the manifest.
    pub store: String,
    /// The current version of the whole, where there is one for all names.
    pub current: Option<CurrentVersion>,
    /// The current version of each variable, where each has its own.
    pub by_variable: BTreeMap<String, CurrentVersion>,
    /// Why the store could not be asked.
    pub unreachable: Option<String>,
}

/// The version that a store serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The version, as the store spells it.
    pub version: String,
    /// When the store made it, by its clock.
    pub created: Option<Timestamp>,
    /// Who made it, where the store says so.
    pub author: Option<String>,
    /// The versions before it that are still known, newest first.
    pub older: Vec<String>,
}

impl StoreFacts {
    /// Asks a store. `names` are those that it has for variables, where they differ. One that cannot be asked is
    /// none that fails: what it would have said is missing.
    pub fn read(name: &str, names: &BTreeMap<String, String>, store: &mut dyn Store) -> Self {
        match store.history(None) {
            Ok(revisions) => Self::of(name, names, revisions),
            // It keeps no versions, and that is all there is to say.
            Err(Error::Unsupported { .. }) => Self { store: name.to_owned(), ..Self::default() },
            Err(error) => Self::failed(name, error.to_string()),
        }
    }

    /// A store that could not be asked.
    pub fn failed(name: &str, why: String) -> Self {
        Self { store: name.to_owned(), unreachable: Some(why), ..Self::default() }
    }

    /// Takes the versions of a store, newest first.
    fn of(name: &str, names: &BTreeMap<String, String>, revisions: Vec<Revision>) -> Self {
        let mut by_name: BTreeMap<Option<String>, Vec<Revision>> = BTreeMap::new();
        for revision in revisions {
            by_name.entry(revision.name.clone()).or_default().push(revision);
        }
        let mut facts = Self { store: name.to_owned(), ..Self::default() };
        for (own, revisions) in by_name {
            let Some(current) = current(revisions) else { continue };
            match own {
                None => facts.current = Some(current),
                Some(own) => {
                    if let Some(variable) = sync::variable(&own, names) {
                        facts.by_variable.insert(variable.to_owned(), current);
                    }
                }
            }
        }
        facts
    }
}

/// The version that is served, if one is.
fn current(revisions: Vec<Revision>) -> Option<CurrentVersion> {
    let mut revisions = revisions.into_iter().skip_while(|revision| !revision.is_current);
    let current = revisions.next().filter(|revision| revision.state == State::Live)?;
    let Revision { version, created, author, .. } = current;
    let older = revisions.map(|revision| revision.version.as_str().to_owned()).collect();
    Some(CurrentVersion { version: version.as_str().to_owned(), created, author, older })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Version;

    fn revision(name: Option<&str>, version: &str, is_current: bool) -> Revision {
        Revision {
            version: Version::new(version),
            name: name.map(str::to_owned),
            created: None,
            author: None,
            is_current,
            state: State::Live,
        }
    }

    #[test]
    fn the_current_version_is_the_one_that_is_served() {
        // The label of the current version was moved back to 2.
        let revisions =
            vec![revision(None, "3", false), revision(None, "2", true), revision(None, "1", false)];
        let facts = StoreFacts::of("vault", &BTreeMap::new(), revisions);
        let current = facts.current.expect("there is one");
        assert_eq!((current.version.as_str(), current.older), ("2", vec!["1".to_owned()]));
    }

    #[test]
    fn names_of_the_store_are_told_as_variables_and_what_was_deleted_is_not_served() {
        let names = [("API_KEY".to_owned(), "api".to_owned())].into();
        let mut deleted = revision(Some("B"), "B:1", true);
        deleted.state = State::Deleted;
        let facts = StoreFacts::of("aws", &names, vec![revision(Some("api"), "api:x", true), deleted]);
        assert_eq!(facts.by_variable.keys().collect::<Vec<_>>(), ["API_KEY"]);
        assert!(facts.current.is_none());
    }
}
