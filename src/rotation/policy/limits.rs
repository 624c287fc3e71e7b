//! Lengths of time that contradict each other.

use jiff::SignedDuration;

use super::terms::{Terms, duration};
use crate::manifest::RotationDefinition;
use crate::rotation::Error;

/// By how much of its longest age a deadline may be brought forward: a tenth.
pub(super) const JITTER_SHARE: i32 = 10;

/// What one variable is held to.
pub(super) struct Limits<'a> {
    pub(super) variable: &'a str,
    pub(super) terms: &'a Terms,
}

impl Limits<'_> {
    /// # Errors
    /// The policy cannot be met, or says nothing that it means.
    pub(super) fn check(&self, rotation: &RotationDefinition) -> Result<(), Error> {
        let Some(every) = self.terms.every else { return Ok(()) };
        let name = self.variable;
        if every.is_zero() {
            let help = "give it an age that can be kept, such as every = \"90d\"";
            return Err(Error::policy(format!("{name} would always be due: its `every` is 0"), help));
        }
        for (field, length) in [("warn", self.terms.warn), ("overlap", self.terms.overlap)] {
            if let Some(length) = length.filter(|length| *length > every) {
                let (length, every) = (shown(length), shown(every));
                let message = format!("{field} {length} of {name} is longer than its every {every}");
                return Err(Error::policy(message, format!("use less than {every}")));
            }
        }
        match rotation.jitter.as_deref().map(duration) {
            Some(jitter) if jitter > every / JITTER_SHARE => {
                let (jitter, most) = (shown(jitter), shown(every / JITTER_SHARE));
                let every = shown(every);
                let message = format!(
                    "jitter {jitter} under [rotation] is longer than a tenth of every {every} of {name}"
                );
                Err(Error::policy(message, format!("use at most {most}")))
            }
            _ => Ok(()),
        }
    }
}

/// A length of time as a schema has it: `90d`, `36h`, `90m`, `45s`.
pub(super) fn shown(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    match units.into_iter().find(|(unit, _)| seconds % unit == 0) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}
