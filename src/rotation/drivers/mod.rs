//! How a new value gets into its target, one driver per file.
//!
//! A driver knows the target alone: the journal, the sealed file, the stores and the ledger are the business of
//! [`super::carry`]. Every step can be done twice: after a crash it is done again.
//!
//! To add one: write its file with a type that implements [`Driver`] and its tests, its options in
//! [`crate::schema::driver`], and add it to [`open`].

pub mod command;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod connection;
mod generate;
mod manual;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;

use std::path::Path;

use jiff::Timestamp;

use super::policy::Policy;
use crate::env_vars::EnvSnapshot;
use crate::rng::Rng;
use crate::schema::driver::DriverTable;
use crate::schema::{Schema, Variable};
use crate::secret::{Secret, Values};

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
    /// No value was made.
    #[error(transparent)]
    Generate(#[from] crate::generate::Error),
    /// A command of the project failed; the step may or may not have been done.
    #[error("the command {hook:?} of {variable} {message}")]
    Hook {
        /// Which of the commands.
        hook: &'static str,
        /// The variable.
        variable: String,
        /// What happened, such as `ended with 3`; nothing of what it printed.
        message: String,
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

impl Error {
    /// What the schema does not say, and what to write.
    fn setup(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Setup { message: message.into(), help: Some(help.into()) }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Setup { help, .. } | Self::Refused { help, .. } => help.clone(),
            Self::Generate(error) => error.hint(),
            Self::Hook { .. } => {
                Some("what it printed is not shown, since it may hold a value: have it keep a log".to_owned())
            }
            Self::Unreachable { .. } => None,
        }
    }
}

/// The values of the environment before and after.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// Every value before the rotation. Where another machine ends an overlap, the previous values may not be known
    /// any more: those of `pending` then stand here too.
    pub current: &'a Values,
    /// Those that change: what [`Driver::prepare`] gave, and what is rendered from it.
    pub pending: &'a Values,
}

impl Change<'_> {
    /// Every value as it will be.
    #[cfg(any(feature = "postgres", feature = "redis"))]
    fn after(&self) -> Values {
        let mut after = self.current.clone();
        after.extend(self.pending.iter().map(|(name, value)| (name.clone(), value.clone())));
        after
    }
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

    /// What a person should know about the last step although it was done, such as that the target forgets it when it
    /// is restarted.
    fn remark(&self) -> Option<String> {
        None
    }
}

/// What a driver is opened with.
pub struct Opening<'a> {
    /// The variable to rotate.
    pub variable: &'a Variable,
    /// The name of the environment.
    pub environment: &'a str,
    /// The schema, in which options of a driver name other variables.
    pub schema: &'a Schema,
    /// The policy of the variable in the environment.
    pub policy: &'a Policy,
    /// The project's root, in which commands run.
    pub root: &'a Path,
    /// What envward was started with, in which options of a driver may name variables too.
    pub env: &'a EnvSnapshot,
    /// The new value where a person gave one.
    pub given: Option<Secret>,
}

/// Opens the driver that the policy names.
///
/// # Errors
/// The schema does not say what the driver needs, or this envward was built without it. Nothing is connected to.
pub fn open<'a>(opening: Opening<'a>) -> Result<Box<dyn Driver + 'a>, Error> {
    match &opening.policy.driver {
        DriverTable::Manual => Ok(Box::new(manual::Manual::new(opening))),
        DriverTable::Generate => Ok(Box::new(generate::Generate::new(&opening)?)),
        #[cfg(feature = "postgres")]
        DriverTable::Postgres(options) => Ok(Box::new(postgres::Postgres::new(&opening, options)?)),
        #[cfg(feature = "redis")]
        DriverTable::Redis(options) => Ok(Box::new(redis::Redis::new(&opening, options)?)),
        #[cfg(not(feature = "postgres"))]
        DriverTable::Postgres(_) => Err(missing("postgres")),
        #[cfg(not(feature = "redis"))]
        DriverTable::Redis(_) => Err(missing("redis")),
        DriverTable::Command(definition) => Ok(Box::new(command::Command::new(definition, &opening)?)),
    }
}

/// That this envward was built without a driver.
#[cfg(not(all(feature = "postgres", feature = "redis")))]
fn missing(driver: &str) -> Error {
    Error::Setup { message: format!("this envward was built without the driver {driver}"), help: None }
}

/// A new value as the schema says.
fn new_value(variable: &Variable, rng: &mut Rng, now: Timestamp) -> Result<Secret, Error> {
    let made = variable.make_value(rng, now)?;
    made.map(|made| made.secret).ok_or_else(|| {
        let name = &variable.name;
        Error::setup(
            format!("the schema does not say how a value of {name} is made"),
            format!(
                "add it under [vars.{name}], such as: generate = {{ kind = \"alphanumeric\", length = 32 }}"
            ),
        )
    })
}
