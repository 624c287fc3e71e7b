//! Applying a push: written if nothing changed since it was planned, else planned again.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Action, Change, Direction, Error, Options, Pair, Seen, Sides};
use crate::merge::Merge;
use crate::rng::{self, Rng};
use crate::store::{self, Store, Stored};

/// How often a write is tried that other writers overtake.
const ATTEMPTS: u32 = 5;

/// The longest pause before the second attempt; it doubles with every further one.
const PAUSE: Duration = Duration::from_millis(100);

/// What a person confirmed.
pub struct Push<'a> {
    /// What was chosen.
    pub options: &'a Options,
    /// The variables that may be written: those of the plan that was shown.
    pub confirmed: BTreeSet<String>,
    /// Whether it may be planned again if the store moves meanwhile. A saved plan may not.
    pub again: bool,
}

/// What a push did.
pub struct Pushed {
    /// What was written, by variable.
    pub changes: Vec<Change>,
    /// What the store made of it; `None` if there was nothing to write.
    pub stored: Option<Stored>,
    /// Why some variables were not written, and which.
    pub failed: Option<Failed>,
    /// The store as it was read last.
    pub seen: Seen,
    /// The sides after the write.
    pub after: Sides,
    /// What differed before it.
    pub merged: Merge,
}

/// What a write that was done in part left out.
pub struct Failed {
    /// The variables.
    pub variables: Vec<String>,
    /// Why the first of them was not written.
    pub error: store::Error,
}

/// Writes what was confirmed. A write that another one overtook is planned again, as long as no variable conflicts;
/// one whose outcome is not known is read back. `pause` waits before each further attempt.
///
/// # Errors
/// [`Error::Conflict`] if a variable was changed on both sides, and [`store::Error::Moved`] if others were always
/// faster: nothing was written. [`store::Error::Unknown`] if the store cannot tell what was.
pub fn push(
    store: &mut dyn Store,
    pair: &Pair<'_>,
    mut seen: Seen,
    request: &Push<'_>,
    rng: &mut Rng,
    pause: &mut dyn FnMut(Duration),
) -> Result<Pushed, Error> {
    let mut attempt = 1;
    // What a write with an unknown outcome would have written: it may show up later.
    let mut unsure = Vec::new();
    loop {
        let plan = seen.plan(Direction::Push, request.options);
        let conflicts = plan.conflicts();
        if !conflicts.is_empty() {
            return Err(Error::Conflict { store: pair.store.to_owned(), names: conflicts });
        }
        let writes = plan.writes().filter(|change| request.confirmed.contains(&change.variable));
        let writes: Vec<Change> = writes.cloned().collect();
        if writes.is_empty() {
            let stored = (!unsure.is_empty()).then(|| current(&seen));
            return Ok(done(seen, request, unsure, stored, None));
        }
        let names: BTreeSet<String> = writes.iter().map(|change| change.variable.clone()).collect();
        let changes = pair.changes(&names);
        let mark = pair.mark(&seen, &seen.after(&names), &changes);
        let overtaken = match store.write(&seen.snapshot, &changes, mark.as_ref()) {
            Ok(stored) => return Ok(done(seen, request, writes, Some(stored), None)),
            Err(store::Error::Partial { failed, error, .. }) => {
                let failed = Failed { variables: pair.variables_of(&failed), error: *error };
                let writes = writes.into_iter().filter(|it| !failed.variables.contains(&it.variable));
                let now = pair.read_again(&seen, store).ok();
                let stored = now.as_ref().map(current);
                return Ok(done(now.unwrap_or(seen), request, writes.collect(), stored, Some(failed)));
            }
            Err(error @ store::Error::Moved { .. }) => error,
            Err(error @ store::Error::Unknown { .. }) => {
                let Ok(now) = pair.read_again(&seen, store) else { return Err(error.into()) };
                if now.holds(&changes) {
                    let stored = current(&now);
                    return Ok(done(now, request, writes, Some(stored), None));
                }
                unsure = writes;
                error
            }
            Err(error) => return Err(error.into()),
        };
        if attempt == ATTEMPTS || !request.again {
            return Err(if unsure.is_empty() { overtaken } else { unknown(&seen) }.into());
        }
        pause(jittered(attempt, rng)?);
        attempt += 1;
        seen = match pair.read_again(&seen, store) {
            Err(_) if !unsure.is_empty() => return Err(unknown(&seen).into()),
            now => now?,
        };
    }
}

/// That an earlier attempt may have been written, although the last one was not.
fn unknown(seen: &Seen) -> store::Error {
    let reason = "a write was not answered, and could not be read back".to_owned();
    store::Error::Unknown { path: seen.location().to_owned(), reason }
}

/// The version that was read.
fn current(seen: &Seen) -> Stored {
    Stored { version: seen.snapshot.version.clone(), created: seen.snapshot.created }
}

fn done(
    seen: Seen,
    request: &Push<'_>,
    changes: Vec<Change>,
    stored: Option<Stored>,
    failed: Option<Failed>,
) -> Pushed {
    let after = seen.after(changes.iter().map(|change| &change.variable));
    let merged = seen.sides.merge(request.options);
    Pushed { changes, stored, failed, seen, after, merged }
}

/// Between half and the whole of a pause that doubles with every attempt, so that writers who met once do not meet
/// again.
fn jittered(attempt: u32, rng: &mut Rng) -> Result<Duration, rng::Error> {
    let longest = PAUSE * 2_u32.pow(attempt - 1);
    Ok(longest / 2 + (longest / 2 / 1000) * rng.below(1001)?)
}

impl Pushed {
    /// The names that were written and those that were removed.
    pub fn names(&self) -> (Vec<&String>, Vec<String>) {
        let removed = |change: &&Change| change.action == Action::Delete;
        let written = self.changes.iter().filter(|change| !removed(change));
        let gone = self.changes.iter().filter(removed);
        (written.map(|change| &change.variable).collect(), gone.map(|it| it.variable.clone()).collect())
    }
}

#[cfg(test)]
mod tests;
