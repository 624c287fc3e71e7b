//! `generate`: a new value as the schema says. There is no target: the application takes the value from where it is
//! served, the next time it starts.

use jiff::Timestamp;

use super::{Change, Driver, Ended, Error, Opening, new_value};
use crate::rng::Rng;
use crate::rotation::policy::DATA_ENCRYPTION;
use crate::schema::Variable;
use crate::secret::Values;

/// See the module.
pub struct Generate<'a> {
    variable: &'a Variable,
    has_overlap: bool,
}

impl<'a> Generate<'a> {
    /// # Errors
    /// What the old key encrypted would be unreadable.
    pub fn new(opening: &Opening<'a>) -> Result<Self, Error> {
        let name = &opening.variable.name;
        if opening.policy.class.as_deref() == Some(DATA_ENCRYPTION) {
            return Err(Error::setup(
                format!("{name} encrypts data: with a new key the stored data could not be read any more"),
                format!("re-encrypt the data as its application documents it, then run: envward set {name}"),
            ));
        }
        let has_overlap = opening.policy.previous.is_some() && opening.policy.overlap.is_positive();
        Ok(Self { variable: opening.variable, has_overlap })
    }
}

impl Driver for Generate<'_> {
    fn name(&self) -> &'static str {
        "generate"
    }

    fn has_overlap(&self) -> bool {
        self.has_overlap
    }

    fn ends_at_once(&self) -> Option<String> {
        let name = &self.variable.name;
        (!self.has_overlap).then(|| format!("everything that was made with the old value of {name}"))
    }

    fn prepare(&mut self, _current: &Values, rng: &mut Rng, now: Timestamp) -> Result<Values, Error> {
        let name = self.variable.name.clone();
        Ok([(name, new_value(self.variable, rng, now)?)].into())
    }

    fn set(&mut self, _change: Change<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn test(&mut self, _change: Change<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn end(&mut self, _change: Change<'_>) -> Result<Ended, Error> {
        Ok(Ended::NotSeen)
    }

    fn take_back(&mut self, _change: Change<'_>) -> Result<(), Error> {
        Ok(())
    }
}
