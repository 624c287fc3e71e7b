//! What can be wrong with a sealed file, its keys or its seal.

use std::path::PathBuf;

use super::{age_file, identity, keyring, recipients, sops};
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
    /// A file in SOPS format cannot be read or written.
    #[error(transparent)]
    Sops(#[from] sops::Error),
    /// A file in age format does not open.
    #[error(transparent)]
    AgeFile(#[from] age_file::Error),
    /// No identity opens it.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// A recipient cannot be used.
    #[error(transparent)]
    Recipient(#[from] recipients::Error),
    /// The OS keyring cannot be used.
    #[error(transparent)]
    Keyring(#[from] keyring::Error),
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Missing { .. } => Some("run: envward seal".to_owned()),
            Self::Conflict { .. } => Some("decide with --take env or --take sealed".to_owned()),
            Self::Sops(error) => error.hint(),
            Self::AgeFile(_) => None,
            Self::Identity(error) => error.hint(),
            Self::Recipient(error) => error.hint(),
            Self::Keyring(error) => error.hint(),
        }
    }
}
