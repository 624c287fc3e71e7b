//! The versions of one file over all branches, and which came after which.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use jiff::Timestamp;

use super::{Error, Git};

/// A commit that made another version of a file, or removed it, or merged versions of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVersion {
    /// Its full hash.
    pub commit: String,
    /// When its author made it, as the author says.
    pub at: Timestamp,
    /// The commits with the versions before.
    pub before: Vec<String>,
}

impl Git {
    /// Every version of a file, by its absolute path, on every branch, newer ones before those they came from.
    ///
    /// # Errors
    /// git fails.
    pub fn versions(&self, path: &Path) -> Result<Vec<FileVersion>, Error> {
        // With `--parents` the parents are those among the commits that are listed.
        let mut arguments: Vec<&OsStr> =
            ["log", "--all", "--full-history", "--parents", "--topo-order", "--format=%H %at %P", "--"]
                .map(OsStr::new)
                .to_vec();
        arguments.push(path.as_os_str());
        Ok(self.text(arguments)?.lines().filter_map(version).collect())
    }

    /// The commits that branches end in, also those of other repositories.
    ///
    /// # Errors
    /// git fails.
    pub fn tips(&self) -> Result<Vec<String>, Error> {
        let text = self.text(["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"])?;
        let tips: BTreeSet<&str> = text.lines().collect();
        Ok(tips.into_iter().map(str::to_owned).collect())
    }
}

fn version(line: &str) -> Option<FileVersion> {
    let mut words = line.split_ascii_whitespace();
    let commit = words.next()?.to_owned();
    let at = Timestamp::from_second(words.next()?.parse().ok()?).ok()?;
    Some(FileVersion { commit, at, before: words.map(str::to_owned).collect() })
}
