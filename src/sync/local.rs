//! The environment, as it takes part in a sync.

use super::{Keys, is_synced};
use crate::schema::Schema;
use crate::seal::Opened;
use crate::secret::Values;

/// The environment's side.
pub struct Local<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// The schema, which says what is synced.
    pub schema: &'a Schema,
    /// The values that are synced.
    pub values: Values,
    /// Variables that the schema does not know, which stay out of stores.
    pub unknown: Vec<String>,
    /// The sealed file; `None` for an environment that has only an env file.
    pub opened: Option<&'a Opened>,
    /// What fingerprints are under.
    pub keys: Keys,
}

impl<'a> Local<'a> {
    /// Takes what is synced from all values of an environment.
    pub fn new(
        environment: &'a str,
        values: &Values,
        schema: &'a Schema,
        opened: Option<&'a Opened>,
        keys: Keys,
    ) -> Self {
        let own = |(name, value): (&String, &_)| (String::clone(name), Clone::clone(value));
        let synced = values.iter().filter(|(name, _)| is_synced(name, schema)).map(own).collect();
        let unknown = values.keys().filter(|name| !schema.vars.contains_key(*name)).cloned().collect();
        Self { environment, schema, values: synced, unknown, opened, keys }
    }

    /// The generation of the sealed file; 0 without one.
    pub fn generation(&self) -> u64 {
        self.opened.and_then(|opened| opened.generation).unwrap_or_default()
    }
}
