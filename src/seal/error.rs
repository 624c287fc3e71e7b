//! What can be wrong with a sealed file, its keys or its seal.

use std::path::PathBuf;

use crate::fs;

/// A sealed file cannot be opened, is not to be believed, or cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// There is no sealed file.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The sealed file.
        path: PathBuf,
    },
    /// The same variables were changed by someone else; nothing was written.
    #[error("changed on both sides: {}", names.join(", "))]
    Conflict {
        /// The variables.
        names: Vec<String>,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Missing { .. } => Some("run: envward seal".to_owned()),
            Self::Conflict { .. } => Some("decide with --take env or --take sealed".to_owned()),
        }
    }
}
