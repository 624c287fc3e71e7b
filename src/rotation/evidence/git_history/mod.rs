//! When the ciphertext of each variable really changed, read from the commits of the sealed file; and what older
//! commits say about the ledger. No key is needed.
//!
//! The date of a ciphertext is that of the oldest commit that brought it: putting an old file back does not make its
//! values younger. A new data key changes every ciphertext and no value, so what it made of a ciphertext counts as
//! that ciphertext. A rename of the file changes nothing.

mod ciphertexts;
mod kept;
mod ledgers;
mod sealed;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use self::ciphertexts::Ciphertexts;
use self::ledgers::Ledgers;
use self::sealed::Sealed;
use crate::fs;
use crate::git::{Commit, Git, Objects};
use crate::manifest::SealFormat;
use crate::project::Environment;
use crate::rotation::{Error, Finding};

/// How often a file is followed to an older name.
const MAX_RENAMES: usize = 8;

/// What the commits of one environment's sealed file and of the ledger say.
#[derive(Clone, Debug, Default)]
pub struct GitHistory {
    /// By variable: the oldest commit with the ciphertext that it has now, other than by a new data key. What is not
    /// committed yet has none.
    pub changes: BTreeMap<String, CommitChange>,
    /// The oldest commit with the file as it is now, where its variables do not show: the age format.
    pub file: Option<CommitChange>,
    /// Whether older commits or their files are missing: what was there at the boundary is older than it seems.
    pub shallow: bool,
    /// By id of an entry of the ledger: the oldest commit that has it.
    pub entries: HashMap<String, String>,
    /// Whether `entries` lacks what only the oldest versions of the ledger tell: it is too long to read them all.
    pub is_cut: bool,
    /// What is wrong with the ledger in the light of older commits.
    pub findings: Vec<Finding>,
}

/// A commit that changed a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitChange {
    /// Its full hash.
    pub commit: String,
    /// When it was made: the older one of what author and committer say.
    pub at: Timestamp,
    /// When it was committed, as the committer says.
    pub committed: Timestamp,
    /// SHA-256 of the sealed file that it brought.
    pub sealed: String,
    /// Whether it carries a signature that git finds good.
    pub signed: bool,
    /// Whether the boundary of a shallow clone hides when it was really changed.
    pub boundary: bool,
    /// Whether another ciphertext came after it, and it was put back.
    pub returned: bool,
}

/// Reads the history of an environment's sealed file and of the ledger, in a few runs of git whatever the number of
/// commits. What it reads grows with the number of commits that changed one of the two.
///
/// # Errors
/// git fails, or a file cannot be read.
pub fn read(git: &Git, ledger: &Path, environment: &Environment) -> Result<GitHistory, Error> {
    let mut history = GitHistory { shallow: git.is_shallow(), ..GitHistory::default() };
    let mut files = Files::new(git, ledger, environment);
    let commits = match files.log(git) {
        Ok(commits) => commits,
        Err(_) if git.is_partial()? => return Ok(GitHistory { shallow: true, ..history }),
        Err(error) => return Err(error.into()),
    };
    if commits.is_empty() {
        return Ok(history);
    }
    let mut objects = git.objects()?;
    let present = fs::read_if_exists(ledger)?.unwrap_or_default();
    let ledgers = Ledgers::read(&commits, &files.ledger, &present, &environment.name, &mut objects)?;
    let ciphertexts = Ciphertexts::read(&commits, &files.sealed, environment.format, &ledgers, &mut objects)?;
    let is_incomplete = ciphertexts.is_incomplete || ledgers.is_incomplete;
    history.shallow |= is_incomplete;
    if let Some(bytes) = fs::read_if_exists(&environment.sealed)? {
        let sealed = Sealed::parse(&bytes, environment.format);
        for (name, text) in sealed.texts() {
            let Some(origin) = ciphertexts.origin(name, text) else { continue };
            let commit = &commits[origin.step];
            let change = CommitChange {
                commit: commit.id.clone(),
                at: commit.at,
                committed: commit.committed,
                sealed: origin.sealed,
                signed: false,
                boundary: is_incomplete || (git.is_shallow() && commit.is_first),
                returned: origin.returned,
            };
            match environment.format {
                SealFormat::Sops => drop(history.changes.insert(name.to_owned(), change)),
                SealFormat::Age => history.file = Some(change),
            }
        }
    }
    history.check_signatures(git, &mut objects)?;
    history.entries = ledgers.commits(&commits);
    history.is_cut = ledgers.unread > 0;
    history.findings = ledgers.findings();
    Ok(history)
}

impl GitHistory {
    /// Marks the changes whose commits are signed. git is asked only about commits that carry a signature.
    fn check_signatures(&mut self, git: &Git, objects: &mut Objects) -> Result<(), Error> {
        let commits: HashSet<&str> =
            self.changes.values().chain(&self.file).map(|change| change.commit.as_str()).collect();
        let mut signed = HashSet::new();
        for commit in commits {
            if objects.read(commit)?.is_some_and(|object| is_signed(&object)) {
                signed.insert(commit);
            }
        }
        let good = git.well_signed(&signed)?;
        for change in self.changes.values_mut().chain(&mut self.file) {
            change.signed = good.contains(&change.commit);
        }
        Ok(())
    }
}

/// Whether a commit has a signature in its header, which ends at the first empty line.
fn is_signed(commit: &[u8]) -> bool {
    let mut header = commit.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty());
    header.any(|line| line.starts_with(b"gpgsig"))
}

/// The names that the sealed file and the ledger have had, from the top of the work tree.
struct Files {
    sealed: Vec<String>,
    ledger: Vec<String>,
}

impl Files {
    fn new(git: &Git, ledger: &Path, environment: &Environment) -> Self {
        let names = |path| vec![git.path_from_top(path)];
        Self { sealed: names(&environment.sealed), ledger: names(ledger) }
    }

    /// The commits that changed one of them, under whatever name: asks again for each older name that shows.
    fn log(&mut self, git: &Git) -> Result<Vec<Commit>, crate::git::Error> {
        let mut commits = git.log(&[self.sealed.as_slice(), &self.ledger].concat())?;
        for _ in 0..MAX_RENAMES {
            let known = self.sealed.len() + self.ledger.len();
            for names in [&mut self.sealed, &mut self.ledger] {
                add_older_names(names, &commits);
            }
            if self.sealed.len() + self.ledger.len() == known {
                break;
            }
            commits = git.log(&[self.sealed.as_slice(), &self.ledger].concat())?;
        }
        Ok(commits)
    }
}

fn add_older_names(names: &mut Vec<String>, commits: &[Commit]) {
    let changes = commits.iter().flat_map(|commit| &commit.changes);
    for change in changes {
        if let Some(older) = &change.renamed_from
            && names.contains(&change.path)
            && !names.contains(older)
        {
            names.push(older.clone());
        }
    }
}
