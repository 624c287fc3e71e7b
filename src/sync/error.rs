//! What can go wrong with a sync, besides the store itself.

use std::path::PathBuf;

use crate::ui::escape;
use crate::{fs, rng, seal, store};

/// A sync was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The same variables were changed on both sides.
    #[error("changed here and in store {store}: {}; nothing was written", escaped(names))]
    Conflict {
        /// The store's name.
        store: String,
        /// The variables.
        names: Vec<String>,
    },
    /// What this working copy remembers of its syncs cannot be read.
    #[error("{} is damaged, or was written by a newer envward", path.display())]
    State {
        /// The file.
        path: PathBuf,
    },
    /// A file is not a saved plan, or one that was changed, or of another project.
    #[error("{} {problem}", path.display())]
    NotAPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, as the end of a sentence.
        problem: &'static str,
    },
    /// One side is not any more what a saved plan was made for.
    #[error("{what} changed since the plan was made; nothing was written to store {store}")]
    Outdated {
        /// The store's name.
        store: String,
        /// The side.
        what: &'static str,
    },
    /// The store did not do what it was asked to.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The sealed file, or the ledger.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// A file of this working copy.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
}

fn escaped(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// The next step.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Conflict { .. } => Some("decide with --take local NAME… or --take store NAME…".to_owned()),
            Self::State { path } => {
                let path = escape(&path.display().to_string()).into_owned();
                Some(format!("remove {path}: what differs then needs --take local or --take store once"))
            }
            Self::NotAPlan { .. } | Self::Outdated { .. } => {
                Some("make a new plan with: envward diff --out FILE".to_owned())
            }
            Self::Store(error) => error.hint(),
            Self::Seal(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Random(_) => None,
        }
    }
}
