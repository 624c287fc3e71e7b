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
    /// The ciphertext of the same value under the data key before, or under the name before; with its name.
    from: Option<(String, String)>,
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

/// What a commit left as it was, although the ciphertext is another one.
struct Preserved<'a> {
    /// Whether only the data key of a variable is new.
    keeps_value: &'a dyn Fn(&str) -> bool,
    /// The name before, of a variable that has another one.
    old_name: &'a dyn Fn(&str) -> Option<&'a str>,
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
                let kept = Preserved {
                    keeps_value: &|name| new_key && !ledgers.claims(&commit.id, name),
                    old_name: &|name| ledgers.old_name(&commit.id, name),
                };
                all.add((step, commit.at), &old, &new, &kept);
            }
        }
        Ok(all)
    }

    /// Takes in what one commit changed.
    fn add(&mut self, (step, at): (usize, Timestamp), old: &Sealed, new: &Sealed, preserved: &Preserved<'_>) {
        for (name, text) in new.texts() {
            let before = old.text(name);
            if before != Some(text) {
                let under_old_key = before.filter(|_| (preserved.keeps_value)(name)).map(|text| (name, text));
                let from = under_old_key.or_else(|| {
                    let old_name = (preserved.old_name)(name).filter(|_| before.is_none())?;
                    Some((old_name, old.text(old_name)?))
                });
                let from = from.map(|(name, text)| (name.to_owned(), text.to_owned()));
                let brought = Brought { step, at, sealed: new.sha256.clone(), from };
                self.fate(name, text).brought.push(brought);
            }
        }
        let old_names: HashSet<&str> =
            new.texts().filter_map(|(name, _)| (preserved.old_name)(name)).collect();
        for (name, text) in old.texts() {
            let after = new.text(name);
            let stays = after.is_some() && (preserved.keeps_value)(name);
            if after != Some(text) && !stays && !old_names.contains(name) {
                self.fate(name, text).is_gone = true;
            }
        }
    }

    fn fate(&mut self, name: &str, text: &str) -> &mut Fate {
        let known = self.known.entry(name.to_owned()).or_default();
        known.entry(text.to_owned()).or_default()
    }

    /// Where the ciphertext of a variable comes from, through every new data key and every other name since; `None` if
    /// no commit has it.
    pub(super) fn origin(&self, name: &str, text: &str) -> Option<Origin> {
        let mut seen = HashSet::from([(name, text)]);
        let mut open = vec![(name, text)];
        let mut oldest: Option<&Brought> = None;
        let mut returned = false;
        while let Some((name, text)) = open.pop() {
            let Some(fate) = self.known.get(name).and_then(|known| known.get(text)) else { continue };
            returned |= fate.is_gone;
            for brought in &fate.brought {
                oldest = oldest.filter(|oldest| oldest.at < brought.at).or(Some(brought));
                let from = brought.from.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
                open.extend(from.filter(|from| seen.insert(*from)));
            }
        }
        oldest.map(|Brought { step, sealed, .. }| Origin { step: *step, sealed: sealed.clone(), returned })
    }
}
