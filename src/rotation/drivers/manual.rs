//! `manual`: a person makes the new value where the schema says, and ends the old one there.

use jiff::Timestamp;

use super::{Change, Driver, Ended, Error, Opening};
use crate::rng::Rng;
use crate::schema::Variable;
use crate::secret::{Secret, Values};

/// See the module.
pub struct Manual<'a> {
    variable: &'a Variable,
    given: Option<Secret>,
}

impl<'a> Manual<'a> {
    /// The value that the person gave is in `opening`.
    pub fn new(opening: Opening<'a>) -> Self {
        Self { variable: opening.variable, given: opening.given }
    }
}

impl Driver for Manual<'_> {
    fn name(&self) -> &'static str {
        "manual"
    }

    fn has_overlap(&self) -> bool {
        // How long whoever issued the old value still accepts it is between the two of them.
        false
    }

    fn ends_at_once(&self) -> Option<String> {
        None
    }

    fn prepare(&mut self, current: &Values, _rng: &mut Rng, _now: Timestamp) -> Result<Values, Error> {
        let name = &self.variable.name;
        let help = "get a new one where it is issued";
        let Some(given) = self.given.take() else {
            return Err(Error::setup(format!("nobody gave the new value of {name}"), help));
        };
        if current.get(name) == Some(&given) {
            return Err(Error::setup(format!("the new value of {name} is the old one"), help));
        }
        Ok([(name.clone(), given)].into())
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
