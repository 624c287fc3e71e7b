//! Why a file cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// What went wrong with a file. Never holds the file's content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: "read", "write", "lock", …
        action: &'static str,
        /// The file it was tried on.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The file is over [`super::MAX_FILE`].
    #[error("{} is larger than 16 MiB", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not UTF-8.
    #[error("{} is not valid UTF-8 (first bad byte at offset {offset})", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Offset of the first bad byte, from 0.
        offset: usize,
    },
    /// A plaintext target is a symbolic link, so the write could land somewhere else.
    #[error("{} is a symbolic link; secrets are not written through links", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// The target exists and is not a regular file.
    #[error("{} is not a regular file", path.display())]
    NotRegular {
        /// The target.
        path: PathBuf,
    },
    /// An existing plaintext target can be read by others.
    #[error("{} can be read by other users (mode {mode:03o})", path.display())]
    WorldReadable {
        /// The target.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another program wrote the file between reading and writing.
    #[error("{} was changed by another program; nothing was written over it", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the lock.
    #[error("another envward process is changing {}", path.display())]
    Locked {
        /// What the lock protects.
        path: PathBuf,
    },
}

impl Error {
    /// What to do next, where there is something better than the message itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::WorldReadable { path, .. } => Some(format!("run: chmod 600 {}", path.display())),
            Self::Symlink { .. } => Some("name the file that the link points to".to_owned()),
            Self::Changed { .. } => Some("run the command again".to_owned()),
            Self::Locked { .. } => Some("wait for it to end and run the command again".to_owned()),
            Self::TooLarge { .. } => Some("is this the right file?".to_owned()),
            _ => None,
        }
    }

    /// Whether the file was simply not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
