//! What an environment and a store last had in common: `.envward/sync/ENV/STORE.json`, which a sync of this working
//! copy left, or else the store's mark.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::names::variables;
use super::{Error, Local, mark};
use crate::fs;
use crate::ledger::{Fingerprints, fingerprints};
use crate::store::{self, Snapshot, Store};

const VERSION: u32 = 1;

/// What the two sides last had in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    version: u32,
    /// Generation of the sealed file then; 0 without one.
    pub generation: u64,
    /// Where the store was: a base says nothing about another place.
    pub location: String,
    /// The store's version then.
    pub store_version: String,
    /// Number of the key that the fingerprints are under.
    pub key: u32,
    /// The fingerprints by variable.
    pub fingerprints: Fingerprints,
}

impl Base {
    /// A base to write.
    pub fn new(
        generation: u64,
        location: String,
        store_version: String,
        key: u32,
        fingerprints: Fingerprints,
    ) -> Self {
        Self { version: VERSION, generation, location, store_version, key, fingerprints }
    }

    /// Where the base of an environment and a store lies.
    pub fn path(root: &Path, environment: &str, store: &str) -> PathBuf {
        root.join(".envward/sync").join(environment).join(format!("{store}.json"))
    }

    /// Reads a base; `None` if there is none yet.
    ///
    /// # Errors
    /// It is damaged or was written by a newer envward.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let Some(bytes) = fs::read_if_exists(path)? else { return Ok(None) };
        let unusable = || Error::State { path: path.to_owned() };
        let base: Self = serde_json::from_slice(&bytes).map_err(|_| unusable())?;
        if base.version == VERSION { Ok(Some(base)) } else { Err(unusable()) }
    }

    /// Writes the base, if it is another one than `before`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path, before: Option<&Self>) -> Result<(), Error> {
        if before == Some(self) {
            return Ok(());
        }
        Ok(fs::write_state(path, self)?)
    }

    /// The base that holds for a snapshot: the one that this working copy kept, or the store's mark if that is newer.
    /// A store that holds nothing has nothing in common with anything.
    pub(super) fn find(
        kept: Option<Self>,
        local: &Local<'_>,
        names: &std::collections::BTreeMap<String, String>,
        snapshot: &Snapshot,
        store: &mut dyn Store,
    ) -> Result<Option<Self>, Error> {
        if snapshot.version.is_none() {
            return Ok(None);
        }
        let location = store.location();
        let kept = kept.filter(|base| base.location == location && local.keys.number(base.key).is_some());
        let (Some((version, mark)), Some(opened)) = (&snapshot.mark, local.opened) else { return Ok(kept) };
        if kept.as_ref().is_some_and(|base| base.generation >= mark.generation)
            || !opened.descends_from(&mark.sealed)?
        {
            return Ok(kept);
        }
        let older;
        let marked = if *version == snapshot.version {
            snapshot
        } else {
            match store.read_at(version) {
                Ok(read) => {
                    older = read;
                    &older
                }
                Err(error) if is_gone(&error) => return Ok(kept),
                Err(error) => return Err(error.into()),
            }
        };
        let agrees = |key| mark::agrees(mark, key, local.environment, &marked.values);
        if !local.keys.iter().any(|(_, key)| agrees(key)) {
            return Ok(kept);
        }
        let (number, key) = local.keys.current();
        let values = variables(marked, names, local.schema).values;
        let prints = fingerprints(key, local.environment, &values);
        Ok(Some(Self::new(mark.generation, location, version.as_str().to_owned(), number, prints)))
    }
}

/// Whether the version is not kept any more, so that it tells nothing.
fn is_gone(error: &store::Error) -> bool {
    use store::Error::{Deleted, Destroyed, NoVersion, Unsupported};
    matches!(error, NoVersion { .. } | Deleted { .. } | Destroyed { .. } | Unsupported { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_reads_back_and_one_of_a_newer_envward_is_an_error() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = Base::path(directory.path(), "production", "vault");
        assert!(path.ends_with(".envward/sync/production/vault.json"));
        assert_eq!(Base::read(&path).ok(), Some(None));
        let prints = [("A".to_owned(), "0".repeat(32))].into();
        let base = Base::new(3, "there".to_owned(), "7".to_owned(), 1, prints);
        base.write(&path, None).expect("writable");
        assert_eq!(Base::read(&path).ok(), Some(Some(base.clone())));

        Base { version: 2, ..base }.write(&path, None).expect("writable");
        assert!(matches!(Base::read(&path), Err(Error::State { .. })));
    }
}
