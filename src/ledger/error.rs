//! What can be wrong with a ledger.

use crate::fs;

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// A line is not an entry.
    #[error("line {line} of the ledger is not an entry")]
    Malformed {
        /// The line, from 1.
        line: usize,
    },
    /// Git left both sides of a merge in it.
    #[error("line {line} of the ledger is a mark of a merge conflict")]
    Conflict {
        /// The line, from 1.
        line: usize,
    },
    /// A line was changed after it was written.
    #[error("line {line} of the ledger was changed after it was written")]
    Altered {
        /// The line, from 1.
        line: usize,
    },
    /// A line was written by a newer envward.
    #[error("line {line} of the ledger has version {version}, which this envward does not know")]
    Newer {
        /// The line, from 1.
        line: usize,
        /// Its version.
        version: u64,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Malformed { .. } | Self::Altered { .. } => {
                Some(format!("take the line back from git: git checkout -- {}", super::FILE_NAME))
            }
            Self::Conflict { .. } => Some(format!(
                "remove the marks and keep the lines of both sides; with `{}` in .gitattributes git does that",
                super::GIT_ATTRIBUTE
            )),
            Self::Newer { .. } => Some("install a newer envward".to_owned()),
        }
    }
}
