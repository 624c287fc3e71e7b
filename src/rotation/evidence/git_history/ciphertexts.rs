//! Which commits brought and took away the ciphertexts of each variable.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::kept::Kept;
use super::ledgers::Ledgers;
use super::sealed::Sealed;
use crate::git::{Commit, Error, Objects};
use crate::manifest::SealFormat;

/// Every ciphertext that was in a commit.
#[derive(Default)]
pub(super) struct Ciphertexts {
    /// By variable and ciphertext.
    known: HashMap<String, HashMap<String, Fate>>,
    /// Whether a version of the file is missing from this clone.
    pub(super) is_incomplete: bool,
}

/// What happened to one ciphertext.
#[derive(Default)]
struct Fate {
    /// The commits that brought it, children before their parents.
    brought: Vec<Brought>,
    /// Whether a commit took it away.
    is_gone: bool,
}

/// A commit brought a ciphertext.
struct Brought {
    /// Which of the commits.
    step: usize,
    /// When it was made.
    at: Timestamp,
    /// SHA-256 of the file in it.
    sealed: String,
    /// The ciphertext of the same value under the data key before.
    from: Option<String>,
}

/// Where a ciphertext comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// Which of the commits.
    pub(super) step: usize,
    /// SHA-256 of the file in it.
    pub(super) sealed: String,
    /// Whether a commit took it away before another brought it back.
    pub(super) returned: bool,
}

impl Ciphertexts {
    /// Reads every version of the file in these commits.
    pub(super) fn read(
        commits: &[Commit],
        paths: &[String],
        format: SealFormat,
        ledgers: &Ledgers,
        objects: &mut Objects,
    ) -> Result<Self, Error> {
        let mut all = Self::default();
        let mut kept = Kept::new(|bytes: Vec<u8>| Sealed::parse(&bytes, format));
        for (step, commit) in commits.iter().enumerate() {
            for change in commit.changes.iter().filter(|change| paths.contains(&change.path)) {
                let new = kept.read(change.new.as_ref(), objects)?;
                let old = kept.read(change.old.as_ref(), objects)?;
                let (Some(new), Some(old)) = (new, old) else {
                    all.is_incomplete = true;
                    continue;
                };
                let new_key = new.is_rekeyed_from(&old) || ledgers.is_rekeyed(&new.sha256);
                all.add((step, commit.at), &old, &new, |name| new_key && !ledgers.claims(&commit.id, name));
            }
        }
        Ok(all)
    }

    /// Takes in what one commit changed. `keeps_value` tells for a variable whether only its data key is new.
    fn add(
        &mut self,
        (step, at): (usize, Timestamp),
        old: &Sealed,
        new: &Sealed,
        keeps_value: impl Fn(&str) -> bool,
    ) {
        for (name, text) in new.texts() {
            let before = old.text(name);
            if before != Some(text) {
                let from = before.filter(|_| keeps_value(name)).map(str::to_owned);
                let brought = Brought { step, at, sealed: new.sha256.clone(), from };
                self.fate(name, text).brought.push(brought);
            }
        }
        for (name, text) in old.texts() {
            let after = new.text(name);
            if after != Some(text) && !(after.is_some() && keeps_value(name)) {
                self.fate(name, text).is_gone = true;
            }
        }
    }

    fn fate(&mut self, name: &str, text: &str) -> &mut Fate {
        let known = self.known.entry(name.to_owned()).or_default();
        known.entry(text.to_owned()).or_default()
    }

    /// Where the ciphertext of a variable comes from, through every new data key since; `None` if no commit has it.
    pub(super) fn origin(&self, name: &str, text: &str) -> Option<Origin> {
        let known = self.known.get(name)?;
        let mut seen = HashSet::from([text]);
        let mut open = vec![text];
        let mut oldest: Option<&Brought> = None;
        let mut returned = false;
        while let Some(text) = open.pop() {
            let Some(fate) = known.get(text) else { continue };
            returned |= fate.is_gone;
            for brought in &fate.brought {
                oldest = oldest.filter(|oldest| oldest.at < brought.at).or(Some(brought));
                open.extend(brought.from.as_deref().filter(|from| seen.insert(from)));
            }
        }
        oldest.map(|Brought { step, sealed, .. }| Origin { step: *step, sealed: sealed.clone(), returned })
    }
}
