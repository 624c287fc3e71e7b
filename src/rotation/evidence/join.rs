//! Joins what the sources say about one variable.

use jiff::{SignedDuration, Timestamp};

use super::git_history::{CommitChange, GitHistory};
use super::{Evidence, Sources};
use crate::rotation::events::{Change, History};
use crate::rotation::{Finding, FindingCode};
use crate::schema::Grade;
use crate::ui::escape;

/// How far sources may be apart and still speak of the same change.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How long a rotation may have been stopped between sealing the new value and recording that it is done.
const STOPPED: SignedDuration = SignedDuration::from_hours(24 * 31);

/// How much of a commit's hash is shown.
const SHOWN: usize = 12;

/// What the sources have said so far.
pub(super) struct Join<'a> {
    pub(super) sources: Sources<'a>,
    /// The ledger's history of the variable.
    pub(super) history: Option<&'a History>,
    votes: Vec<Vote>,
    /// Whether sources contradict each other.
    disagree: bool,
    /// Whether a source hides a date that may be older than all others.
    hidden: bool,
    findings: Vec<Finding>,
}

/// What one source says.
struct Vote {
    at: Timestamp,
    grade: Grade,
}

pub(super) fn join(sources: Sources<'_>) -> Evidence {
    let mut join = Join::new(sources);
    join.look_at_ledger();
    join.look_at_git();
    join.look_at_stores();
    join.look_at_attestations();
    join.result()
}

impl<'a> Join<'a> {
    fn new(sources: Sources<'a>) -> Self {
        let history = sources.ledger.and_then(|events| events.variables.get(sources.variable));
        Self { sources, history, votes: Vec::new(), disagree: false, hidden: false, findings: Vec::new() }
    }

    /// The ledger's newest entry with a new value.
    pub(super) fn change(&self) -> Option<&'a Change> {
        let history = self.history.filter(|history| !history.removed)?;
        history.changes.last()
    }

    /// Since when it has its value, as the ledger says: a value that came back is as old as when it was first there.
    pub(super) fn since(&self) -> Option<Timestamp> {
        let change = self.change()?;
        let changes = &self.history?.changes;
        let is_same = |other: &&Change| other.key == change.key && other.fingerprint == change.fingerprint;
        let first = if change.returned { changes.iter().find(is_same) } else { None };
        match first {
            Some(first) if first.entry != change.entry => Some(first.at),
            // It was first there under another project key.
            _ if change.returned => changes.first().map(|first| first.at),
            _ => Some(change.at),
        }
    }

    /// Whether the ledger has seen an earlier value: its first entry says only that there is one.
    pub(super) fn has_earlier_value(&self) -> bool {
        self.history.is_some_and(|history| history.changes.len() > 1)
    }

    pub(super) fn vote(&mut self, at: Timestamp, grade: Grade) {
        self.votes.push(Vote { at, grade });
    }

    pub(super) fn find(&mut self, code: FindingCode, message: String) {
        self.findings.push(Finding { code, message });
    }

    /// A finding after which no source is believed more than another.
    pub(super) fn contradict(&mut self, code: FindingCode, message: String) {
        self.disagree = true;
        self.find(code, message);
    }

    fn look_at_ledger(&mut self) {
        let (Some(change), Some(since)) = (self.change(), self.since()) else { return };
        self.vote(since, Grade::D);
        if change.returned {
            let message =
                format!("the value of {} is one that it had before, on {}", day(change.at), day(since));
            self.find(FindingCode::ValueReturned, message);
        }
        let Some(rotation) = self.history.and_then(|history| history.rotations.last()) else { return };
        if rotation.at > change.at + STOPPED {
            let message = format!(
                "the ledger says it was rotated on {}, and has no new fingerprint since {}",
                day(rotation.at),
                day(change.at)
            );
            self.contradict(FindingCode::ClaimContradicted, message);
        } else if rotation.change.as_ref() == Some(&change.entry) && !change.returned {
            self.vote(since, rotation.evidence);
        }
    }

    fn look_at_git(&mut self) {
        let Some(git) = self.sources.git else { return };
        let own = git.changes.get(self.sources.variable);
        match own.or(git.file.as_ref()) {
            Some(commit) => self.look_at_commit(git, commit, own.is_some()),
            None if git.shallow => self.hide("this clone lacks older commits"),
            None => {}
        }
    }

    /// `is_own` is whether the commit is known to have changed this variable, and not just some of the file.
    fn look_at_commit(&mut self, git: &GitHistory, commit: &CommitChange, is_own: bool) {
        let shown = commit.commit.get(..SHOWN).unwrap_or_default();
        let date = day(commit.at);
        if commit.at > self.sources.now + DAY {
            let message = format!("commit {shown} is from {date}, which is in the future");
            return self.contradict(FindingCode::SourcesDisagree, message);
        }
        self.check_claim(git, commit);
        let change = self.change();
        let is_linked = change.is_some_and(|change| {
            let brought = git.entries.get(&change.entry);
            let is_unread = git.is_cut && brought.is_none() && change.at <= commit.committed;
            change.sealed == commit.sealed || brought == Some(&commit.commit) || is_unread
        });
        if commit.boundary || (git.shallow && !is_own && !is_linked) {
            return self.hide("this clone lacks the commit that changed it");
        }
        if commit.returned && is_own {
            let message =
                format!("its ciphertext is the one of commit {shown} of {date}, which was replaced since");
            self.find(FindingCode::ValueReturned, message);
        }
        let grade = if commit.signed && is_own { Grade::C } else { Grade::D };
        match self.since() {
            // Sealed then, and committed later. The author's date may be that of a commit which it was added to.
            Some(since) if is_linked => self.vote(since.min(commit.committed), grade),
            _ if !is_own => {}
            Some(since) if commit.at > since + DAY && !change.is_some_and(|change| change.returned) => {
                let message = format!(
                    "its ciphertext changed in commit {shown} of {date}, and the ledger knows no new value since {}",
                    day(since)
                );
                self.contradict(FindingCode::SourcesDisagree, message);
                self.vote(commit.at, grade);
            }
            _ => self.vote(commit.at, grade),
        }
    }

    /// Compares the ledger's newest change with the commit that has brought the present ciphertext.
    fn check_claim(&mut self, git: &GitHistory, commit: &CommitChange) {
        let Some(change) = self.change() else { return };
        if change.at <= commit.committed + DAY || !self.has_earlier_value() {
            return;
        }
        let message = format!(
            "the ledger says it changed on {}, and its ciphertext has not changed since commit {} of {}",
            day(change.at),
            commit.commit.get(..SHOWN).unwrap_or_default(),
            day(commit.committed)
        );
        // Without its own commit the entry may be ahead of what is committed.
        let is_committed = git.entries.contains_key(&change.entry);
        let code = if is_committed { FindingCode::ClaimContradicted } else { FindingCode::SourcesDisagree };
        self.contradict(code, message);
        self.vote(commit.at, Grade::D);
    }

    fn hide(&mut self, why: &str) {
        self.hidden = true;
        let message = format!("{why}, so that its age does not show; run: git fetch --unshallow");
        self.find(FindingCode::ShallowHistory, message);
    }

    fn result(self) -> Evidence {
        let oldest = self.votes.iter().map(|vote| vote.at).min().filter(|_| !self.hidden);
        let mut evidence = Evidence { rotated: oldest, grade: None, findings: self.findings };
        if let Some(oldest) = oldest {
            let grades = self
                .votes
                .iter()
                .filter(|vote| self.disagree || vote.at <= oldest + DAY)
                .map(|vote| vote.grade);
            evidence.grade = if self.disagree { grades.max() } else { grades.min() };
        }
        evidence
    }

    /// What people say counts where nothing else tells, or where it makes the value older. A value that is known to be
    /// the same since before then was not replaced, whatever they say.
    fn look_at_attestations(&mut self) {
        let Some(said) = self.history.and_then(|history| history.attestations.iter().max_by_key(|it| it.at))
        else {
            return;
        };
        let oldest = self.votes.iter().map(|vote| vote.at).min();
        if let Some(oldest) = oldest.filter(|oldest| said.at > *oldest + DAY) {
            let message = format!(
                "{} says it was replaced on {}, and it has the same value since {}",
                escape(&said.actor),
                day(said.at),
                day(oldest)
            );
            return self.find(FindingCode::ClaimContradicted, message);
        }
        let counts = self.sources.min_evidence.is_none_or(|min| min == Grade::E);
        let is_first = oldest.is_none() || !self.has_earlier_value();
        if counts && is_first && oldest.is_none_or(|oldest| said.at < oldest) {
            self.vote(said.at, Grade::E);
        }
    }
}

/// The day, as people write it in reports; UTC.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
