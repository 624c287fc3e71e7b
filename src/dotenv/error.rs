//! An env file that cannot be used, for callers that know its path.

use std::path::PathBuf;

use super::{Problems, Unportable};
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
    /// A value that the file cannot carry to everyone who reads it; nothing was written.
    #[error("{name} was not written: {reason}")]
    Unportable {
        /// The variable.
        name: String,
        /// Why not.
        reason: Unportable,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Invalid { problems, .. } => problems.help().map(str::to_owned),
            Self::Unportable { reason: Unportable::BadName, .. } => {
                Some("use letters, digits and _, and do not start with a digit".to_owned())
            }
            Self::Unportable { .. } => Some(
                "seal the environment and set it there, store it as base64, or choose a value of letters, digits \
                 and - _ ."
                    .to_owned(),
            ),
        }
    }
}
