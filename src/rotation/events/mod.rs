//! What the ledger says happened to each variable of one environment. No key is needed; with keys, entries that were
//! written without one show.

mod chain;
mod exemptions;
mod reader;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::chain::SKEW;
pub use self::exemptions::{has_address, is_same_person};
use super::Finding;
use crate::ledger::{Event, Fingerprint, Ledger, Recorded};
use crate::schema::Grade;
use crate::secret::Key;

/// What the ledger says about one environment.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// By variable.
    pub variables: BTreeMap<String, History>,
    /// By store: every version that a push made.
    pub pushed: BTreeMap<String, BTreeSet<String>>,
    /// What is wrong with the ledger itself.
    pub findings: Vec<Finding>,
    /// Whether there are entries that were believed without a look at who wrote them.
    pub authors_unchecked: bool,
}

/// What the ledger says about one variable, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Every entry in which it has a fingerprint that differs from the one before. A new project key is no change.
    pub changes: Vec<Change>,
    /// Every version of a store that it was pushed to.
    pub pushes: Vec<Pushed>,
    /// Rotations that `rotate` carried through.
    pub rotations: Vec<Rotated>,
    /// What people say they did elsewhere.
    pub attestations: Vec<Attested>,
    /// The newest exemption that someone else agreed to; if there is none, the newest that waits for that.
    pub exemption: Option<Exemption>,
    /// The newest exemption that waits for someone else, if it is newer than any that was agreed to.
    pub pending: Option<Exemption>,
    /// When it became known to someone who should not know it, since its last change.
    pub exposed: Option<Exposure>,
    /// Whether its last entry removed it.
    pub removed: bool,
}

/// A new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When, by the clock of who wrote it.
    pub at: Timestamp,
    /// The fingerprint under the project key of number `key`.
    pub fingerprint: Fingerprint,
    /// The number of the project key.
    pub key: u32,
    /// Id of the entry.
    pub entry: String,
    /// SHA-256 of the sealed file that the entry is about.
    pub sealed: String,
    /// Who wrote it.
    pub actor: String,
    /// Whether the same fingerprint was there before.
    pub returned: bool,
}

/// A push to a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// When, by the clock of who wrote it.
    pub at: Timestamp,
    /// The store's name in the manifest.
    pub store: String,
    /// The version that the store has with it.
    pub version: String,
    /// When the store made it, by its clock.
    pub created: Option<Timestamp>,
    /// The fingerprint of what was pushed, if it was not removed.
    pub fingerprint: Option<Fingerprint>,
    /// Whether it was taken from the store's metadata afterwards.
    pub observed: bool,
    /// The version whose values it wrote again, if it was a rollback.
    pub restores: Option<String>,
}

/// A rotation by `rotate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// When.
    pub at: Timestamp,
    /// How far it was seen, in the end.
    pub evidence: Grade,
    /// The variable with the previous value.
    pub previous: Option<String>,
    /// When the overlap ends.
    pub until: Option<Timestamp>,
    /// When the previous value was retired, if it was.
    pub retired: Option<Timestamp>,
    /// Id of the entry of [`Change`] that it made; `None` if it names no value.
    pub change: Option<String>,
    /// To whom the previous value had become known.
    pub exposed: Option<Exposure>,
}

/// What a person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// When it was done, as the person says; never later than when that was said.
    pub at: Timestamp,
    /// Who says so.
    pub actor: String,
    /// Where it is written down.
    pub ticket: Option<String>,
}

/// An exemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Id of the entry that asks for it.
    pub entry: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// Who asks.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Where it is written down.
    pub ticket: Option<String>,
    /// Its last day.
    pub until: Date,
    /// Who agreed, which is someone else.
    pub approver: Option<String>,
}

/// It became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// When that was recorded.
    pub at: Timestamp,
    /// To whom, such as `left: alice`.
    pub reason: String,
}

impl History {
    /// A value that became known is still a way in after its overlap, until it is retired.
    fn keep_exposed(&mut self, now: Timestamp) {
        let newest = self.rotations.last().filter(|rotated| rotated.retired.is_none());
        if let Some(over) = newest.filter(|rotated| rotated.until.is_some_and(|until| until <= now))
            && self.exposed.is_none()
        {
            self.exposed.clone_from(&over.exposed);
        }
    }
}

impl Events {
    /// Reads the entries of an environment. `keys` are its project keys by number, if they are known; `now` is for
    /// dates in the future. What is wrong with the chain as a whole is found whichever the environment is.
    ///
    /// An entry that has no date that can be, or that was written without the project key, is a finding and counts
    /// for nothing: a value is then as old as the other entries say. Only that something became known counts, from now.
    pub fn of(ledger: &Ledger, environment: &str, keys: Option<&[(u32, Key)]>, now: Timestamp) -> Self {
        let entries = ledger.in_order();
        let own = |recorded: &&&Recorded| recorded.entry.environment == environment;
        let mut findings = chain::missing(&entries);
        findings.extend(chain::dates(&entries, environment, now));
        let (believed, forged): (Vec<&Recorded>, Vec<&Recorded>) =
            entries.iter().filter(own).partition(|recorded| chain::is_authentic(recorded, keys));
        findings.extend(forged.into_iter().map(chain::forged));
        let authors_unchecked = keys.is_none() && !believed.is_empty();
        let usable = believed.into_iter().filter_map(|recorded| {
            let at = recorded.at().filter(|_| chain::has_happened(recorded, now));
            Some((recorded, at.or((recorded.entry.event == Event::Exposed).then_some(now))?))
        });
        let (mut variables, pushed) = reader::read(usable);
        for history in variables.values_mut() {
            history.keep_exposed(now);
        }
        Self { variables, pushed, findings, authors_unchecked }
    }
}

#[cfg(test)]
mod tests;
