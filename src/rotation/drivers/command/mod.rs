//! `command`: up to four commands of the project, as in the rotation protocol of AWS Secrets Manager: `create`
//! (createSecret), `set` (setSecret), `test` (testSecret), `finish` (finishSecret).
//!
//! What each is told, by environment variables: [`STEP`], [`VARIABLE`], [`ENVIRONMENT`], [`OLD`] and, but for
//! `create`, [`NEW`]. Beyond these it has `PATH`, `HOME` and what the schema names in `variables`, and nothing on
//! standard input. `create` prints the new value; nothing else that a command prints is kept or shown.
//!
//! What each has to keep: it can be run again after it was done, since a crash leaves that open. To go back, `set`,
//! `test` and `finish` are run with the two values exchanged.

mod claims;
mod hook;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use jiff::Timestamp;

use self::hook::Hook;
use super::{Change, Driver, Ended, Error, Opening, new_value};
use crate::env_vars::{self, EnvSnapshot};
use crate::rng::Rng;
use crate::schema::driver::CommandDriver;
use crate::schema::{Variable, types};
use crate::secret::{Secret, Values};

pub use claims::claims;

/// Tells a command which of the four it is run as.
pub const STEP: &str = "ENVWARD_STEP";

/// Tells a command the name of the variable.
pub const VARIABLE: &str = "ENVWARD_VARIABLE";

/// Tells a command the name of the environment.
pub const ENVIRONMENT: &str = "ENVWARD_ENVIRONMENT";

/// Tells a command the value before the rotation; not set where it is not known any more.
pub const OLD: &str = "ENVWARD_OLD_VALUE";

/// Tells a command the new value.
pub const NEW: &str = "ENVWARD_NEW_VALUE";

/// Longest time a command may take unless the schema says otherwise.
const TIMEOUT: Duration = Duration::from_mins(1);

/// See the module.
pub struct Command<'a> {
    definition: &'a CommandDriver,
    variable: &'a Variable,
    environment: &'a str,
    directory: &'a std::path::Path,
    env: &'a EnvSnapshot,
    timeout: Duration,
}

impl<'a> Command<'a> {
    /// # Errors
    /// The definition makes no sense.
    pub fn new(definition: &'a CommandDriver, opening: &Opening<'a>) -> Result<Self, Error> {
        let variable = opening.variable;
        let name = &variable.name;
        let hooks = [
            Some(&definition.set),
            Some(&definition.test),
            definition.create.as_ref(),
            definition.finish.as_ref(),
        ];
        if hooks.into_iter().flatten().any(Vec::is_empty) {
            let help = "write a program and its arguments, such as: set = [\"./rotate.sh\", \"set\"]";
            return Err(Error::setup(format!("the driver of {name} has an empty command"), help));
        }
        if definition.overlap && definition.finish.is_none() {
            let help = "add `finish`, which ends the previous value, or leave `overlap` out";
            return Err(Error::setup(format!("the driver of {name} has an overlap that nothing ends"), help));
        }
        let given = definition.timeout.as_deref().map(|text| {
            let duration = types::parse_duration(text).and_then(|it| Duration::try_from(it).ok());
            duration.filter(|it| !it.is_zero()).ok_or_else(|| {
                Error::setup(
                    format!("the driver of {name} has no duration in timeout"),
                    "write it as 30s or 5m",
                )
            })
        });
        Ok(Self {
            definition,
            variable,
            environment: opening.environment,
            directory: opening.root,
            env: opening.env,
            timeout: given.transpose()?.unwrap_or(TIMEOUT),
        })
    }

    /// A command with what it is told.
    fn hook(&self, step: &'static str, words: &'a [String], change: Change<'_>) -> Result<Hook<'a>, Error> {
        let name = &self.variable.name;
        let (old, new) = (change.current.get(name), change.pending.get(name));
        // Both are the same where the old one is not known any more.
        let old = old.filter(|old| new != Some(old));
        let mut told = self.others(change)?;
        told.insert(STEP, Secret::new(step));
        told.insert(VARIABLE, Secret::new(name.as_str()));
        told.insert(ENVIRONMENT, Secret::new(self.environment));
        told.extend(old.map(|old| (OLD, old.clone())));
        told.extend(new.map(|new| (NEW, new.clone())));
        let mut environment = inherited(self.env);
        for (told, value) in told {
            if value.expose().contains('\0') {
                return Err(
                    self.setup(format!("{told} holds a NUL character, which no program can be given"))
                );
            }
            environment.insert(told.into(), value.expose().into());
        }
        Ok(Hook {
            step,
            variable: self.variable.name.clone(),
            words,
            directory: self.directory,
            environment,
            timeout: self.timeout,
        })
    }

    /// What else the schema has the commands get.
    fn others(&self, change: Change<'_>) -> Result<BTreeMap<&'a str, Secret>, Error> {
        let value = |name: &'a String| {
            let of_schema = change.current.get(name).cloned();
            let value = of_schema.or_else(|| self.env.get(name).map(Secret::new));
            let value = value.ok_or_else(|| {
                self.setup(format!("the commands of {} need {name}, which has no value", self.variable.name))
            })?;
            Ok((name.as_str(), value))
        };
        self.definition.variables.iter().map(value).collect()
    }

    fn setup(&self, message: String) -> Error {
        Error::setup(message, format!("look at `variables` in the driver of {}", self.variable.name))
    }

    fn run(&self, step: &'static str, words: &'a [String], change: Change<'_>) -> Result<(), Error> {
        self.hook(step, words, change)?.run()
    }

    /// Whether the values of a change work.
    fn works(&self, change: Change<'_>) -> bool {
        self.run("test", &self.definition.test, change).is_ok()
    }
}

impl Driver for Command<'_> {
    fn name(&self) -> &'static str {
        "command"
    }

    fn has_overlap(&self) -> bool {
        self.definition.overlap
    }

    fn ends_at_once(&self) -> Option<String> {
        let name = &self.variable.name;
        (!self.definition.overlap)
            .then(|| format!("the old value of {name}, as soon as its target has the new one"))
    }

    fn prepare(&mut self, current: &Values, rng: &mut Rng, now: Timestamp) -> Result<Values, Error> {
        let name = &self.variable.name;
        let Some(words) = &self.definition.create else {
            return Ok([(name.clone(), new_value(self.variable, rng, now)?)].into());
        };
        let nothing = Values::new();
        let made = self.hook("create", words, Change { current, pending: &nothing })?.output()?;
        if current.get(name) == Some(&made) {
            return Err(Error::Hook {
                hook: "create",
                variable: name.clone(),
                message: "printed the old value".to_owned(),
            });
        }
        Ok([(name.clone(), made)].into())
    }

    fn set(&mut self, change: Change<'_>) -> Result<(), Error> {
        self.run("set", &self.definition.set, change)
    }

    fn test(&mut self, change: Change<'_>) -> Result<(), Error> {
        self.run("test", &self.definition.test, change)
    }

    fn end(&mut self, change: Change<'_>) -> Result<Ended, Error> {
        if let Some(words) = &self.definition.finish {
            self.run("finish", words, change)?;
        }
        let name = &self.variable.name;
        let old = change.current.get(name).filter(|old| change.pending.get(name) != Some(old));
        let Some(old) = old else { return Ok(Ended::NotSeen) };
        // A test that passes with any value proves nothing, so it must have passed with the new one first.
        let mut before = change.pending.clone();
        before.insert(name.clone(), old.clone());
        let refused = self.works(change) && !self.works(Change { current: change.pending, pending: &before });
        Ok(if refused { Ended::Seen } else { Ended::NotSeen })
    }

    fn take_back(&mut self, change: Change<'_>) -> Result<(), Error> {
        let back = Change { current: change.pending, pending: change.current };
        if !self.definition.overlap && !self.works(back) {
            self.run("set", &self.definition.set, back)?;
            self.run("test", &self.definition.test, back)?;
        }
        match &self.definition.finish {
            Some(words) if self.definition.overlap => self.run("finish", words, back),
            _ => Ok(()),
        }
    }
}

/// What every command has: no variable of the user's beyond what programs need to be found. A relative directory in
/// PATH would let the repository bring them.
fn inherited(env: &EnvSnapshot) -> BTreeMap<OsString, OsString> {
    let path = env.get_os(env_vars::PATH).unwrap_or_default();
    let absolute = std::env::split_paths(path).filter(|directory| directory.is_absolute());
    let path = std::env::join_paths(absolute).unwrap_or_default();
    let home = env.get_os(env_vars::HOME).map(|home| (env_vars::HOME.into(), home.to_owned()));
    [(env_vars::PATH.into(), path)].into_iter().chain(home).collect()
}
