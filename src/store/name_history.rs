//! The versions at which one name changed.

use jiff::Timestamp;

use super::{Error, Held, Revision, State, Store, Version};

/// A version at which a name changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameRevision {
    /// The version.
    pub version: Version,
    /// When it was made, by the store's clock.
    pub created: Option<Timestamp>,
    /// Who made it, where the store says so.
    pub author: Option<String>,
    /// Whether it is what is served now.
    pub is_current: bool,
    /// What it did to the name.
    pub change: NameChange,
}

/// What a version did to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameChange {
    /// It is the oldest that can be read, and has the name.
    Oldest,
    /// The name is new in it.
    Created,
    /// The name has another value.
    Updated,
    /// The name is gone.
    Deleted,
    /// What it did cannot be told any more: it was deleted or destroyed, or nobody here may read it.
    Unreadable,
}

/// What a version has under a name.
enum Content {
    /// It cannot be read, or none was read yet.
    Unknown,
    /// Nothing.
    Absent,
    /// A value.
    Present(Held),
}

/// The versions at which a name changed, newest first, found by comparing what each version holds. Where each name
/// has versions of its own, all of them.
///
/// # Errors
/// As of [`Store::history`] and [`Store::read_at`].
pub fn name_history(store: &mut dyn Store, name: &str) -> Result<Vec<NameRevision>, Error> {
    use Content::{Absent, Present, Unknown};
    let mut found = Vec::new();
    let mut before = Unknown;
    for revision in store.history(Some(name))?.into_iter().rev() {
        let content = content(store, &revision, name)?;
        let is_own = revision.name.is_some();
        let change = match (&before, &content) {
            (_, Unknown) => Some(NameChange::Unreadable),
            (Unknown, Present(_)) => Some(NameChange::Oldest),
            (Absent, Present(_)) => Some(NameChange::Created),
            (Present(old), Present(new)) if old != new || is_own => Some(NameChange::Updated),
            (Present(_), Absent) => Some(NameChange::Deleted),
            _ => None,
        };
        found.extend(change.map(|change| entry(revision, change)));
        // What cannot be read is passed over: a change in it shows at the next one.
        if !matches!(content, Unknown) {
            before = content;
        }
    }
    found.reverse();
    Ok(found)
}

fn content(store: &mut dyn Store, revision: &Revision, name: &str) -> Result<Content, Error> {
    if revision.state != State::Live {
        return Ok(Content::Unknown);
    }
    match store.read_at(&revision.version) {
        Ok(mut snapshot) => Ok(snapshot.values.swap_remove(name).map_or(Content::Absent, Content::Present)),
        Err(Error::NoVersion { .. } | Error::Deleted { .. } | Error::Destroyed { .. }) => {
            Ok(Content::Unknown)
        }
        Err(Error::Seal(error)) if error.lacks_identity() => Ok(Content::Unknown),
        Err(error) => Err(error),
    }
}

fn entry(revision: Revision, change: NameChange) -> NameRevision {
    let Revision { version, created, author, is_current, .. } = revision;
    NameRevision { version, created, author, is_current, change }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::store::{Capabilities, Changes, Finding, Mark, Snapshot, Stored};

    /// What `A` is in each version, from 1; `!` stands for one that was destroyed, an empty text for no `A`.
    struct Versions(&'static [&'static str]);

    impl Store for Versions {
        fn history(&mut self, _name: Option<&str>) -> Result<Vec<Revision>, Error> {
            let revision = |(index, value): (usize, &&str)| Revision {
                version: Version::new((index + 1).to_string()),
                name: None,
                created: None,
                author: None,
                is_current: index + 1 == self.0.len(),
                state: if *value == "!" { State::Destroyed } else { State::Live },
            };
            Ok(self.0.iter().enumerate().map(revision).rev().collect())
        }

        fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error> {
            let index: usize = version.as_str().parse().expect("a number");
            let mut snapshot = Snapshot::empty();
            let value = self.0[index - 1];
            if !value.is_empty() {
                snapshot.values.insert("A".to_owned(), Held::Text(Secret::new(value)));
            }
            Ok(snapshot)
        }

        fn capabilities(&mut self) -> Result<Capabilities, Error> {
            unreachable!()
        }
        fn location(&self) -> String {
            unreachable!()
        }
        fn read(&mut self) -> Result<Snapshot, Error> {
            unreachable!()
        }
        fn names(&mut self) -> Result<Vec<String>, Error> {
            unreachable!()
        }
        fn write(&mut self, _: &Snapshot, _: &Changes, _: Option<&Mark>) -> Result<Stored, Error> {
            unreachable!()
        }
        fn examine(&mut self) -> Vec<Finding> {
            unreachable!()
        }
        fn close(&mut self) -> Result<(), Error> {
            unreachable!()
        }
    }

    fn changes(values: &'static [&'static str]) -> Vec<(String, NameChange)> {
        let found = name_history(&mut Versions(values), "A").expect("it can be read");
        found.into_iter().map(|it| (it.version.as_str().to_owned(), it.change)).collect()
    }

    #[test]
    fn only_versions_that_changed_the_name_are_told() {
        use NameChange::{Created, Deleted, Oldest, Unreadable, Updated};
        let of = |pairs: &[(&str, NameChange)]| -> Vec<(String, NameChange)> {
            pairs.iter().map(|&(version, change)| (version.to_owned(), change)).collect()
        };
        assert_eq!(changes(&["x", "x", "y", "y"]), of(&[("3", Updated), ("1", Oldest)]));
        assert_eq!(changes(&["", "x", "", "x"]), of(&[("4", Created), ("3", Deleted), ("2", Created)]));
        assert_eq!(
            changes(&["!", "x", "!", "x"]),
            of(&[("3", Unreadable), ("2", Oldest), ("1", Unreadable)])
        );
        assert_eq!(changes(&["", ""]), of(&[]));
    }
}
