//! What the version that a store serves says about the age of a variable.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::join::{DAY, Join, day};
use super::store_facts::{CurrentVersion, StoreFacts};
use crate::rotation::FindingCode;
use crate::rotation::events::Pushed;
use crate::schema::Grade;
use crate::ui::escape;

impl Join<'_> {
    pub(super) fn look_at_stores(&mut self) {
        for facts in self.sources.stores {
            let own = facts.by_variable.get(self.sources.variable);
            if let Some(current) = own.or(facts.current.as_ref()) {
                self.look_at_version(facts, current, own.is_some());
            }
        }
    }

    /// `is_own` is whether the version is of this variable alone.
    fn look_at_version(&mut self, facts: &StoreFacts, current: &CurrentVersion, is_own: bool) {
        let pushes = self.history.map_or(&[][..], |history| &history.pushes);
        let own = |push: &&Pushed| push.store == facts.store && !push.observed;
        let served = pushes.iter().find(|push| own(push) && push.version == current.version);
        let newest = pushes.iter().rev().find(own);
        if let (Some(served), Some(newest)) = (served, newest)
            && served.fingerprint != newest.fingerprint
        {
            let made = current.created.or(served.created).unwrap_or(served.at);
            return self.look_at_older(facts, current, made.min(served.at));
        }
        match newest {
            Some(push) if self.is_still_there(push, current) => self.look_at_push(facts, current, push),
            Some(push) => self.look_at_unknown(facts, current, push, is_own),
            None if !is_own && self.recorded(&facts.store).is_some() => {}
            None => self.look_at_time(facts, current),
        }
    }

    /// Whether what was pushed is what the store serves: in the version of the push, or in a later one whose every
    /// predecessor since was pushed too, with other variables.
    fn is_still_there(&self, push: &Pushed, current: &CurrentVersion) -> bool {
        let is_recorded =
            |version: &String| self.recorded(&push.store).is_some_and(|known| known.contains(version));
        let mut versions = std::iter::once(&current.version).chain(&current.older);
        let later: Vec<&String> = versions.by_ref().take_while(|version| **version != push.version).collect();
        let reaches_push = current.version == push.version || current.older.contains(&push.version);
        reaches_push && later.into_iter().all(is_recorded)
    }

    /// What was pushed is served.
    fn look_at_push(&mut self, facts: &StoreFacts, current: &CurrentVersion, push: &Pushed) {
        let store = escape(&facts.store);
        let version = escape(&push.version);
        let made =
            if current.version == push.version { current.created.or(push.created) } else { push.created };
        let (Some(change), Some(since)) = (self.change(), self.since()) else {
            return made.into_iter().for_each(|made| self.vote(made, Grade::D));
        };
        let print = push.fingerprint.as_ref();
        let changes = self.history.map_or(&[][..], |history| &history.changes);
        let earlier = changes.iter().find(|earlier| Some(&earlier.fingerprint) == print);
        if print == Some(&change.fingerprint)
            || (earlier.is_none() && push.restores.is_none() && push.at >= change.at)
        {
            match made {
                Some(made) if made + DAY < since => {
                    let message = format!(
                        "the ledger says it changed on {}, and store {store} made version {version} with it on {}",
                        day(since),
                        day(made)
                    );
                    self.contradict(FindingCode::SourcesDisagree, message);
                    self.vote(made, Grade::D);
                }
                _ if change.returned => {}
                _ => self.vote(since, Grade::B),
            }
            return self.check_pushed_again(facts, push);
        }
        if push.at >= change.at {
            let message = format!("store {store} serves a value from before {} again", day(since));
            self.contradict(FindingCode::ValueReturned, message);
        } else if push.at + DAY < since {
            let message = format!(
                "it changed on {}, and store {store} still serves the value before: push it",
                day(since)
            );
            self.contradict(FindingCode::SourcesDisagree, message);
        }
        // Of a value that the ledger does not know: when the version was made that had it first.
        let pushes = self.history.map_or(&[][..], |history| &history.pushes);
        let restored = pushes
            .iter()
            .find(|other| other.store == push.store && Some(&other.version) == push.restores.as_ref());
        let known = earlier.map_or(restored.map_or(push.at, |restored| restored.at), |earlier| earlier.at);
        self.vote(made.map_or(known, |made| made.min(known)), Grade::D);
    }

    /// Whether the push before the last one wrote the same value.
    fn check_pushed_again(&mut self, facts: &StoreFacts, push: &Pushed) {
        let pushes = self.history.map_or(&[][..], |history| &history.pushes);
        let mut own = pushes.iter().rev().filter(|other| other.store == facts.store && !other.observed);
        let before = own.find(|other| other.version != push.version);
        if let Some(before) = before.filter(|before| before.fingerprint == push.fingerprint) {
            let message = format!(
                "version {} of store {} has the value that version {} had",
                escape(&push.version),
                escape(&facts.store),
                escape(&before.version)
            );
            self.find(FindingCode::SameValue, message);
        }
    }

    /// The store was told to serve an older version again.
    fn look_at_older(&mut self, facts: &StoreFacts, current: &CurrentVersion, made: Timestamp) {
        let (store, version) = (escape(&facts.store), escape(&current.version));
        let message =
            format!("store {store} serves version {version} of {}, from before the last push", day(made));
        self.contradict(FindingCode::ValueReturned, message);
        self.vote(made, Grade::D);
    }

    /// The ledger does not know the version that is served.
    fn look_at_unknown(&mut self, facts: &StoreFacts, current: &CurrentVersion, push: &Pushed, is_own: bool) {
        let (store, version) = (escape(&facts.store), escape(&current.version));
        let Some(made) = current.created else { return };
        let pushed = push.created.unwrap_or(push.at);
        if made < pushed {
            return self.look_at_older(facts, current, made);
        }
        // A version of everything may have been made for a change of something else.
        let changed = if is_own { self.change().map(|change| change.at) } else { self.newest_change() };
        if changed.is_none_or(|changed| changed <= push.at) {
            let message = format!(
                "store {store} has version {version} of {}, which no push made: it holds what version {} got, or a \
                 value that is not known here",
                day(made),
                escape(&push.version)
            );
            return self.find(FindingCode::SameValue, message);
        }
        self.look_at_time(facts, current);
    }

    /// Nothing says what the version holds.
    fn look_at_time(&mut self, facts: &StoreFacts, current: &CurrentVersion) {
        let Some(made) = current.created else { return };
        let is_older = self.since().is_some_and(|since| made + DAY < since);
        if is_older && self.has_earlier_value() {
            let message = format!(
                "store {} serves version {} of {}, which is older than the change that the ledger tells of",
                escape(&facts.store),
                escape(&current.version),
                day(made)
            );
            self.contradict(FindingCode::SourcesDisagree, message);
        }
        self.vote(made.min(self.sources.now), Grade::D);
    }

    /// When the ledger saw a new value of any variable last.
    fn newest_change(&self) -> Option<Timestamp> {
        let histories = self.sources.ledger.into_iter().flat_map(|events| events.variables.values());
        histories.filter_map(|history| history.changes.last()).map(|change| change.at).max()
    }

    /// The versions of a store that the ledger has a push of.
    fn recorded(&self, store: &str) -> Option<&BTreeSet<String>> {
        self.sources.ledger?.pushed.get(store)
    }
}
