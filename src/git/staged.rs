//! What the next commit would take.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Error, Git};

impl Git {
    /// The same, on another index than the repository's: while git commits, that is the one of the commit.
    #[must_use]
    pub fn on_index(mut self, index: Option<OsString>) -> Self {
        self.index = index;
        self
    }

    /// The files that the next commit adds or changes, by their absolute paths, sorted.
    ///
    /// # Errors
    /// git fails.
    pub fn staged(&self) -> Result<Vec<PathBuf>, Error> {
        self.paths(&["--cached", "--diff-filter=ACMT"])
    }

    /// The files that the next commit removes, by their absolute paths, sorted.
    ///
    /// # Errors
    /// git fails.
    pub fn staged_removed(&self) -> Result<Vec<PathBuf>, Error> {
        self.paths(&["--cached", "--diff-filter=D"])
    }

    /// The files whose merge nobody has decided, by their absolute paths, sorted.
    ///
    /// # Errors
    /// git fails.
    pub fn unmerged(&self) -> Result<Vec<PathBuf>, Error> {
        self.paths(&["--diff-filter=U"])
    }

    /// The paths that `git diff` names.
    fn paths(&self, options: &[&str]) -> Result<Vec<PathBuf>, Error> {
        let text = self.text(["diff", "--name-only", "--no-renames", "-z"].iter().chain(options))?;
        let root = self.root()?;
        Ok(text.split('\0').filter(|path| !path.is_empty()).map(|path| root.join(path)).collect())
    }

    /// A file as the next commit would have it; `None` if it is not in the index.
    ///
    /// # Errors
    /// git fails.
    pub fn staged_content(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        self.show_file(":0", path)
    }
}
