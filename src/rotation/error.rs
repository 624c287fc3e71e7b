//! Why something about rotation failed.

use std::path::PathBuf;

use super::drivers;
use crate::ui::escape;
use crate::{fs, git, ledger, seal};

/// Names with commas between them.
fn escaped(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}

/// Something about rotation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// git is missing or failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A sealed file or a project key cannot be used.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// A step of a rotation failed.
    #[error("{variable} was not rotated: {error}")]
    Driver {
        /// The variable.
        variable: String,
        /// What happened.
        #[source]
        error: drivers::Error,
    },
    /// The previous value was not ended.
    #[error("the previous value of {variable} was not ended: {error}")]
    NotEnded {
        /// The variable.
        variable: String,
        /// What happened.
        #[source]
        error: drivers::Error,
    },
    /// The target did not get the previous value again.
    #[error("the rotation of {variable} was not taken back: {error}")]
    NotTakenBack {
        /// The variable.
        variable: String,
        /// What happened.
        #[source]
        error: drivers::Error,
    },
    /// Another process rotates variables of the environment.
    #[error("another envward process is rotating variables of environment {environment}")]
    Busy {
        /// The environment.
        environment: String,
    },
    /// A rotation that is recorded is not taken back.
    #[error("{variable} is rotated already: the ledger says so")]
    Recorded {
        /// The variable.
        variable: String,
    },
    /// A rotation whose previous value may have been ended is not taken back.
    #[error("the rotation of {variable} cannot be taken back: its previous value may have been ended")]
    NoWayBack {
        /// The variable.
        variable: String,
    },
    /// The env file has changes that are not sealed, and would be lost.
    #[error("the env file has a change of {} that is not sealed, and that would be lost", escaped(names))]
    Unsealed {
        /// The variables.
        names: Vec<String>,
    },
    /// Someone else gave variables of a rotation that was stopped other values.
    #[error("{} got another value meanwhile, neither the previous nor the new one", escaped(names))]
    Foreign {
        /// The variables.
        names: Vec<String>,
    },
    /// A store took a part of what was to be written.
    #[error("store {store} has a part of the new values only")]
    Partial {
        /// The store's name in the manifest.
        store: String,
    },
    /// The journal of a rotation is not to be believed.
    #[error("{} is damaged, or was written by someone else or a newer envward", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
    },
    /// A policy cannot be met or makes no sense.
    #[error("{message}")]
    Policy {
        /// What is wrong with it, with the names of class, variable or environment.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
}

impl Error {
    /// A policy that cannot be met, and what to write instead.
    pub(super) fn policy(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Policy { message: message.into(), help: Some(help.into()) }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Ledger(error) => error.hint(),
            Self::Git(error) => error.hint(),
            Self::Seal(error) => error.hint(),
            Self::Driver { error, .. } | Self::NotEnded { error, .. } | Self::NotTakenBack { error, .. } => {
                error.hint()
            }
            Self::Busy { .. } => Some("wait for it to end".to_owned()),
            Self::Recorded { variable } => {
                Some(format!("finish it with: envward rotate {variable} --resume; or rotate it once more"))
            }
            Self::NoWayBack { variable } => Some(format!("go on with: envward rotate {variable} --resume")),
            Self::Unsealed { names } => Some(format!(
                "take it over with: envward seal; or drop it with: envward unseal --take sealed {}",
                names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(" ")
            )),
            Self::Foreign { .. } | Self::Partial { .. } => None,
            Self::Journal { .. } => Some(
                "see which value works, put it in place with: envward set; then remove the file".to_owned(),
            ),
            Self::Policy { help, .. } => help.clone(),
        }
    }
}
