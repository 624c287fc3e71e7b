//! What this machine remembers as confirmed. It lies in the user's state directory, one file a project, known by
//! the project's directory; never in the project, which is what it is about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::fs::{self, Lock};
use crate::mac::sha256;

const VERSION: u32 = 1;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    version: u32,
    root: String,
    confirmed: BTreeSet<String>,
}

/// The memory of this machine for one project.
pub(super) struct Memory {
    /// `None` for a user without a home.
    path: Option<PathBuf>,
    state: State,
}

impl Memory {
    /// Reads what is remembered of the project at `root`.
    pub(super) fn read(root: &Path, state_dir: Option<&Path>) -> Result<Self, Error> {
        let root = root.to_string_lossy().into_owned();
        let name = format!("{}.json", &sha256(root.as_bytes())[..32]);
        let path = state_dir.map(|directory| directory.join("approvals").join(name));
        let state = load(path.as_deref(), root)?;
        Ok(Self { path, state })
    }

    /// Whether a hash is remembered.
    pub(super) fn holds(&self, hash: &str) -> bool {
        self.state.confirmed.contains(hash)
    }

    /// Remembers hashes, beside what another process may have added meanwhile.
    pub(super) fn add(&mut self, hashes: impl Iterator<Item = String>) -> Result<(), Error> {
        let path = self.path.as_deref().ok_or(Error::NoHome)?;
        let _lock = Lock::acquire(&path.with_extension("lock"))?;
        let mut state = load(Some(path), self.state.root.clone())?;
        state.confirmed.extend(hashes);
        fs::write_state(path, &state)?;
        self.state = state;
        Ok(())
    }
}

fn load(path: Option<&Path>, root: String) -> Result<State, Error> {
    let bytes = path.map(fs::read_if_exists).transpose()?.flatten();
    let (Some(bytes), Some(path)) = (bytes, path) else {
        return Ok(State { version: VERSION, root, confirmed: BTreeSet::new() });
    };
    serde_json::from_slice(&bytes)
        .ok()
        .filter(|state: &State| state.version == VERSION && state.root == root)
        .ok_or_else(|| Error::Damaged { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(state: &Path, root: &str) -> Memory {
        Memory::read(Path::new(root), Some(state)).expect("readable")
    }

    #[test]
    fn two_that_confirm_at_once_keep_both() {
        let state = tempfile::tempdir().expect("a temporary directory");
        let mut first = memory(state.path(), "/shop");
        let mut second = memory(state.path(), "/shop");
        first.add(["a".to_owned()].into_iter()).expect("writable");
        second.add(["b".to_owned()].into_iter()).expect("writable");
        let memory = memory(state.path(), "/shop");
        assert!(memory.holds("a") && memory.holds("b"));
    }

    #[test]
    fn another_directory_is_another_project() {
        let state = tempfile::tempdir().expect("a temporary directory");
        memory(state.path(), "/shop").add(["a".to_owned()].into_iter()).expect("writable");
        assert!(!memory(state.path(), "/other").holds("a"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_it() {
        let state = tempfile::tempdir().expect("a temporary directory");
        let mut memory = memory(state.path(), "/shop");
        memory.add(["a".to_owned()].into_iter()).expect("writable");
        assert_eq!(memory.path.as_deref().and_then(fs::mode), Some(0o600));
    }

    #[test]
    fn a_damaged_or_newer_file_is_no_fresh_start() {
        let state = tempfile::tempdir().expect("a temporary directory");
        let mut damaged = memory(state.path(), "/shop");
        damaged.add(["a".to_owned()].into_iter()).expect("writable");
        let path = damaged.path.expect("it has a home");
        for text in ["{", r#"{"version":2,"root":"/shop","confirmed":[]}"#] {
            fs::write_private(&path, text.as_bytes()).expect("writable");
            let read = Memory::read(Path::new("/shop"), Some(state.path()));
            assert!(matches!(read, Err(Error::Damaged { .. })), "{text}");
        }
    }

    #[test]
    fn without_a_home_nothing_can_be_confirmed() {
        let mut memory = Memory::read(Path::new("/shop"), None).expect("no file, no error");
        assert!(matches!(memory.add(std::iter::empty()), Err(Error::NoHome)));
    }
}
