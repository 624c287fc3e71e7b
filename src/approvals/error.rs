//! Why what the user has confirmed cannot be read or written.

use std::path::PathBuf;

use crate::fs;

/// What was confirmed cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// The file in which this machine remembers it is damaged.
    #[error("{} is damaged or was written by a newer envward", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The user has no home.
    #[error("there is no home directory to remember what is confirmed")]
    NoHome,
    /// `ENVWARD_ALLOW` holds something else. Not shown, since it may be a secret.
    #[error("ENVWARD_ALLOW holds something else than hashes")]
    NotHashes,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Damaged { path } => {
                Some(format!("install a newer envward, or remove {} and confirm again", path.display()))
            }
            Self::NoHome => Some("set ENVWARD_ALLOW to what `envward allow --print` prints".to_owned()),
            Self::NotHashes => Some("set it to what `envward allow --print` prints".to_owned()),
        }
    }
}
