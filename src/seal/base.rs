//! The base `.envward/base/ENV.json`: what the env file and the sealed file of this working copy last had in
//! common, as fingerprints.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::fs;
use crate::ledger::Fingerprints;

const VERSION: u32 = 1;

/// What the two files last had in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    version: u32,
    /// Generation of the sealed file that this working copy last saw.
    pub generation: u64,
    /// Number of the project key that the fingerprints are under.
    pub key: u32,
    /// The fingerprints by name.
    pub fingerprints: Fingerprints,
}

impl Base {
    /// A base to write.
    pub fn new(generation: u64, key: u32, fingerprints: Fingerprints) -> Self {
        Self { version: VERSION, generation, key, fingerprints }
    }

    /// Where the base of an environment lies.
    pub fn path(root: &Path, environment: &str) -> PathBuf {
        root.join(".envward").join("base").join(format!("{environment}.json"))
    }

    /// Reads the base; `None` if there is none yet.
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
    pub fn write(&self, path: &Path, before: Option<&Self>) -> Result<(), Error> {
        if before == Some(self) {
            return Ok(());
        }
        Ok(fs::write_state(path, self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_reads_back_and_a_damaged_one_is_an_error() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = Base::path(directory.path(), "production");
        assert_eq!(Base::read(&path).ok(), Some(None));
        let base = Base::new(3, 1, [("A".to_owned(), "0".repeat(32))].into());
        base.write(&path, None).expect("writable");
        assert_eq!(Base::read(&path).ok(), Some(Some(base.clone())));

        let newer = Base { version: 2, ..base };
        newer.write(&path, None).expect("writable");
        assert!(matches!(Base::read(&path), Err(Error::State { .. })));
    }
}
