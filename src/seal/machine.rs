//! What this machine has seen of a project: the pin of each environment's project key, the newest generation, and
//! which files it verified last, and whether the values in them fitted their schema. It lies in the user's state directory, one file a project, known by the project's
//! directory.
//!
//! Promised: once a machine has seen an environment, another project key or an older file does not pass
//! unnoticed there. Not promised: anything at first sight, or where the state does not last (CI). There the
//! pin comes from `ENVWARD_PROJECT_PIN`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Error, Fit};
use crate::fs::{self, Lock};
use crate::mac::sha256;

const VERSION: u32 = 1;

/// What this machine has seen of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Number of the project key.
    pub key: u32,
    /// Its pin.
    pub pin: String,
    /// The newest generation of the sealed file.
    pub generation: u64,
    /// The digest of the files that were verified last, under this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// That the values of these files fitted their schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    version: u32,
    root: String,
    environments: BTreeMap<String, Seen>,
}

/// The memory of this machine for one project.
pub struct Machine {
    /// `None` for a user without a home.
    path: Option<PathBuf>,
    state: State,
}

impl Machine {
    /// Reads what is remembered of the project at `root`. `state_dir` is the user's state directory.
    ///
    /// # Errors
    /// The file is damaged or was written by a newer envward: to forget is left to the user.
    pub fn read(state_dir: Option<&Path>, root: &Path) -> Result<Self, Error> {
        let root = root.to_string_lossy().into_owned();
        let name = format!("{}.json", &sha256(root.as_bytes())[..32]);
        let path = state_dir.map(|directory| directory.join("projects").join(name));
        let state = path.as_deref().map_or_else(|| Ok(State::new(&root)), |path| State::read(path, &root))?;
        Ok(Self { path, state })
    }

    /// What it has seen of an environment.
    pub fn seen(&self, environment: &str) -> Option<&Seen> {
        self.state.environments.get(environment)
    }

    /// Remembers what was seen of an environment; an older generation does not replace a newer one.
    ///
    /// A state directory that cannot be written is no reason not to open a file: the next sight is a first
    /// one again, and says so.
    pub fn remember(&mut self, environment: &str, sight: &Seen) {
        if self.state.learn(environment, sight)
            && let Some(path) = self.path.clone()
        {
            let _ = self.update(&path, |state| state.learn(environment, sight));
        }
    }

    /// Remembers that the values of the files with that digest fit; best effort, as in [`Machine::remember`].
    pub fn remember_fit(&mut self, environment: &str, verified: &str, fit: Fit) {
        if let Some(path) = self.path.clone() {
            let _ = self.update(&path, |state| state.learn_fit(environment, verified, fit));
        }
    }

    /// Adds to the file what `learn` says is new: others may have learned something since it was read.
    fn update(&mut self, path: &Path, learn: impl FnOnce(&mut State) -> bool) -> Result<(), Error> {
        let _lock = Lock::acquire(&path.with_extension("lock"))?;
        self.state = State::read(path, &self.state.root)?;
        if learn(&mut self.state) {
            fs::write_state(path, &self.state)?;
        }
        Ok(())
    }
}

impl State {
    /// Reads the file; nothing is known where there is none.
    fn read(path: &Path, root: &str) -> Result<Self, Error> {
        let Some(bytes) = fs::read_if_exists(path)? else { return Ok(Self::new(root)) };
        let state = serde_json::from_slice(&bytes).ok();
        state
            .filter(|state: &Self| state.version == VERSION && state.root == root)
            .ok_or_else(|| Error::State { path: path.to_owned() })
    }

    fn new(root: &str) -> Self {
        Self { version: VERSION, root: root.to_owned(), environments: BTreeMap::new() }
    }

    /// Takes in what was seen of an environment, but no older generation; whether that was anything new.
    fn learn(&mut self, environment: &str, sight: &Seen) -> bool {
        let known = self.environments.get(environment);
        let mut sight = sight.clone();
        if let Some(known) = known {
            sight.generation = sight.generation.max(known.generation);
            if sight.verified.is_none() && sight.pin == known.pin {
                sight.verified.clone_from(&known.verified);
            }
            if sight.verified == known.verified {
                sight.fit.clone_from(&known.fit);
            }
        }
        let is_new = known != Some(&sight);
        self.environments.insert(environment.to_owned(), sight);
        is_new
    }

    /// Takes in that the values of the files with that digest fit, if they are still those verified last; whether
    /// that was anything new.
    fn learn_fit(&mut self, environment: &str, verified: &str, fit: Fit) -> bool {
        let known = self.environments.get_mut(environment);
        let Some(seen) = known.filter(|seen| seen.verified.as_deref() == Some(verified)) else {
            return false;
        };
        let fit = Some(fit);
        let is_new = seen.fit != fit;
        seen.fit = fit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, Source};

    fn machine(directory: &Path) -> Machine {
        Machine::read(Some(directory), Path::new("/home/alice/shop")).expect("readable")
    }

    fn seen(generation: u64, verified: Option<&str>) -> Seen {
        Seen { key: 1, pin: "abc".to_owned(), generation, verified: verified.map(str::to_owned), fit: None }
    }

    #[test]
    fn it_remembers_the_key_and_the_newest_generation() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        assert!(machine(directory.path()).seen("production").is_none());
        machine(directory.path()).remember("production", &seen(7, None));
        machine(directory.path()).remember("production", &seen(3, Some("digest")));
        let machine = machine(directory.path());
        assert_eq!(machine.seen("production"), Some(&seen(7, Some("digest"))));
        assert!(machine.seen("staging").is_none());
    }

    #[test]
    fn what_another_process_learned_meanwhile_is_kept() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (mut one, mut other) = (machine(directory.path()), machine(directory.path()));
        let rekeyed = |generation| Seen { key: 2, pin: "new".to_owned(), ..seen(generation, None) };
        one.remember("production", &rekeyed(9));
        one.remember("staging", &seen(3, None));
        other.remember("cold", &seen(5, None));
        other.remember("production", &rekeyed(7));
        let machine = machine(directory.path());
        assert_eq!(machine.seen("production"), Some(&rekeyed(9)));
        assert_eq!(machine.seen("staging"), Some(&seen(3, None)));
        assert_eq!(machine.seen("cold"), Some(&seen(5, None)));
    }

    #[test]
    fn what_was_verified_is_forgotten_with_its_key_only() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut machine = machine(directory.path());
        machine.remember("production", &seen(7, Some("digest")));
        machine.remember("production", &seen(8, None));
        assert_eq!(machine.seen("production"), Some(&seen(8, Some("digest"))));
        let rekeyed = Seen { key: 2, pin: "new".to_owned(), ..seen(9, None) };
        machine.remember("production", &rekeyed);
        assert_eq!(machine.seen("production"), Some(&rekeyed));
    }

    #[test]
    fn a_fit_is_remembered_of_the_files_that_were_verified_last() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let source = Source::Builtin("smtp".to_owned());
        let fit = || Fit::new(&schema::load(&source).expect("it is valid"), None);
        let mut machine = machine(directory.path());
        machine.remember_fit("production", "digest", fit());
        assert!(machine.seen("production").is_none());
        machine.remember("production", &seen(7, Some("digest")));
        machine.remember_fit("production", "other", fit());
        assert_eq!(machine.seen("production"), Some(&seen(7, Some("digest"))));
        machine.remember_fit("production", "digest", fit());
        machine.remember("production", &seen(7, None));
        assert_eq!(machine.seen("production").and_then(|seen| seen.fit.clone()), Some(fit()));
        machine.remember("production", &seen(8, Some("other")));
        assert_eq!(machine.seen("production"), Some(&seen(8, Some("other"))));
    }

    #[test]
    fn another_directory_is_another_project() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        machine(directory.path()).remember("production", &seen(7, None));
        let other = Machine::read(Some(directory.path()), Path::new("/home/alice/other")).expect("readable");
        assert!(other.seen("production").is_none());
    }

    #[test]
    fn a_damaged_state_is_not_taken_for_a_first_sight() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        machine(directory.path()).remember("production", &seen(7, None));
        let path = machine(directory.path()).path.expect("it has a home");
        fs::write_private(&path, b"{").expect("writable");
        let read = Machine::read(Some(directory.path()), Path::new("/home/alice/shop"));
        assert!(matches!(read, Err(Error::State { .. })));
    }

    #[test]
    fn without_a_home_nothing_is_remembered_and_nothing_fails() {
        let mut machine = Machine::read(None, Path::new("/srv/shop")).expect("no file, no error");
        machine.remember("production", &seen(7, None));
        assert!(
            Machine::read(None, Path::new("/srv/shop"))
                .is_ok_and(|machine| machine.seen("production").is_none())
        );
    }
}
