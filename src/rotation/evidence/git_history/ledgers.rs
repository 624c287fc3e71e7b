//! What the commits added to the ledger, and what they took away from it. An honest one only adds.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::kept::Kept;
use crate::git::{Commit, Error, Objects};
use crate::ledger::{Entry, Event, Recorded};
use crate::rotation::{Finding, FindingCode};
use crate::ui::escape;

/// How much is read of all versions together, the newest first. Each of them is the whole ledger as it was, so that
/// without a limit the work would grow with the square of the number of commits; this is more than two thousand
/// versions of a ledger to which each added an entry.
const MAX_READ: usize = 1 << 30;

/// How many missing entries are told one by one.
const TOLD: usize = 20;

/// How much of an id or a hash is shown.
const SHOWN: usize = 12;

/// The entries of one environment in every version of the ledger.
#[derive(Default)]
pub(super) struct Ledgers {
    /// By id: the oldest commit that has it.
    added: HashMap<String, usize>,
    /// The variables to which the entries that a commit added give a new value.
    claims: HashMap<String, HashSet<String>>,
    /// By commit: the variables that an entry of it renamed, new name to old name.
    renamed: HashMap<String, BTreeMap<String, String>>,
    /// The sealed files with a new data key, by SHA-256.
    rekeyed: HashSet<String>,
    /// By id: an entry that the present ledger lacks.
    lost: BTreeMap<String, Lost>,
    /// Whether a version of the ledger is missing from this clone.
    pub(super) is_incomplete: bool,
    /// How many of the oldest changes of the ledger were not read: it is too long.
    pub(super) unread: usize,
}

/// An entry that is gone.
struct Lost {
    event: Event,
    at: String,
    /// The newest commit that does not have it any more, though its parent does; `None` for the work tree.
    commit: Option<String>,
}

impl Ledgers {
    /// Reads every version of the ledger in these commits; `present` is the one of the work tree.
    pub(super) fn read(
        commits: &[Commit],
        paths: &[String],
        present: &[u8],
        environment: &str,
        objects: &mut Objects,
    ) -> Result<Self, Error> {
        let mut all = Self::default();
        let known: HashSet<String> = own(lines(present), environment).map(|(id, _)| id).collect();
        let mut kept = Kept::new(|bytes| bytes);
        let (mut is_newest, mut left) = (true, MAX_READ);
        for (step, commit) in commits.iter().enumerate() {
            for change in commit.changes.iter().filter(|change| paths.contains(&change.path)) {
                if left == 0 {
                    all.unread += 1;
                    continue;
                }
                let new = kept.read(change.new.as_ref(), objects)?;
                let old = kept.read(change.old.as_ref(), objects)?;
                let (Some(new), Some(old)) = (new, old) else {
                    all.is_incomplete = true;
                    continue;
                };
                left = left.saturating_sub(new.len());
                if std::mem::take(&mut is_newest) {
                    all.lose(gone(&new, present), None, environment, &known);
                }
                all.add(gone(&new, &old), (step, commit), environment);
                all.lose(gone(&old, &new), Some(commit), environment, &known);
            }
        }
        Ok(all)
    }

    fn add(&mut self, lines: Vec<&[u8]>, (step, commit): (usize, &Commit), environment: &str) {
        for (id, Recorded { entry, .. }) in own(lines.into_iter(), environment) {
            // Parents come later, so the oldest commit stays.
            self.added.insert(id, step);
            match entry.event {
                Event::Rekeyed => drop(self.rekeyed.insert(entry.sha256)),
                Event::Created | Event::Sealed | Event::Rotated => {
                    let names = entry.fingerprints.into_keys();
                    let names = names.filter(|name| !entry.renamed.contains_key(name));
                    self.claims.entry(commit.id.clone()).or_default().extend(names);
                    self.renamed.entry(commit.id.clone()).or_default().extend(entry.renamed);
                }
                _ => {}
            }
        }
    }

    fn lose(
        &mut self,
        lines: Vec<&[u8]>,
        commit: Option<&Commit>,
        environment: &str,
        known: &HashSet<String>,
    ) {
        for (id, recorded) in own(lines.into_iter(), environment) {
            if !known.contains(&id) {
                let Entry { event, at, .. } = recorded.entry;
                let commit = commit.map(|commit| commit.id.clone());
                self.lost.entry(id).or_insert(Lost { event, at, commit });
            }
        }
    }

    /// Whether a commit added an entry by which a variable has a new value.
    pub(super) fn claims(&self, commit: &str, name: &str) -> bool {
        self.claims.get(commit).is_some_and(|names| names.contains(name))
    }

    /// The name that a variable had before a commit that renamed it and gave it no new value.
    pub(super) fn old_name(&self, commit: &str, name: &str) -> Option<&str> {
        let renamed = self.renamed.get(commit)?;
        let keeps_value = |name: &str| !self.claims(commit, name);
        let old_name = |name: &str| renamed.get(name).map(String::as_str).filter(|_| keeps_value(name));
        // There and back in one commit is no other name.
        let steps = std::iter::successors(old_name(name), |name| old_name(name)).take(renamed.len());
        steps.last().filter(|old| *old != name && keeps_value(old))
    }

    /// Whether a sealed file has a new data key with the values before.
    pub(super) fn is_rekeyed(&self, sha256: &str) -> bool {
        self.rekeyed.contains(sha256)
    }

    /// By id of an entry: the hash of the oldest commit that has it.
    pub(super) fn commits(&self, commits: &[Commit]) -> HashMap<String, String> {
        self.added.iter().map(|(id, &step)| (id.clone(), commits[step].id.clone())).collect()
    }

    /// The entries that are gone, and what was not looked at.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let unread = (self.unread > 0).then(|| {
            let Self { unread, .. } = self;
            let message = format!(
                "the ledger is too long to compare all of its versions: {unread} older ones were left out"
            );
            Finding { code: FindingCode::ShallowHistory, message }
        });
        let told = self.lost.iter().take(TOLD).map(|(id, lost)| lost.message(id));
        let more = self.lost.len().saturating_sub(TOLD);
        let rest = (more > 0).then(|| format!("{more} more entries were taken out of the ledger"));
        let finding = |message| Finding { code: FindingCode::LedgerRewritten, message };
        told.chain(rest).map(finding).chain(unread).collect()
    }
}

impl Lost {
    fn message(&self, id: &str) -> String {
        let event = serde_json::to_string(&self.event).unwrap_or_default();
        let (id, event, at) = (shown(id), event.trim_matches('"'), escape(&self.at));
        match &self.commit {
            Some(commit) => {
                format!(
                    "commit {} took entry {id} ({event}, {at}) out of the ledger, or changed it",
                    shown(commit)
                )
            }
            None => {
                format!("entry {id} ({event}, {at}) is committed and no longer in the ledger, or was changed")
            }
        }
    }
}

fn shown(id: &str) -> String {
    escape(&id.chars().take(SHOWN).collect::<String>()).into_owned()
}

/// The lines of one version that another does not have.
fn gone<'a>(from: &'a [u8], to: &[u8]) -> Vec<&'a [u8]> {
    // What was only added to is the common case, and takes no table.
    if to.starts_with(from) && (from.is_empty() || from.ends_with(b"\n")) {
        return Vec::new();
    }
    if from.starts_with(to) && (to.is_empty() || to.ends_with(b"\n")) {
        return lines(&from[to.len()..]).collect();
    }
    let there: HashSet<&[u8]> = lines(to).collect();
    lines(from).filter(|line| !there.contains(line)).collect()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}

/// The valid entries of an environment, with their ids.
fn own<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    environment: &str,
) -> impl Iterator<Item = (String, Recorded)> {
    let entries = lines.filter_map(|line| Recorded::parse(line, 0).ok());
    entries
        .filter(move |recorded| recorded.entry.environment == environment)
        .map(|recorded| (recorded.id.clone(), recorded))
}
