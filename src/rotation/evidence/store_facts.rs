//! What the metadata of a store says about the versions it serves. No value is read.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::join::day;
use crate::rotation::{Finding, FindingCode};
use crate::store::{Error, Revision, State, Store};
use crate::sync;
use crate::ui::escape;

/// How long after a version a push may leave its mark beside it.
const MARK: SignedDuration = SignedDuration::from_mins(10);

/// What one store says about one environment.
#[derive(Clone, Debug, Default)]
pub struct StoreFacts {
    /// The store's name in the manifest.
    pub store: String,
    /// The current version of the whole, where there is one for all names.
    pub current: Option<CurrentVersion>,
    /// The current version of each variable, where each has its own.
    pub by_variable: BTreeMap<String, CurrentVersion>,
    /// When anything about it was last written, also what is kept beside the values.
    pub touched: Option<Timestamp>,
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
            // A login that may not ask for this may know the versions all the same.
            Ok(revisions) => {
                Self { touched: store.touched().ok().flatten(), ..Self::of(name, names, revisions) }
            }
            // It keeps no versions, and that is all there is to say.
            Err(Error::Unsupported { .. }) => Self { store: name.to_owned(), ..Self::default() },
            Err(error) => Self::failed(name, error.to_string()),
        }
    }

    /// A store that could not be asked.
    pub fn failed(name: &str, why: String) -> Self {
        Self { store: name.to_owned(), unreachable: Some(why), ..Self::default() }
    }

    /// What is wrong with the store as a whole: that it could not be asked, or was written without a new version, such
    /// as a tag, which other tools may take for a rotation.
    pub fn finding(&self) -> Option<Finding> {
        let store = escape(&self.store);
        if let Some(why) = &self.unreachable {
            let message = format!("store {store} could not be asked: {why}");
            return Some(Finding { code: FindingCode::StoreUnreachable, message });
        }
        let CurrentVersion { version, created, .. } = self.current.as_ref()?;
        let created = (*created)?;
        let touched = self.touched.filter(|touched| *touched > created + MARK)?;
        let message = format!(
            "store {store} was written on {} without a new version: what it serves is version {} of {}",
            day(touched),
            escape(version),
            day(created)
        );
        Some(Finding { code: FindingCode::SameValue, message })
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
    fn a_write_beside_the_values_is_told() {
        let at = |time: &str| -> Timestamp { time.parse().expect("a time") };
        let mut served = revision(None, "3", true);
        served.created = Some(at("2026-01-01T12:00:00Z"));
        let mut facts = StoreFacts::of("vault", &BTreeMap::new(), vec![served]);
        // The mark of the push.
        facts.touched = Some(at("2026-01-01T12:00:05Z"));
        assert_eq!(facts.finding(), None);
        facts.touched = Some(at("2026-03-01T12:00:00Z"));
        let message = "store vault was written on 2026-03-01 without a new version: what it serves is version 3 of \
                       2026-01-01";
        assert_eq!(
            facts.finding(),
            Some(Finding { code: FindingCode::SameValue, message: message.to_owned() })
        );
        let failed =
            StoreFacts::failed("aws", "it is gone".to_owned()).finding().map(|finding| finding.message);
        assert_eq!(failed.as_deref(), Some("store aws could not be asked: it is gone"));
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
