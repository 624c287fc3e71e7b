//! The keys that the fingerprints of a sync can be under.

use std::path::Path;

use zeroize::Zeroizing;

use super::Error;
use crate::fs::{self, Lock};
use crate::rng::Rng;
use crate::seal::Opened;
use crate::secret::Key;

/// The number of the working copy's own key; project keys count from 1.
const OWN: u32 = 0;

/// Keys by number, the present one first.
pub struct Keys(Vec<(u32, Key)>);

impl Keys {
    /// The project keys of a sealed file, and after them the working copy's own, which is what an environment has
    /// before its first seal.
    ///
    /// # Errors
    /// The working copy's own key cannot be read.
    pub fn of_sealed(opened: &Opened, root: &Path) -> Result<Self, Error> {
        let mut keys = opened.project_keys();
        keys.extend(read(root)?.map(|key| (OWN, key)));
        Ok(Self(keys))
    }

    /// The working copy's own key, made if there is none yet: an environment without a sealed file has no project
    /// key.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn of_working_copy(root: &Path, rng: &mut Rng) -> Result<Self, Error> {
        if let Some(key) = read(root)? {
            return Ok(Self(vec![(OWN, key)]));
        }
        let _lock = Lock::acquire(&root.join(".envward/sync.lock"))?;
        let key = match read(root)? {
            Some(key) => key,
            None => create(root, rng)?,
        };
        Ok(Self(vec![(OWN, key)]))
    }

    /// The present key and its number.
    pub fn current(&self) -> (u32, &Key) {
        let (number, key) = self.0.first().expect("a sealed file of a project has a project key");
        (*number, key)
    }

    /// The key of that number.
    pub fn number(&self, number: u32) -> Option<&Key> {
        self.iter().find(|(known, _)| *known == number).map(|(_, key)| key)
    }

    /// Every key, the present one first.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Key)> {
        self.0.iter().map(|(number, key)| (*number, key))
    }
}

fn path(root: &Path) -> std::path::PathBuf {
    root.join(".envward/sync/key")
}

fn read(root: &Path) -> Result<Option<Key>, Error> {
    let path = path(root);
    let Some(text) = fs::read_if_exists(&path)? else { return Ok(None) };
    let mut bytes = Zeroizing::new([0_u8; 32]);
    let digits = text.strip_suffix(b"\n").unwrap_or(&text);
    match hex::decode_to_slice(digits, bytes.as_mut_slice()) {
        Ok(()) => Ok(Some(Key::new(*bytes))),
        Err(_) => Err(Error::State { path }),
    }
}

fn create(root: &Path, rng: &mut Rng) -> Result<Key, Error> {
    let key = Key::new(rng.bytes()?);
    let mut text = Zeroizing::new(hex::encode(key.expose()));
    text.reserve_exact(1);
    text.push('\n');
    fs::create_private_dir(&root.join(".envward/sync"))?;
    fs::write_private(&path(root), text.as_bytes())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_copys_key_stays_the_same_and_a_damaged_one_is_an_error() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let mut rng = Rng::test_only_seeded(1);
        let first = Keys::of_working_copy(root.path(), &mut rng).expect("a key");
        let second = Keys::of_working_copy(root.path(), &mut rng).expect("the same key");
        assert!(first.current().1.expose() == second.current().1.expose());
        fs::write_private(&path(root.path()), b"abc\n").expect("writable");
        assert!(matches!(Keys::of_working_copy(root.path(), &mut rng), Err(Error::State { .. })));
    }
}
