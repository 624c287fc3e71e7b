//! `[rotation.environments.NAME]`: an environment may shorten, and never lengthen.

use jiff::SignedDuration;

use super::limits::{JITTER_SHARE, shown};
use super::presets::Preset;
use super::terms::{Terms, duration};
use super::{GRACE, Policy, WARN, class_help, nobody_defines, within};
use crate::manifest::{EnvironmentRotation, Shortened};
use crate::rotation::Error;
use crate::schema::{Schema, Variable};
use crate::suggest::closest;

/// What one environment shortens.
#[derive(Clone, Copy)]
pub(super) struct Shortening<'a> {
    pub(super) environment: &'a str,
    pub(super) shortened: &'a EnvironmentRotation,
    pub(super) schema: &'a Schema,
    pub(super) preset: Option<&'static Preset>,
}

impl Shortening<'_> {
    /// Whether what it names exists, and no class gets longer.
    ///
    /// # Errors
    /// It does not, or one does.
    pub(super) fn check(self) -> Result<(), Error> {
        for (name, shortened) in &self.shortened.classes {
            let class = self.class(name)?;
            let grace = class.grace.unwrap_or_else(|| within(GRACE, class.every));
            let base = [class.every, Some(grace), class.overlap];
            self.refuse_longer(&format!("class {name}"), shortened, base)?;
        }
        for name in self.shortened.vars.keys() {
            self.require_policy(name)?;
        }
        Ok(())
    }

    /// The policy of a variable in this environment.
    ///
    /// # Errors
    /// It would be longer than elsewhere.
    pub(super) fn apply(self, variable: &Variable, mut policy: Policy) -> Result<Policy, Error> {
        let by_class = policy.class.as_ref().and_then(|class| self.shortened.classes.get(class));
        let own = self.shortened.vars.get(&variable.name);
        if let Some(own) = own {
            let base = [policy.every, Some(policy.grace), Some(policy.overlap)];
            self.refuse_longer(&variable.name, own, base)?;
        }
        let Some(shortened) = own.or(by_class) else { return Ok(policy) };
        let [every, grace, overlap] = lengths(shortened);
        let had_age = policy.every.is_some();
        policy.every = shorter(policy.every, every);
        policy.grace = grace.map_or(policy.grace, |grace| grace.min(policy.grace));
        policy.overlap = overlap.map_or(policy.overlap, |overlap| overlap.min(policy.overlap));
        if let Some(every) = policy.every {
            self.require_room(variable, policy.overlap, every)?;
            // What was short beside the longer age would be most of the shorter one.
            policy.warn = if had_age { policy.warn.min(every / 2) } else { within(WARN, Some(every)) };
            policy.jitter = policy.jitter.min(every / JITTER_SHARE);
        }
        Ok(policy)
    }

    fn class(self, name: &str) -> Result<Terms, Error> {
        let class = self.schema.classes.get(name).map(Terms::from);
        let by_preset = self.preset.and_then(|preset| preset.class(name)).map(Terms::from);
        if class.is_none() && by_preset.is_none() {
            let place = format!("[rotation.environments.{}.classes]", self.environment);
            let message = format!("{place} names class {name:?}, which {}", nobody_defines(self.preset));
            return Err(Error::policy(message, class_help(name, self.schema, self.preset)));
        }
        Ok(class.unwrap_or_default().over(by_preset.unwrap_or_default()))
    }

    fn require_policy(self, name: &str) -> Result<(), Error> {
        let place = format!("[rotation.environments.{}.vars]", self.environment);
        match self.schema.vars.get(name) {
            Some(variable) if variable.rotate.is_some() => Ok(()),
            Some(_) => {
                let message = format!("{place} names {name}, which has no `rotate` in the schema");
                Err(Error::policy(message, format!("add `rotate` to [vars.{name}]")))
            }
            None => {
                let message = format!("{place} names {name:?}, which is not a variable of the schema");
                let close = closest(name, self.schema.vars.keys().map(String::as_str));
                let help = close.map(|close| format!("did you mean {close:?}?"));
                Err(Error::Policy { message, help })
            }
        }
    }

    fn refuse_longer(
        self,
        what: &str,
        shortened: &Shortened,
        base: [Option<SignedDuration>; 3],
    ) -> Result<(), Error> {
        let [every, grace, overlap] = base;
        // Without an age anything is shorter; without an overlap, nothing is.
        let limits = [every, grace, Some(overlap.unwrap_or_default())];
        let fields = ["every", "grace", "overlap"].into_iter().zip(lengths(shortened)).zip(limits);
        for ((field, length), limit) in fields {
            let (Some(length), Some(limit)) = (length, limit) else { continue };
            if length > limit {
                let (length, limit) = (shown(length), shown(limit));
                let message = format!(
                    "{field} {length} for {what} in environment {} is longer than {limit}, which holds everywhere",
                    self.environment
                );
                return Err(Error::policy(
                    message,
                    "an environment may only shorten; ask for an exemption instead: \
                                                   envward rotation exempt",
                ));
            }
            if field == "every" && length.is_zero() {
                let message = format!("{what} would always be due in environment {}", self.environment);
                return Err(Error::policy(
                    message,
                    "give it an age that can be kept, such as every = \"30d\"",
                ));
            }
        }
        Ok(())
    }

    fn require_room(
        self,
        variable: &Variable,
        overlap: SignedDuration,
        every: SignedDuration,
    ) -> Result<(), Error> {
        if overlap <= every {
            return Ok(());
        }
        let (overlap, every, name) = (shown(overlap), shown(every), &variable.name);
        let message = format!(
            "overlap {overlap} of {name} is longer than its every {every} in environment {}",
            self.environment
        );
        Err(Error::policy(
            message,
            format!("shorten `overlap` too, under [rotation.environments.{}]", self.environment),
        ))
    }
}

fn lengths(shortened: &Shortened) -> [Option<SignedDuration>; 3] {
    [&shortened.every, &shortened.grace, &shortened.overlap].map(|text| text.as_deref().map(duration))
}

fn shorter(one: Option<SignedDuration>, other: Option<SignedDuration>) -> Option<SignedDuration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}
