//! The end of an overlap, which any machine can bring about: the target refuses the previous value, and the variable
//! that held it is removed.

use super::{Carry, World};
use crate::ledger::Event;
use crate::rotation::Error;
use crate::rotation::drivers::Ended;
use crate::rotation::journal::{Journal, Step};
use crate::schema::Grade;
use crate::seal::{self, Changes, Rotation};
use crate::secret::Values;

impl<W: World> Carry<'_, W> {
    /// Ends the overlap of a rotation that the ledger has. Without the journal, which only the machine that began it
    /// has, the previous value is known only if the sealed file has it. `true` if it was seen to be refused.
    ///
    /// # Errors
    /// A step failed; all of it can be done again.
    pub fn finish(&mut self, journal: Option<&Journal>) -> Result<bool, W::Error> {
        let sides = self.sides(journal)?;
        if let Some(previous) = &self.policy.previous {
            let opened = self.open()?;
            let mut changes = Changes::default();
            changes.remove(previous);
            self.require_sealable(&opened, changes)?;
        }
        let seen = self.end(&sides)? == Ended::Seen;
        self.remove_previous(&sides)?;
        let opened = self.open()?;
        let rotation = Rotation {
            event: Event::Retired,
            variable: &sides.variable,
            evidence: if seen { Grade::A } else { Grade::D },
            previous: self.policy.previous.as_deref(),
            until: None,
        };
        seal::record_rotation(&opened, &rotation, self.access).map_err(Error::from)?;
        self.journals().remove(&sides.variable)?;
        Ok(seen)
    }

    /// What was and what is: the journal may know what was, and the sealed file knows better what is, since someone
    /// may have set another value during the overlap.
    fn sides(&mut self, journal: Option<&Journal>) -> Result<Journal, Error> {
        let opened = self.open()?;
        let name = &self.variable.name;
        let previous = self.policy.previous.as_ref();
        let mut names: Vec<&String> = journal.map_or(vec![name], |journal| journal.pending.keys().collect());
        names.retain(|name| previous != Some(name));
        let now = |name: &&String| Some(((*name).clone(), opened.values.get(*name)?.clone()));
        let pending: Values = names.iter().filter_map(now).collect();
        let mut before = pending.clone();
        if let Some(journal) = journal {
            before.extend(journal.before.iter().map(|(name, value)| (name.clone(), value.clone())));
        } else if let Some(value) = previous.and_then(|previous| opened.values.get(previous)) {
            before.insert(name.clone(), value.clone());
        }
        Ok(Journal {
            variable: name.clone(),
            environment: self.environment.name.clone(),
            begun: journal.map_or_else(|| self.access.now(), |journal| journal.begun),
            step: Step::Recorded,
            pending,
            before,
            until: None,
            seen: false,
            one_way: true,
            at_once: false,
        })
    }

    /// Removes the variable that holds the previous value, from the sealed file and from the stores.
    fn remove_previous(&mut self, sides: &Journal) -> Result<(), W::Error> {
        let Some(previous) = &self.policy.previous else { return Ok(()) };
        let opened = self.open()?;
        if opened.values.contains_key(previous) {
            let mut changes = Changes::default();
            changes.remove(previous);
            self.write(&opened, &mut changes)?;
        }
        let mut sides = sides.clone();
        sides.pending.insert(previous.clone(), crate::secret::Secret::default());
        self.push(&sides)
    }
}
