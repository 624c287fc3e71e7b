//! Each case: what ledger, commits and stores say, and what follows. Days count from the first of January 2026.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::git_history::{CommitChange, GitHistory};
use super::store_facts::{CurrentVersion, StoreFacts};
use super::{Evidence, Sources, evidence};
use crate::rotation::FindingCode;
use crate::rotation::FindingCode::{
    ClaimContradicted, SameValue, ShallowHistory, SourcesDisagree, ValueReturned,
};
use crate::rotation::events::{Attested, Change, Events, History, Pushed, Rotated};
use crate::schema::Grade::{self, A, B, C, D, E};

/// Noon of a day.
fn at(day: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T12:00:00Z".parse().expect("a time");
    start + SignedDuration::from_hours(24 * (day - 1))
}

/// A change on a day to a value; its entry is called by the day, and so is the sealed file.
fn change(day: i64, value: &str) -> Change {
    Change {
        at: at(day),
        fingerprint: value.to_owned(),
        key: 1,
        entry: format!("entry {day}"),
        sealed: format!("sealed {day}"),
        actor: "Alice".to_owned(),
        returned: false,
    }
}

fn changes(changes: &[(i64, &str)]) -> History {
    let mut history = History::default();
    for &(day, value) in changes {
        let returned = history.changes.iter().any(|earlier| earlier.fingerprint == value);
        history.changes.push(Change { returned, ..change(day, value) });
    }
    history
}

fn commit(day: i64) -> CommitChange {
    CommitChange {
        commit: format!("commit {day:05}"),
        at: at(day),
        committed: at(day),
        sealed: format!("committed {day}"),
        signed: false,
        boundary: false,
        returned: false,
    }
}

/// A history in which the variable changed in that commit; it has the entries of these days since the commits of
/// these days.
fn git(change: CommitChange, entries: &[(i64, i64)]) -> GitHistory {
    let entry = |&(entry, day): &(i64, i64)| (format!("entry {entry}"), commit(day).commit);
    GitHistory {
        changes: [("TOKEN".to_owned(), change)].into(),
        entries: entries.iter().map(entry).collect(),
        ..GitHistory::default()
    }
}

fn push(day: i64, version: &str, value: &str) -> Pushed {
    Pushed {
        at: at(day),
        store: "vault".to_owned(),
        version: version.to_owned(),
        created: Some(at(day)),
        fingerprint: Some(value.to_owned()),
        observed: false,
        restores: None,
    }
}

/// A store whose versions, oldest first, were made on these days; it serves the last one.
fn store(days: &[i64]) -> StoreFacts {
    let version = |index: usize| (index + 1).to_string();
    let current = CurrentVersion {
        version: version(days.len() - 1),
        created: days.last().map(|&day| at(day)),
        author: None,
        older: (0..days.len() - 1).rev().map(version).collect(),
    };
    StoreFacts { store: "vault".to_owned(), current: Some(current), ..StoreFacts::default() }
}

/// The same, where the version is of the variable alone.
fn own_store(days: &[i64]) -> StoreFacts {
    let facts = store(days);
    let by_variable = facts.current.map(|current| ("TOKEN".to_owned(), current)).into_iter().collect();
    StoreFacts { store: facts.store, by_variable, ..StoreFacts::default() }
}

/// A world in which to ask about `TOKEN` on day 100.
#[derive(Default)]
struct World {
    token: Option<History>,
    others: BTreeMap<String, History>,
    git: Option<GitHistory>,
    stores: Vec<StoreFacts>,
    min: Option<Grade>,
}

impl World {
    fn of(token: History) -> Self {
        Self { token: Some(token), ..Self::default() }
    }

    fn committed(mut self, git: GitHistory) -> Self {
        self.git = Some(git);
        self
    }

    fn stored(mut self, facts: StoreFacts) -> Self {
        self.stores.push(facts);
        self
    }

    fn evidence(self) -> Evidence {
        let mut events = Events { variables: self.others, ..Events::default() };
        events.variables.extend(self.token.map(|token| ("TOKEN".to_owned(), token)));
        let pushes = events.variables.values().flat_map(|history| &history.pushes);
        for push in pushes.filter(|push| !push.observed) {
            events.pushed.entry(push.store.clone()).or_default().insert(push.version.clone());
        }
        evidence(Sources {
            variable: "TOKEN",
            ledger: Some(&events),
            git: self.git.as_ref(),
            stores: &self.stores,
            min_evidence: self.min,
            now: at(100),
        })
    }

    /// The day, the grade, and the kinds of findings.
    #[track_caller]
    fn is(self, day: Option<i64>, grade: Option<Grade>, codes: &[FindingCode]) {
        let evidence = self.evidence();
        let found: Vec<FindingCode> = evidence.findings.iter().map(|finding| finding.code).collect();
        assert_eq!((evidence.rotated, evidence.grade), (day.map(at), grade), "{:?}", evidence.findings);
        assert_eq!(found, codes, "{:?}", evidence.findings);
    }
}

fn pushed(changed: &[(i64, &str)], pushes: &[(i64, &str, &str)]) -> History {
    let pushes = pushes.iter().map(|&(day, version, value)| push(day, version, value)).collect();
    History { pushes, ..changes(changed) }
}

#[test]
fn nothing_says_nothing() {
    World::default().is(None, None, &[]);
}

#[test]
fn the_ledger_alone_is_weak_evidence() {
    World::of(changes(&[(1, "a"), (50, "b")])).is(Some(50), Some(D), &[]);
    let removed = History { removed: true, ..changes(&[(1, "a")]) };
    World::of(removed).is(None, None, &[]);
}

#[test]
fn a_value_that_came_back_is_as_old_as_when_it_was_first_there() {
    World::of(changes(&[(1, "a"), (20, "b"), (50, "a")])).is(Some(1), Some(D), &[ValueReturned]);
    // Under another project key its first fingerprint is not known any more.
    let mut rekeyed = changes(&[(1, "a"), (20, "b")]);
    rekeyed.changes.push(Change { key: 2, returned: true, ..change(50, "other") });
    World::of(rekeyed).is(Some(1), Some(D), &[ValueReturned]);
}

#[test]
fn a_rotation_counts_for_the_change_it_made() {
    let rotation = |day, change: i64| Rotated {
        at: at(day),
        evidence: A,
        previous: None,
        until: None,
        retired: None,
        change: Some(format!("entry {change}")),
        exposed: None,
    };
    let rotated =
        |day, change| History { rotations: vec![rotation(day, change)], ..changes(&[(1, "a"), (50, "b")]) };
    World::of(rotated(50, 50)).is(Some(50), Some(A), &[]);
    // It was stopped after the new value was sealed, and went on days later.
    World::of(rotated(53, 50)).is(Some(50), Some(A), &[]);
    // One of an earlier value proves nothing about the present one, however short before it was.
    World::of(rotated(1, 1)).is(Some(50), Some(D), &[]);
    World::of(rotated(50, 1)).is(Some(50), Some(D), &[]);
    World::of(rotated(90, 50)).is(Some(50), Some(D), &[ClaimContradicted]);
}

#[test]
fn a_change_that_is_committed_with_its_entry_is_proven_by_the_signature() {
    let history = || changes(&[(1, "a"), (50, "b")]);
    let signed = CommitChange { signed: true, ..commit(50) };
    World::of(history()).committed(git(signed.clone(), &[(50, 50)])).is(Some(50), Some(C), &[]);
    World::of(history()).committed(git(commit(50), &[(50, 50)])).is(Some(50), Some(D), &[]);
    // Sealed, and committed ten days later: with its entry, or before it, as the file that the entry names.
    let late = CommitChange { signed: true, ..commit(60) };
    World::of(history()).committed(git(late.clone(), &[(50, 60)])).is(Some(50), Some(C), &[]);
    let named = CommitChange { sealed: "sealed 50".to_owned(), ..late };
    World::of(history()).committed(git(named, &[(50, 70)])).is(Some(50), Some(C), &[]);
    // The entry is so old that its commit was not looked for.
    let cut = GitHistory { is_cut: true, ..git(commit(60), &[]) };
    World::of(history()).committed(cut).is(Some(50), Some(D), &[]);
    // Without a ledger the commit says it alone.
    World::default().committed(git(signed, &[])).is(Some(50), Some(C), &[]);
}

#[test]
fn a_claim_without_a_change_of_the_ciphertext_is_contradicted() {
    let history = || changes(&[(1, "a"), (50, "b")]);
    let unchanged = |entries: &[(i64, i64)]| git(CommitChange { signed: true, ..commit(1) }, entries);
    World::of(history()).committed(unchanged(&[(1, 1), (50, 51)])).is(Some(1), Some(D), &[ClaimContradicted]);
    // Not committed: the ciphertext of the work tree is still the committed one.
    World::of(history()).committed(unchanged(&[(1, 1)])).is(Some(1), Some(D), &[SourcesDisagree]);
    // An entry whose date was moved forward after its commit.
    World::of(history()).committed(git(commit(30), &[(50, 30)])).is(Some(30), Some(D), &[ClaimContradicted]);
}

#[test]
fn work_in_progress_is_no_contradiction() {
    let history = || changes(&[(1, "a"), (50, "b")]);
    // The new ciphertext is in no commit yet.
    World::of(history()).committed(GitHistory::default()).is(Some(50), Some(D), &[]);
    // An older project is taken in: the ledger's first entry is no claim that something changed.
    let adopted = || World::of(changes(&[(50, "a")]));
    adopted().committed(git(CommitChange { signed: true, ..commit(1) }, &[(50, 50)])).is(
        Some(1),
        Some(C),
        &[],
    );
    // The clocks of two machines.
    World::of(history()).committed(git(commit(49), &[(50, 49)])).is(Some(49), Some(D), &[]);
}

#[test]
fn a_change_of_the_ciphertext_without_an_entry_makes_nothing_younger() {
    let changed = git(CommitChange { signed: true, ..commit(50) }, &[(1, 1)]);
    World::of(changes(&[(1, "a")])).committed(changed).is(Some(1), Some(D), &[SourcesDisagree]);
}

#[test]
fn a_ciphertext_that_was_put_back_is_as_old_as_its_first_commit() {
    let returned = CommitChange { returned: true, ..commit(1) };
    // `git revert`, with the ledger that was there before.
    World::of(changes(&[(1, "a")])).committed(git(returned.clone(), &[(1, 1)])).is(
        Some(1),
        Some(D),
        &[ValueReturned],
    );
    // The old file alone: the ledger goes on to tell of the newer value.
    let newer = changes(&[(1, "a"), (50, "b")]);
    World::of(newer).committed(git(returned, &[(1, 1), (50, 50)])).is(
        Some(1),
        Some(D),
        &[ClaimContradicted, ValueReturned],
    );
}

#[test]
fn a_boundary_gives_no_date_and_still_contradicts() {
    let boundary = || CommitChange { boundary: true, ..commit(60) };
    let shallow = |change, entries: &[_]| GitHistory { shallow: true, ..git(change, entries) };
    let history = || changes(&[(1, "a"), (50, "b")]);
    World::of(history()).committed(shallow(boundary(), &[(50, 60)])).is(None, None, &[ShallowHistory]);
    let later = changes(&[(1, "a"), (70, "b")]);
    World::of(later).committed(shallow(boundary(), &[(70, 71)])).is(
        None,
        None,
        &[ClaimContradicted, ShallowHistory],
    );
    // What changed after the boundary has a date.
    World::of(changes(&[(1, "a"), (70, "b")])).committed(shallow(commit(70), &[(70, 70)])).is(
        Some(70),
        Some(D),
        &[],
    );
    let nothing = GitHistory { shallow: true, ..GitHistory::default() };
    World::of(history()).committed(nothing).is(None, None, &[ShallowHistory]);
}

#[test]
fn a_commit_from_the_future_makes_nothing_younger() {
    World::of(changes(&[(1, "a")])).committed(git(commit(400), &[(1, 400)])).is(
        Some(1),
        Some(D),
        &[SourcesDisagree],
    );
    World::default().committed(git(commit(400), &[])).is(None, None, &[SourcesDisagree]);
}

#[test]
fn an_age_file_shows_what_did_not_change_and_little_else() {
    let file = |change, entries: &[_]| GitHistory {
        file: Some(change),
        changes: BTreeMap::new(),
        ..git(commit(1), entries)
    };
    let signed = |day| CommitChange { signed: true, ..commit(day) };
    let history = || changes(&[(1, "a"), (50, "b")]);
    World::of(history()).committed(file(signed(50), &[(50, 50)])).is(Some(50), Some(D), &[]);
    // Another variable changed since.
    World::of(history()).committed(file(signed(70), &[(50, 50)])).is(Some(50), Some(D), &[]);
    World::of(history()).committed(file(signed(1), &[(50, 51)])).is(Some(1), Some(D), &[ClaimContradicted]);
    World::default().committed(file(signed(50), &[])).is(None, None, &[]);
}

#[test]
fn a_person_is_believed_where_nothing_else_tells_and_the_policy_allows_it() {
    let attested = |day, history| {
        let said = Attested { at: at(day), actor: "Alice".to_owned(), ticket: None };
        History { attestations: vec![said], ..history }
    };
    let nothing = || attested(50, History::default());
    World::of(nothing()).is(Some(50), Some(E), &[]);
    World { min: Some(D), ..World::of(nothing()) }.is(None, None, &[]);
    World { min: Some(E), ..World::of(nothing()) }.is(Some(50), Some(E), &[]);
    // The first entry says only that there is a value: it may be older.
    World::of(attested(10, changes(&[(20, "a")]))).is(Some(10), Some(E), &[]);
    World::of(attested(10, changes(&[(1, "a"), (20, "b")]))).is(Some(20), Some(D), &[]);
    // The same value since before then.
    World::of(attested(50, changes(&[(1, "a"), (20, "b")]))).is(Some(20), Some(D), &[ClaimContradicted]);
    let committed = World::of(nothing()).committed(git(commit(20), &[]));
    committed.is(Some(20), Some(D), &[ClaimContradicted]);
}

#[test]
fn a_push_of_the_new_value_proves_it() {
    let history = || pushed(&[(1, "a"), (50, "b")], &[(1, "1", "a"), (55, "2", "b")]);
    World::of(history()).stored(store(&[1, 55])).is(Some(50), Some(B), &[]);
    World::of(history()).stored(own_store(&[1, 55])).is(Some(50), Some(B), &[]);
    // Another variable was pushed since: the ledger knows that version too.
    let mut world = World::of(history()).stored(store(&[1, 55, 70]));
    world.others.insert("OTHER".to_owned(), pushed(&[(69, "x")], &[(70, "3", "x")]));
    world.is(Some(50), Some(B), &[]);
    // What `rotation sync` found is no push of this value.
    let mut observed = history();
    observed.pushes[1].observed = true;
    World::of(observed).stored(own_store(&[1, 55])).is(Some(50), Some(D), &[]);
}

#[test]
fn a_value_that_was_not_pushed_yet_is_as_old_as_the_one_that_is_served() {
    let history = || pushed(&[(1, "a"), (50, "b")], &[(1, "1", "a")]);
    World::of(history()).stored(store(&[1])).is(Some(1), Some(D), &[SourcesDisagree]);
    // A variable that was never pushed is not in the store.
    let mut world = World::of(changes(&[(50, "a")])).stored(store(&[1]));
    world.others.insert("OTHER".to_owned(), pushed(&[(1, "x")], &[(1, "1", "x")]));
    world.is(Some(50), Some(D), &[]);
}

#[test]
fn a_version_that_nobody_pushed_makes_nothing_younger() {
    let history = || pushed(&[(1, "a"), (50, "b")], &[(51, "1", "b")]);
    World::of(history()).stored(own_store(&[51, 90])).is(Some(50), Some(D), &[SameValue]);
    World::of(history()).stored(store(&[51, 90])).is(Some(50), Some(D), &[SameValue]);
    // It may have been made for another variable, which changed meanwhile.
    let mut world = World::of(history()).stored(store(&[51, 90]));
    world.others.insert("OTHER".to_owned(), changes(&[(80, "x")]));
    world.is(Some(50), Some(D), &[]);
    // Two pushes of one value.
    let twice = pushed(&[(1, "a"), (50, "b")], &[(51, "1", "b"), (90, "2", "b")]);
    World::of(twice).stored(own_store(&[51, 90])).is(Some(50), Some(B), &[SameValue]);
}

#[test]
fn a_store_that_was_rolled_back_serves_an_old_value() {
    // The label of the current version was moved back.
    let history = pushed(&[(1, "a"), (50, "b")], &[(1, "1", "a"), (51, "2", "b")]);
    World::of(history).stored(own_store(&[1])).is(Some(1), Some(D), &[ValueReturned]);
    // The old value was pushed as a new version.
    let history = pushed(&[(1, "a"), (50, "b")], &[(51, "1", "b"), (90, "2", "a")]);
    World::of(history).stored(own_store(&[51, 90])).is(Some(1), Some(D), &[ValueReturned]);
}

#[test]
fn an_older_version_that_is_served_again_is_told_by_what_was_pushed_whatever_its_date() {
    // Both versions were made within a second, so that their order does not show.
    let history = pushed(&[(1, "a"), (30, "b")], &[(1, "1", "a"), (30, "2", "b")]);
    let current = CurrentVersion {
        version: "1".to_owned(),
        created: Some(at(30)),
        author: None,
        older: vec!["2".to_owned()],
    };
    let facts = StoreFacts { store: "vault".to_owned(), current: Some(current), ..StoreFacts::default() };
    World::of(history).stored(facts).is(Some(1), Some(D), &[ValueReturned]);
}

#[test]
fn a_store_alone_says_when_something_was_written() {
    World::default().stored(own_store(&[1, 50])).is(Some(50), Some(D), &[]);
    World::default().stored(store(&[50])).is(Some(50), Some(D), &[]);
    World::of(changes(&[(1, "a"), (50, "b")])).stored(own_store(&[1])).is(
        Some(1),
        Some(D),
        &[SourcesDisagree],
    );
    World::default().stored(own_store(&[400])).is(Some(100), Some(D), &[]);
}

#[test]
fn a_claim_that_is_older_in_the_store_is_contradicted() {
    let mut history = pushed(&[(1, "a"), (50, "b")], &[(51, "1", "b")]);
    history.pushes[0].created = Some(at(20));
    World::of(history).stored(own_store(&[20])).is(Some(20), Some(D), &[SourcesDisagree]);
}
