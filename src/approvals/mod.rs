//! Approvals: what a manifest names and the user has confirmed: addresses of stores, where to log in there and as
//! what, commands, recipient plugins.
//!
//! A manifest comes from a repository, and whoever can change the repository could have credentials sent to a server
//! of his own, or have a command run. So each such thing is a [`Claim`], which counts after the user has confirmed
//! it once, as it is then.

use std::path::Path;

use crate::env_vars::EnvSnapshot;
use crate::secret::Secret;

/// What a manifest claims and a user confirms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// What kind of thing it is.
    pub kind: ClaimKind,
    /// The thing itself, as it is shown and compared: an address, `auth/jwt as deploy`, a command line.
    pub text: String,
    /// The SHA-256 of what it stands for, where that can change under the same text: the script that a command
    /// runs.
    pub content: Option<String>,
}

/// What kind of thing a manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// Where a store is.
    StoreAddress,
    /// Where to log in to a store and as what.
    StoreLogin,
    /// A program that is run.
    Command,
    /// An age plugin of a recipient.
    Plugin,
}

/// What the user has confirmed for a project: on this machine, or through `ENVWARD_ALLOW`.
pub struct Approvals {
    _private: Secret,
}

impl Approvals {
    /// Reads what was confirmed for the project at `root`.
    pub fn read(_root: &Path, _state_dir: Option<&Path>, _env: &EnvSnapshot) -> Result<Self, Error> {
        todo!()
    }

    /// Whether the user has confirmed the claim as it is now.
    pub fn covers(&self, _claim: &Claim) -> bool {
        todo!()
    }

    /// Remembers claims as confirmed, on this machine.
    pub fn confirm(&mut self, _claims: &[Claim]) -> Result<(), Error> {
        todo!()
    }
}

/// What was confirmed cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] crate::fs::Error),
}
