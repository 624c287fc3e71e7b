//! The way back: the target, the sealed file and the stores have the previous value again.

use super::values::{BothSides, require_own};
use super::{Carry, Progress, World};
use crate::rotation::Error;
use crate::rotation::drivers::Change;
use crate::rotation::journal::{Journal, Step};
use crate::seal::{self, Changes};

impl<W: World> Carry<'_, W> {
    /// Takes a rotation back that is not recorded yet.
    ///
    /// # Errors
    /// The previous value may have been ended for good; a step failed, or someone else gave one of the variables
    /// another value meanwhile. The journal is kept; both
    /// going back and going on are still possible.
    pub fn back(&mut self, mut journal: Journal) -> Result<(), W::Error> {
        let was_sealed = self.is_sealed(&journal)?;
        self.require_unrecorded(&journal)?;
        if journal.one_way {
            return Err(Error::NoWayBack { variable: journal.variable }.into());
        }
        if was_sealed {
            let opened = self.open()?;
            require_own(&journal, &opened.values)?;
            self.require_sealable(&opened, changes_back(&journal))?;
        }
        let was_pushed = was_sealed || journal.step >= Step::Current;
        // Whoever goes on after a crash in between begins at the target again.
        journal.step = Step::Pending;
        self.note(&journal)?;
        // Where the target has one value only, the sooner it has the previous one the better: applications that
        // did not start again have that one. Else both work until the end.
        let at_once = !self.driver.has_overlap();
        if at_once {
            self.take_back(&journal)?;
        }
        if was_sealed {
            self.unseal(&journal)?;
        }
        if was_pushed {
            self.push(&journal)?;
        }
        if !at_once {
            self.take_back(&journal)?;
        }
        self.forget(&journal.variable)
    }

    /// Whoever reads the ledger believes that the previous value is gone.
    fn require_unrecorded(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        let is_current = opened.values.get(&journal.variable) == journal.pending.get(&journal.variable);
        let is_recorded = is_current && seal::recorded_rotation(&opened, &journal.variable)?.is_some();
        if is_recorded || journal.step == Step::Recorded {
            return Err(Error::Recorded { variable: journal.variable.clone() });
        }
        Ok(())
    }

    /// Whether the sealed file has a new value.
    fn is_sealed(&mut self, journal: &Journal) -> Result<bool, Error> {
        let opened = self.open()?;
        let mut pending = journal.pending.iter();
        Ok(pending
            .any(|(name, new)| opened.values.get(name) == Some(new) && journal.before.get(name) != Some(new)))
    }

    fn take_back(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        let sides = BothSides::of(journal, &opened.values, self.schema);
        let change = Change { current: &sides.current, pending: &sides.pending };
        let variable = journal.variable.clone();
        self.driver.take_back(change).map_err(|error| Error::NotTakenBack { variable, error })?;
        self.pass_on_remark();
        self.world.progress(&Progress::TakenBack);
        Ok(())
    }

    /// Writes the previous values into the sealed file.
    fn unseal(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        require_own(journal, &opened.values)?;
        self.write(&opened, &mut changes_back(journal))
    }
}

/// What takes the new values out of the sealed file.
fn changes_back(journal: &Journal) -> Changes {
    let mut changes = Changes { set: journal.before.clone(), ..Changes::default() };
    let added = journal.pending.keys().filter(|name| !journal.before.contains_key(*name));
    changes.remove.extend(added.cloned());
    changes
}
