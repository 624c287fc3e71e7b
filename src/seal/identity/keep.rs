//! Making an identity, and keeping it where later commands look for it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::source::shown;
use super::{Error, key_file};
use crate::context::Context;
use crate::fs;
use crate::generate::age;
use crate::generate::{self, Kind as _};
use crate::seal::keyring;
use crate::secret::Secret;

/// Where an identity was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The OS keyring.
    Keyring,
    /// A key file with mode 0600, where there is no keyring that answers.
    File(PathBuf),
}

/// Makes an age identity: the private key, and the public one.
pub fn new_identity(context: &mut Context) -> Result<(Secret, String), generate::Error> {
    let now = context.clock.now();
    let made = age::Options::default().make(&mut context.rng, now)?;
    Ok((made.secret, made.public.unwrap_or_default()))
}

/// Keeps an identity in the OS keyring or, where there is none or the user turned it off, in a key file of the
/// user's configuration directory.
///
/// # Errors
/// There is an identity in one of the two already: it may be the only key to something and is never
/// overwritten. The keyring is locked; there is no home.
pub fn keep(secret: &Secret, public: &str, context: &Context) -> Result<Kept, Error> {
    let path = key_file(context);
    if let Some(path) = path.as_ref().filter(|path| fs::exists(path)) {
        return Err(Error::KeyFileExists { path: shown(path) });
    }
    if !keyring::is_off(&context.env) {
        match keyring::load() {
            Ok(None) => {
                keyring::store(secret.expose())?;
                return Ok(Kept::Keyring);
            }
            Ok(Some(_)) => return Err(Error::InKeyring),
            Err(keyring::Error::Unavailable) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let path = path.ok_or(Error::NoHome)?;
    write_key_file(&path, secret, public, context.clock.now())?;
    Ok(Kept::File(path))
}

/// A key file as `age-keygen` writes it.
fn write_key_file(path: &Path, secret: &Secret, public: &str, now: Timestamp) -> Result<(), Error> {
    if fs::exists(path) {
        return Err(Error::KeyFileExists { path: shown(path) });
    }
    if let Some(directory) = path.parent() {
        fs::create_private_dir(directory)?;
    }
    let comments = format!("# created: {now:.0}\n# public key: {public}\n");
    // With its final capacity, so that no shorter copy stays behind in memory.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(comments.len() + secret.len() + 1));
    text.push_str(&comments);
    text.push_str(secret.expose());
    text.push('\n');
    Ok(fs::write_private(path, text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_and_never_overwritten() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("envward/keys.txt");
        let secret = Secret::new("AGE-SECRET-KEY-1XX");
        write_key_file(&path, &secret, "age1xx", Timestamp::UNIX_EPOCH).expect("it is written");
        let text = "# created: 1970-01-01T00:00:00Z\n# public key: age1xx\nAGE-SECRET-KEY-1XX\n";
        assert_eq!(*fs::read_text(&path).expect("it is there"), text);
        assert_eq!(fs::mode(&path), Some(0o600));
        let again = write_key_file(&path, &secret, "age1yy", Timestamp::UNIX_EPOCH);
        assert!(matches!(again, Err(Error::KeyFileExists { .. })));
        assert_eq!(*fs::read_text(&path).expect("it is there"), text);
    }
}
