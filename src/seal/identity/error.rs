//! Why nothing could be decrypted.

use super::NEW_IDENTITY;
use crate::fs;
use crate::seal::{age_file, keyring};

/// No identity opens the file. Never holds key material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was found anywhere.
    #[error("there is no identity to decrypt with{}", reasons(": ", skipped))]
    NoIdentity {
        /// What was found and could not be used.
        skipped: Vec<Skipped>,
    },
    /// Some were found, and none is a recipient of the file.
    #[error(
        "none of your identities opens it (tried {}){}",
        tried.join(", "),
        reasons("; ", skipped)
    )]
    NoneFits {
        /// How many were tried, from where.
        tried: Vec<String>,
        /// What was found and could not be used.
        skipped: Vec<Skipped>,
    },
    /// A key file cannot be read, or others can read it.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// A line is no identity.
    #[error("{origin}: line {line} is not an age identity")]
    NotAnIdentity {
        /// Where it comes from.
        origin: String,
        /// Line, from 1.
        line: usize,
    },
    /// A line is the key that others encrypt to.
    #[error("{origin}: line {line} is a public key, which cannot decrypt")]
    PublicKey {
        /// Where it comes from.
        origin: String,
        /// Line, from 1.
        line: usize,
    },
    /// The key itself was given where its file belongs.
    #[error("this is a private key, and not the path of a file")]
    KeyAsPath,
    /// There is no identity in it.
    #[error("{origin} holds no identity")]
    Empty {
        /// Where it comes from.
        origin: String,
    },
    /// An SSH key that age cannot use: hardware, another kind, an old format.
    #[error("{origin} is an SSH key that cannot decrypt; ssh-ed25519 and ssh-rsa can")]
    SshKind {
        /// Where it comes from.
        origin: String,
    },
    /// A passphrase was needed and not given.
    #[error("{origin} is protected by a passphrase, and none was given")]
    Locked {
        /// Where it comes from.
        origin: String,
    },
    /// A key file or SSH key did not open.
    #[error("{origin}: {source}")]
    Unlock {
        /// Where it comes from.
        origin: String,
        /// Why not.
        source: age_file::Error,
    },
    /// What is to be decrypted is not an age file, or was changed.
    #[error("the encrypted key: {0}")]
    Sealed(#[source] age_file::Error),
    /// A new identity would overwrite a key file.
    #[error("there is an identity in {path} already; it is not overwritten")]
    KeyFileExists {
        /// The key file.
        path: String,
    },
    /// A new identity would overwrite the one in the OS keyring.
    #[error("there is an identity in the OS keyring already; it is not overwritten")]
    InKeyring,
    /// There is neither a keyring nor a home directory to keep an identity in.
    #[error("there is no OS keyring and no home directory to keep an identity in")]
    NoHome,
    /// The OS keyring.
    #[error(transparent)]
    Keyring(#[from] keyring::Error),
}

/// A source of identities that exists and could not be used.
#[derive(Debug)]
pub struct Skipped {
    /// Why it was not used; names it.
    pub reason: String,
    /// What to do about that.
    pub hint: Option<String>,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        if let Self::NoIdentity { skipped } | Self::NoneFits { skipped, .. } = self
            && let Some(hint) = skipped.iter().find_map(|skipped| skipped.hint.clone())
        {
            return Some(hint);
        }
        let hint = match self {
            Self::NoIdentity { .. } => {
                format!("run `{NEW_IDENTITY}`, or name a key file with --identity or ENVWARD_IDENTITY")
            }
            Self::NoneFits { .. } => "send what `envward identity show` prints to someone who can open it, \
                                      for `envward recipients add`"
                .to_owned(),
            Self::File(error) => return error.hint(),
            Self::NotAnIdentity { .. } | Self::PublicKey { .. } | Self::Empty { .. } => {
                "an identity is a line that starts with AGE-SECRET-KEY-1".to_owned()
            }
            Self::KeyFileExists { .. } | Self::InKeyring => {
                "`envward identity show` prints its public key".to_owned()
            }
            Self::KeyAsPath => {
                "other users can see arguments: give it in a file, or in ENVWARD_IDENTITY".to_owned()
            }
            Self::NoHome => "set HOME, or name a key file with ENVWARD_IDENTITY".to_owned(),
            Self::SshKind { .. } => format!("run `{NEW_IDENTITY}`"),
            Self::Keyring(error) => return error.hint(),
            Self::Locked { .. } | Self::Unlock { .. } | Self::Sealed(_) => return None,
        };
        Some(hint)
    }
}

/// Why sources were not used, after an introduction; nothing if there are none.
pub(in crate::seal) fn reasons(introduction: &str, skipped: &[Skipped]) -> String {
    let reasons: Vec<&str> = skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    if reasons.is_empty() { String::new() } else { format!("{introduction}{}", reasons.join(", ")) }
}
