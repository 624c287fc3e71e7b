//! How a new value gets into its target, one driver per file.
//!
//! A driver knows the target alone: the journal, the sealed file, the stores and the ledger are the business of
//! [`super::carry`]. Every step can be done twice: after a crash it is done again.
//!
//! To add one: write its file with a type that implements [`Driver`] and its tests, its options in
//! [`crate::schema::driver`], and add it to [`open`].

use jiff::Timestamp;

use crate::rng::Rng;
use crate::secret::Values;

/// Why a step failed. It never holds a value, nor what a target or a command printed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The schema does not say what the driver needs.
    #[error("{message}")]
    Setup {
        /// What is missing, with names.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The target cannot be reached, or went away; the step may or may not have been done.
    #[error("{target} cannot be reached: {message}")]
    Unreachable {
        /// Host and port, or the command.
        target: String,
        /// What happened.
        message: String,
    },
    /// The target refused.
    #[error("{target} refused: {message}")]
    Refused {
        /// Host and port, or the command.
        target: String,
        /// What it said, as far as that can hold no value.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
}

/// The values of the environment before and after.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// Every value as it is now.
    pub current: &'a Values,
    /// Those that change: what [`Driver::prepare`] gave, and what is rendered from it.
    pub pending: &'a Values,
}

/// Whether the previous value was seen to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The target refused it.
    Seen,
    /// The driver cannot tell.
    NotSeen,
}

/// Something that puts new values in place.
pub trait Driver {
    /// Its word in schemas and reports.
    fn name(&self) -> &'static str;

    /// Whether the previous value is still accepted between [`Driver::set`] and [`Driver::end`].
    fn has_overlap(&self) -> bool;

    /// What ends at once where there is no overlap, such as `sessions signed with SECRET_KEY`: a person is asked
    /// first.
    fn ends_at_once(&self) -> Option<String>;

    /// The new values: of the variable, and of others that change with it. Touches nothing outside.
    ///
    /// # Errors
    /// The schema does not say how, or there is no randomness.
    fn prepare(&mut self, current: &Values, rng: &mut Rng, now: Timestamp) -> Result<Values, Error>;

    /// Makes the target accept the new values.
    ///
    /// # Errors
    /// The target refused or cannot be reached.
    fn set(&mut self, change: Change<'_>) -> Result<(), Error>;

    /// Uses the new values as an application would.
    ///
    /// # Errors
    /// They do not work.
    fn test(&mut self, change: Change<'_>) -> Result<(), Error>;

    /// Makes the target refuse the previous values, and sees whether it does. `pending` are those in use by now.
    ///
    /// # Errors
    /// The target refused or cannot be reached.
    fn end(&mut self, change: Change<'_>) -> Result<Ended, Error>;

    /// Takes back [`Driver::set`], so that the current values work and the new ones do not.
    ///
    /// # Errors
    /// The target refused or cannot be reached.
    fn take_back(&mut self, change: Change<'_>) -> Result<(), Error>;
}
