//! The steps forward, one after the other from wherever the journal is.

use std::collections::BTreeSet;

use super::values::{BothSides, require_own};
use super::{Carry, Outcome, Progress, World, unsealed};
use crate::ledger::Event;
use crate::rotation::Error;
use crate::rotation::drivers::{self, Change, Ended};
use crate::rotation::journal::{Journal, Step};
use crate::schema::Grade;
use crate::seal::{self, Changes, Rotation};

impl<W: World> Carry<'_, W> {
    /// Carries a rotation through from where its journal is, until its end or until its overlap begins.
    ///
    /// # Errors
    /// A step failed. The journal is kept; going on does that step again.
    pub fn forward(&mut self, mut journal: Journal) -> Result<Outcome, W::Error> {
        self.at_once = journal.at_once;
        while let Some(step) = self.next(&journal) {
            self.world.progress(&Progress::Begins(step));
            if step == Step::Ended && self.driver.has_overlap() && !journal.one_way {
                self.leave_no_way_back(&mut journal)?;
            }
            self.take(step, &mut journal)?;
            self.world.progress(&Progress::Done(step));
            journal.step = step;
            self.note(&journal)?;
        }
        if let Some(until) = journal.until {
            // From here on ledger and sealed file are enough for any machine.
            let opened = self.open()?;
            self.world.keep(&opened, &journal.variable, None)?;
            return Ok(Outcome::Overlap(until));
        }
        self.forget(&journal.variable)?;
        Ok(Outcome::Ended(journal.seen))
    }

    /// The step that follows; with an overlap, the previous value is ended later.
    fn next(&self, journal: &Journal) -> Option<Step> {
        Some(match journal.step {
            Step::Pending => Step::Set,
            Step::Set => Step::Tested,
            Step::Tested => Step::Current,
            Step::Current => Step::Pushed,
            Step::Pushed if self.overlap().is_none() => Step::Ended,
            Step::Pushed | Step::Ended => Step::Recorded,
            Step::Recorded => return None,
        })
    }

    fn take(&mut self, step: Step, journal: &mut Journal) -> Result<(), W::Error> {
        match step {
            Step::Set => {
                self.require_ready(journal)?;
                self.put_in_target(step, journal)?;
            }
            Step::Tested => self.put_in_target(step, journal)?,
            Step::Current => self.seal(journal)?,
            Step::Pushed => self.push(journal)?,
            Step::Ended => journal.seen = self.end(journal)? == Ended::Seen,
            Step::Recorded => self.record(journal)?,
            Step::Pending => {}
        }
        Ok(())
    }

    /// Has every copy of the journal say that the previous value may be ended by now, before it is. A driver whose
    /// target takes two values removes one of them to go back, and that would be the last one.
    fn leave_no_way_back(&mut self, journal: &mut Journal) -> Result<(), W::Error> {
        journal.one_way = true;
        self.note(journal)?;
        // Whoever takes over the kept one has a checkout in which nothing is done yet.
        let kept = Journal { step: Step::Pending, ..journal.clone() };
        let opened = self.open()?;
        let text = self.journals().seal(&kept, &opened, self.access)?;
        self.world.keep(&opened, &journal.variable, Some(&text))
    }

    /// Sets or tests the new value. If that fails where the target has one value only, it gets the previous one
    /// again, which is the one that applications have.
    fn put_in_target(&mut self, step: Step, journal: &mut Journal) -> Result<(), Error> {
        let opened = self.open()?;
        let sides = BothSides::of(journal, &opened.values, self.schema);
        let change = Change { current: &sides.current, pending: &sides.pending };
        let done = if step == Step::Set { self.driver.set(change) } else { self.driver.test(change) };
        let Err(error) = done else {
            self.pass_on_remark();
            return Ok(());
        };
        if !self.driver.has_overlap() && may_have_changed(&error) {
            // Before it is taken back: a crash in between must not believe that it is still set.
            journal.step = Step::Pending;
            self.note(journal)?;
            match self.driver.take_back(change) {
                Ok(()) => self.world.progress(&Progress::TakenBack),
                Err(error) => self.world.progress(&Progress::NotTakenBack(&error)),
            }
        }
        Err(self.failed(error))
    }

    /// Writes the new values into the sealed file, and with it into the env file.
    fn seal(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        require_own(journal, &opened.values)?;
        let mut changes = Changes { set: journal.pending.clone(), ..Changes::default() };
        self.write(&opened, &mut changes)
    }

    /// Writes changes, and what is rendered from them, into the sealed file.
    pub(super) fn write(&mut self, opened: &seal::Opened, changes: &mut Changes) -> Result<(), Error> {
        let rendered = changes.rerender(&opened.values, self.schema, &self.environment.name);
        let written = seal::write(opened, changes, Some(self.schema), self.access, self.rng);
        let written = written.map_err(unsealed)?;
        self.world.progress(&Progress::Sealed { written: &written, rendered: &rendered });
        Ok(())
    }

    /// Writes what changed to the stores.
    pub(super) fn push(&mut self, journal: &Journal) -> Result<(), W::Error> {
        let opened = self.open()?;
        let names: Vec<String> = journal.pending.keys().cloned().collect();
        let wholes = self.schema.rerender(&self.environment.name, &opened.values, &names);
        let names: BTreeSet<String> = names.into_iter().chain(wholes.into_keys()).collect();
        self.world.push(&opened, &names, self.access)
    }

    /// Ends the previous value.
    pub(super) fn end(&mut self, journal: &Journal) -> Result<Ended, Error> {
        let opened = self.open()?;
        let sides = BothSides::of(journal, &opened.values, self.schema);
        let change = Change { current: &sides.current, pending: &sides.pending };
        let variable = journal.variable.clone();
        self.driver.end(change).map_err(|error| Error::NotEnded { variable, error })
    }

    /// Enters the rotation into the ledger, once.
    fn record(&mut self, journal: &mut Journal) -> Result<(), Error> {
        let opened = self.open()?;
        if let Some(until) = seal::recorded_rotation(&opened, &journal.variable)? {
            journal.until = until;
            return Ok(());
        }
        let now = self.access.now();
        journal.until = self.overlap().and_then(|overlap| now.checked_add(overlap).ok());
        let rotation = Rotation {
            event: Event::Rotated,
            variable: &journal.variable,
            evidence: if journal.seen { Grade::A } else { Grade::D },
            previous: journal.until.and(self.policy.previous.as_deref()),
            until: journal.until,
        };
        Ok(seal::record_rotation(&opened, &rotation, self.access)?)
    }
}

/// Whether the target may have another value than before the step.
fn may_have_changed(error: &drivers::Error) -> bool {
    !matches!(error, drivers::Error::Setup { .. } | drivers::Error::Generate(_))
}
