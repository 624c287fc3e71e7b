//! Approvals: what a manifest names and the user has confirmed: addresses of stores, where to log in there and as
//! what, commands, recipient plugins.
//!
//! A manifest comes from a repository, and whoever can change the repository could have credentials sent to a server
//! of his own, or have a command run. So each such thing is a [`Claim`], which counts after the user has confirmed
//! it once, as it is then: what is remembered is a hash of all of it.

mod claim;
mod error;
mod memory;

use std::collections::BTreeSet;
use std::path::Path;

pub use claim::{Claim, ClaimKind};
pub use error::Error;

use self::memory::Memory;
use crate::env_vars::{self, EnvSnapshot};

/// What the user has confirmed for a project: on this machine, or through `ENVWARD_ALLOW`.
pub struct Approvals {
    memory: Memory,
    given: BTreeSet<String>,
}

impl Approvals {
    /// Reads what was confirmed for the project at `root`. `state_dir` is the user's state directory.
    ///
    /// # Errors
    /// What this machine remembers is damaged or was written by a newer envward; `ENVWARD_ALLOW` holds something
    /// else than hashes.
    pub fn read(root: &Path, state_dir: Option<&Path>, env: &EnvSnapshot) -> Result<Self, Error> {
        let given = env.get(env_vars::ENVWARD_ALLOW).unwrap_or_default();
        let given: BTreeSet<String> =
            given.split([',', ' ', '\n']).filter(|hash| !hash.is_empty()).map(str::to_owned).collect();
        if !given.iter().all(|hash| claim::is_hash(hash)) {
            return Err(Error::NotHashes);
        }
        Ok(Self { memory: Memory::read(root, state_dir)?, given })
    }

    /// Whether the user has confirmed the claim as it is now.
    pub fn covers(&self, claim: &Claim) -> bool {
        let hash = claim.hash();
        self.given.contains(&hash) || self.memory.holds(&hash)
    }

    /// Remembers claims as confirmed, on this machine.
    ///
    /// # Errors
    /// There is no place to remember them, or it cannot be written.
    pub fn confirm(&mut self, claims: &[Claim]) -> Result<(), Error> {
        self.memory.add(claims.iter().map(Claim::hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(text: &str) -> Claim {
        Claim { kind: ClaimKind::StoreAddress, text: text.to_owned(), content: None }
    }

    fn read(state: Option<&Path>, allow: &str) -> Result<Approvals, Error> {
        let env = [(env_vars::ENVWARD_ALLOW.into(), allow.into())].into_iter().collect();
        Approvals::read(Path::new("/home/alice/shop"), state, &env)
    }

    #[test]
    fn what_was_confirmed_is_covered_until_it_changes() {
        let state = tempfile::tempdir().expect("a temporary directory");
        let mut approvals = read(Some(state.path()), "").expect("readable");
        assert!(!approvals.covers(&claim("https://vault")));
        approvals.confirm(&[claim("https://vault")]).expect("writable");
        let approvals = read(Some(state.path()), "").expect("readable");
        assert!(approvals.covers(&claim("https://vault")));
        assert!(!approvals.covers(&claim("https://vault.example")));
    }

    #[test]
    fn the_environment_confirms_by_hash() {
        let allow = format!("{}, {}", claim("https://a").hash(), claim("https://b").hash());
        let approvals = read(None, &allow).expect("readable");
        assert!(approvals.covers(&claim("https://a")) && approvals.covers(&claim("https://b")));
        assert!(!approvals.covers(&claim("https://c")));
        assert!(matches!(read(None, "yes"), Err(Error::NotHashes)));
    }
}
