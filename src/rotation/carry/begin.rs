//! The first step: the new value is made, and lies in the journal before anything outside hears of it.

use super::values::require_own;
use super::{Carry, Progress, World};
use crate::rotation::Error;
use crate::rotation::drivers;
use crate::rotation::journal::{Journal, Step};
use crate::seal::{Changes, Opened};
use crate::secret::{Secret, Values};

impl<W: World> Carry<'_, W> {
    /// Refuses what is known to stop a rotation before a value is made, which a vendor would do for good: whatever the
    /// value is, it has to find a place. Writes nothing.
    ///
    /// # Errors
    /// The variable has no value, or another one could not be sealed.
    pub fn may_begin(&mut self) -> Result<(), Error> {
        let opened = self.open()?;
        let stand_in = Secret::new(format!("{}-", self.old(&opened)?.expose()));
        self.require_sealable(&opened, [(self.variable.name.clone(), stand_in)].into_iter().collect())
    }

    /// The value so far.
    fn old<'o>(&self, opened: &'o Opened) -> Result<&'o Secret, Error> {
        let name = &self.variable.name;
        opened.values.get(name).ok_or_else(|| {
            let message = format!("environment {} has no value of it", self.environment.name);
            let help = Some(format!("give it one first: envward set {name}"));
            self.failed(drivers::Error::Setup { message, help })
        })
    }

    /// Makes the new values and the journal.
    ///
    /// # Errors
    /// The variable has no value, or none can be made; the journal cannot be written.
    pub fn begin(&mut self) -> Result<Journal, W::Error> {
        self.may_begin()?;
        let opened = self.open()?;
        let name = self.variable.name.clone();
        let old = self.old(&opened)?;
        self.world.progress(&Progress::Begins(Step::Pending));
        let begun = self.access.now();
        let made = self.driver.prepare(&opened.values, self.rng, begun);
        let mut pending = made.map_err(|error| self.failed(error))?;
        self.check(&pending, old).map_err(|error| self.failed(error))?;
        if let (Some(_), Some(previous)) = (self.overlap(), &self.policy.previous) {
            pending.insert(previous.clone(), old.clone());
        }
        self.require_sealable(&opened, changes_to(&pending))?;
        let before = pending.keys().filter_map(|name| opened.values.get_key_value(name));
        let before = before.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.world.progress(&Progress::Done(Step::Pending));
        let journal = Journal {
            variable: name,
            environment: self.environment.name.clone(),
            begun,
            step: Step::Pending,
            pending,
            before,
            until: None,
            seen: false,
            one_way: false,
            at_once: self.at_once,
        };
        let text = self.journals().seal(&journal, &opened, self.access)?;
        self.world.keep(&opened, &journal.variable, Some(&text))?;
        self.note(&journal)?;
        Ok(journal)
    }

    /// Refuses to touch the target while the new values could not be sealed after it.
    pub(super) fn require_ready(&mut self, journal: &Journal) -> Result<(), Error> {
        let opened = self.open()?;
        require_own(journal, &opened.values)?;
        self.require_sealable(&opened, changes_to(&journal.pending))
    }

    /// Whether the new values are new, and of the types that the schema asks for.
    fn check(&self, made: &Values, old: &Secret) -> Result<(), drivers::Error> {
        let refused = |message: String| drivers::Error::Setup { message, help: None };
        if made.get(&self.variable.name) == Some(old) {
            return Err(refused("its new value is the old one".to_owned()));
        }
        for (name, value) in made {
            let Some(variable) = self.schema.vars.get(name) else { continue };
            if let Err(mismatch) = variable.value_type.check(value.expose(), &variable.constraints) {
                return Err(refused(format!("the new value of {name} {}", mismatch.message)));
            }
        }
        Ok(())
    }
}

fn changes_to(values: &Values) -> Changes {
    Changes { set: values.clone(), ..Changes::default() }
}
