//! The values before and after a rotation, as a driver is handed them.

use crate::rotation::Error;
use crate::rotation::journal::Journal;
use crate::schema::Schema;
use crate::secret::Values;

/// Both sides of a rotation.
pub(super) struct BothSides {
    /// Every value before it.
    pub(super) current: Values,
    /// Those that it changes: the new values, and what is rendered from them.
    pub(super) pending: Values,
}

impl BothSides {
    /// Lays both sides of the journal over what the sealed file has now, where other variables may have changed
    /// meanwhile.
    pub(super) fn of(journal: &Journal, sealed: &Values, schema: &Schema) -> Self {
        let names: Vec<String> = journal.pending.keys().cloned().collect();
        let environment = &journal.environment;
        let mut current = sealed.clone();
        current.retain(|name, _| !journal.pending.contains_key(name));
        current.extend(own(&journal.before));
        current.extend(schema.rerender(environment, &current, &names));
        let mut after = sealed.clone();
        after.extend(own(&journal.pending));
        let mut pending = journal.pending.clone();
        pending.extend(schema.rerender(environment, &after, &names));
        Self { current, pending }
    }
}

/// Refuses what someone else gave another value meanwhile: neither that before the rotation nor the new one.
pub(super) fn require_own(journal: &Journal, sealed: &Values) -> Result<(), Error> {
    let is_foreign = |name: &&String| {
        let now = sealed.get(*name);
        now != journal.pending.get(*name) && now != journal.before.get(*name)
    };
    let names: Vec<String> = journal.pending.keys().filter(is_foreign).cloned().collect();
    if names.is_empty() { Ok(()) } else { Err(Error::Foreign { names }) }
}

fn own(values: &Values) -> impl Iterator<Item = (String, crate::secret::Secret)> {
    values.iter().map(|(name, value)| (name.clone(), value.clone()))
}
