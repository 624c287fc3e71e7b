//! An env file that cannot be used, for callers that know its path.

use std::path::PathBuf;

use super::Problems;
use crate::fs;
use crate::ui;

/// An env file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file itself.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// What it says.
    #[error("{}:{problems}", ui::escape(&path.display().to_string()))]
    Invalid {
        /// The env file.
        path: PathBuf,
        /// What is wrong with it.
        problems: Problems,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Invalid { problems, .. } => problems.help().map(str::to_owned),
        }
    }
}
