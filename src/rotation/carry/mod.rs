//! Rotates one variable: pending, set, tested, current, pushed, recorded, and at the end of the overlap retired.
//!
//! How a command uses it:
//! ```text
//! let mut carry = Carry { … };
//! let journal = carry.begin()?;              // the new value is durable, nothing outside was touched
//! let outcome = carry.forward(journal)?;     // step by step, the journal after each; also after a crash
//! carry.back(journal)?;                      // or back again
//! carry.finish(journal)?;                    // when the overlap is over, on any machine
//! ```
//! Promised: the journal says what is done before the next step begins, every step can be done twice, and whatever
//! stops it, going on or going back ends with a value in the sealed file that the target accepts. Where the target has
//! two values meanwhile, going back is refused once the previous one may be gone.

mod back;
mod begin;
mod finish;
mod forward;
mod values;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::drivers::{self, Driver};
use super::journal::{Journal, Journals, Step};
use super::policy::Policy;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::schema::{Schema, Variable};
use crate::seal::{self, Access, Changes, Opened, Written};

/// What carrying a rotation through needs of the world around it.
pub trait World {
    /// Why the world did not do it.
    type Error: From<Error>;

    /// Writes these variables of the sealed file to the environment's stores; those that the file does not have are
    /// removed there.
    ///
    /// # Errors
    /// A store refused, or someone else changed one of the variables there.
    fn push(
        &mut self,
        opened: &Opened,
        variables: &BTreeSet<String>,
        access: &Access,
    ) -> Result<(), Self::Error>;

    /// Keeps the journal of a variable where it outlasts a checkout that does not last; `None` removes it again.
    /// Where the checkout lasts, there is nothing to do.
    ///
    /// # Errors
    /// A store refused, or none could keep it.
    fn keep(&mut self, opened: &Opened, variable: &str, journal: Option<&str>) -> Result<(), Self::Error>;

    /// Is told what happens.
    fn progress(&mut self, progress: &Progress<'_>);
}

/// What happens.
pub enum Progress<'a> {
    /// A step begins.
    Begins(Step),
    /// A step is done, and the journal does not say so yet.
    Done(Step),
    /// The journal says that a step is done.
    Noted(Step),
    /// The sealed file was written.
    Sealed {
        /// What that did.
        written: &'a Written,
        /// The variables that were rendered from their parts.
        rendered: &'a [String],
    },
    /// The target did a step, and something about that should be known.
    Remark(&'a str),
    /// After a step that failed, the target has the previous value again.
    TakenBack,
    /// After a step that failed, the target may have either value.
    NotTakenBack(&'a drivers::Error),
}

/// How far a rotation was carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To its end; `true` if the previous value was seen to be refused.
    Ended(bool),
    /// The previous value is accepted until then.
    Overlap(Timestamp),
}

/// One variable of one environment, and who carries its rotation through.
pub struct Carry<'a, W: World> {
    /// The project.
    pub project: &'a Project,
    /// The environment.
    pub environment: &'a Environment,
    /// The schema.
    pub schema: &'a Schema,
    /// The variable.
    pub variable: &'a Variable,
    /// Its policy in the environment.
    pub policy: &'a Policy,
    /// Whether the previous value ends at once although the policy has an overlap.
    pub at_once: bool,
    /// What puts new values in place.
    pub driver: Box<dyn Driver + 'a>,
    /// Who opens the sealed file.
    pub access: &'a mut Access,
    /// For new values.
    pub rng: &'a mut Rng,
    /// Stores, and who is told.
    pub world: &'a mut W,
}

impl<W: World> Carry<'_, W> {
    /// How long the previous value stays valid; `None` if it ends at once.
    pub fn overlap(&self) -> Option<SignedDuration> {
        let overlap = self.policy.overlap;
        (self.driver.has_overlap() && overlap.is_positive() && !self.at_once).then_some(overlap)
    }

    fn journals(&self) -> Journals<'_> {
        Journals::new(&self.project.root, &self.project.manifest.project.name, &self.environment.name)
    }

    /// Opens the sealed file as it is now.
    fn open(&mut self) -> Result<Opened, Error> {
        Ok(seal::open(self.project, self.environment, self.access)?)
    }

    /// Refuses what sealing these changes would refuse, before something outside is changed that has to agree with
    /// the sealed file.
    fn require_sealable(&mut self, opened: &Opened, mut changes: Changes) -> Result<(), Error> {
        changes.rerender(&opened.values, self.schema, &self.environment.name);
        let checked = seal::check_write(opened, &changes, Some(self.schema), self.access);
        checked.map_err(unsealed)
    }

    /// Writes the journal, and says so.
    fn note(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        self.journals().write(journal, &opened, self.access)?;
        self.world.progress(&Progress::Noted(journal.step));
        Ok(())
    }

    /// Removes the journal, wherever it is.
    fn forget(&mut self, variable: &str) -> Result<(), W::Error> {
        let opened = self.open()?;
        self.world.keep(&opened, variable, None)?;
        Ok(self.journals().remove(variable)?)
    }

    /// Passes on what the driver says of the last step.
    fn pass_on_remark(&mut self) {
        if let Some(remark) = self.driver.remark() {
            self.world.progress(&Progress::Remark(&remark));
        }
    }

    /// Which variable a driver's error is of.
    fn failed(&self, error: drivers::Error) -> Error {
        Error::Driver { variable: self.variable.name.clone(), error }
    }
}

/// Why the sealed file was not written, in words that fit here: it was read just before, so that what conflicts is the
/// env file.
fn unsealed(error: seal::Error) -> Error {
    match error {
        seal::Error::Conflict { names } => Error::Unsealed { names },
        error => error.into(),
    }
}
