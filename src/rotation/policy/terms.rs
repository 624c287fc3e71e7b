//! What one table says about rotation, and how several are laid over each other.

use jiff::SignedDuration;

use super::presets::PresetClass;
use crate::schema::Grade;
use crate::schema::definition::{Rotate, RotationClass};
use crate::schema::driver::DriverTable;
use crate::schema::types::parse_duration;

/// What a variable's own table, its class or a preset says. What is not said is `None`.
#[derive(Clone, Default)]
pub(super) struct Terms {
    pub(super) every: Option<SignedDuration>,
    pub(super) warn: Option<SignedDuration>,
    pub(super) grace: Option<SignedDuration>,
    pub(super) overlap: Option<SignedDuration>,
    pub(super) min_evidence: Option<Grade>,
    pub(super) driver: Option<DriverTable>,
    pub(super) owner: Option<String>,
    pub(super) runbook: Option<String>,
    pub(super) controls: Option<Vec<String>>,
}

impl Terms {
    /// These, and where they say nothing, those below.
    pub(super) fn over(self, below: Self) -> Self {
        let every = self.every.or(below.every);
        // A clause is named only where its number is kept.
        let is_kept = below.every.is_none_or(|below| every.is_some_and(|every| every <= below));
        Self {
            every,
            warn: self.warn.or(below.warn),
            grace: self.grace.or(below.grace),
            overlap: self.overlap.or(below.overlap),
            min_evidence: self.min_evidence.or(below.min_evidence),
            driver: self.driver.or(below.driver),
            owner: self.owner.or(below.owner),
            runbook: self.runbook.or(below.runbook),
            controls: self.controls.or(below.controls.filter(|_| is_kept)),
        }
    }
}

/// A length of time from a schema or a manifest.
pub(super) fn duration(text: &str) -> SignedDuration {
    parse_duration(text).expect("a schema or a manifest that was read has only durations there")
}

/// The tables of variable and class have the same fields.
macro_rules! terms_of {
    ($($definition:ident)*) => {
        $(impl From<&$definition> for Terms {
            fn from(table: &$definition) -> Self {
                Self {
                    every: table.every.as_deref().map(duration),
                    warn: table.warn.as_deref().map(duration),
                    grace: table.grace.as_deref().map(duration),
                    overlap: table.overlap.as_deref().map(duration),
                    min_evidence: table.min_evidence,
                    driver: table.driver.as_ref().map(crate::schema::driver::DriverDefinition::table),
                    owner: table.owner.clone(),
                    runbook: table.runbook.clone(),
                    controls: table.controls.clone(),
                }
            }
        })*
    };
}

terms_of!(Rotate RotationClass);

impl From<&PresetClass> for Terms {
    fn from(class: &PresetClass) -> Self {
        let controls = class.controls.iter().map(|&control| control.to_owned()).collect();
        Self {
            every: class.days.map(|days| SignedDuration::from_hours(24 * days)),
            controls: Some(controls),
            ..Self::default()
        }
    }
}
