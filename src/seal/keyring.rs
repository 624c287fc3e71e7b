//! The OS keyring: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on Windows.
//!
//! It is asked only when it is reached, since it may put a dialog before the user, and not at all when
//! `ENVWARD_KEYRING` is `off`.

use keyring::Entry;

use crate::env_vars::{self, EnvSnapshot};
use crate::secret::Secret;

const SERVICE: &str = "envward";
const USER: &str = "identity";

/// The keyring cannot be used. The library's texts are kept out, since one of its errors holds the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is none: no D-Bus session, no Secret Service.
    #[error("this machine has no OS keyring that answers")]
    Unavailable,
    /// It is locked, or the person did not unlock it.
    #[error("the OS keyring is locked")]
    Locked,
    /// What it holds under envward's name is not an identity, or there are several.
    #[error("the OS keyring holds something else under the name {SERVICE}")]
    Foreign,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            // Not something to mend: a key file does as well.
            Self::Unavailable => return None,
            Self::Locked => "unlock it and run the command again, or set ENVWARD_KEYRING=off",
            Self::Foreign => "remove the entry with the keyring's own program",
        };
        Some(hint.to_owned())
    }
}

/// Whether the user turned the keyring off.
pub fn is_off(env: &EnvSnapshot) -> bool {
    env.get(env_vars::ENVWARD_KEYRING) == Some("off")
}

/// The identities that envward stored, if it did.
pub fn load() -> Result<Option<Secret>, Error> {
    match entry()?.get_password() {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(keyring::Error::NoEntry) => Ok(None),
        Err(error) => Err(kind(&error)),
    }
}

/// Stores identities, in place of what envward stored before.
pub fn store(text: &str) -> Result<(), Error> {
    entry()?.set_password(text).map_err(|error| kind(&error))
}

fn entry() -> Result<Entry, Error> {
    Entry::new(SERVICE, USER).map_err(|error| kind(&error))
}

fn kind(error: &keyring::Error) -> Error {
    match error {
        keyring::Error::NoStorageAccess(_) => Error::Locked,
        keyring::Error::BadEncoding(_) | keyring::Error::Ambiguous(_) => Error::Foreign,
        _ => Error::Unavailable,
    }
}
