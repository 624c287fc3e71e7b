//! What can be wrong with a manifest.

use std::path::PathBuf;

use crate::fs;

/// A manifest cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// It is not what a manifest must be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// What is wrong; holds none of the file's text but names.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// No manifest was found.
    #[error("no envward.toml here or above")]
    NotFound,
    /// The manifest has no environment of that name.
    #[error("the manifest has no environment {name:?}")]
    UnknownEnvironment {
        /// The name that was asked for.
        name: String,
        /// The closest one it has.
        suggestion: Option<String>,
        /// All it has.
        known: Vec<String>,
    },
    /// No environment was named, and the manifest has no default.
    #[error("no environment was named, and the manifest has no default")]
    NoEnvironment,
    /// The manifest asks for a newer envward.
    #[error("{} needs envward {needed} or newer, and this is {}", path.display(), env!("CARGO_PKG_VERSION"))]
    TooOld {
        /// The manifest.
        path: PathBuf,
        /// Its `min_version`.
        needed: String,
    },
    /// The manifest belongs to somebody who owns neither its directory nor this process.
    #[error("{} belongs to another user than its directory", path.display())]
    ForeignOwner {
        /// The manifest.
        path: PathBuf,
    },
    /// A path of the manifest leads out of the project through a symbolic link.
    #[error("{} leads out of the project through a symbolic link", path.display())]
    Outside {
        /// The path.
        path: PathBuf,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Invalid { help, .. } => help.clone(),
            Self::NotFound => Some("run: envward init".to_owned()),
            Self::UnknownEnvironment { suggestion: Some(name), .. } => {
                Some(format!("did you mean {name:?}?"))
            }
            Self::UnknownEnvironment { known, .. } => Some(format!("it has: {}", known.join(", "))),
            Self::NoEnvironment => {
                Some("give -e NAME, or set `default` under [project] in envward.toml".to_owned())
            }
            Self::TooOld { .. } => Some("install a newer envward".to_owned()),
            Self::ForeignOwner { .. } => {
                Some("look at what it says before you trust it, then chown it".to_owned())
            }
            Self::Outside { .. } => Some("keep the files of an environment inside the project".to_owned()),
        }
    }
}
