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
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Invalid { help, .. } => help.clone(),
            Self::NotFound => Some("run: envward init".to_owned()),
            Self::UnknownEnvironment { suggestion, .. } => {
                suggestion.as_ref().map(|name| format!("did you mean {name:?}?"))
            }
        }
    }
}
