//! What a write does to the sealed variables, by name.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::secret::{Secret, Values};

/// Changes to a sealed file. A variable that is set keeps its place, a new one goes to the end.
#[derive(Clone, Default)]
pub struct Changes {
    /// New values.
    pub set: Values,
    /// Variables that go.
    pub remove: BTreeSet<String>,
    /// Old name to new name; place, comments and value stay.
    pub rename: IndexMap<String, String>,
    /// Encrypted variables that become readable without a key (`seal --reveal`).
    pub reveal: BTreeSet<String>,
}

impl Changes {
    /// Sets a value.
    pub fn set(&mut self, name: impl Into<String>, value: Secret) {
        self.set.insert(name.into(), value);
    }

    /// Removes a variable.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.remove.insert(name.into());
    }

    /// Renames a variable.
    pub fn rename(&mut self, from: impl Into<String>, to: impl Into<String>) {
        self.rename.insert(from.into(), to.into());
    }
}

impl FromIterator<(String, Secret)> for Changes {
    /// Sets every one of the values.
    fn from_iter<I: IntoIterator<Item = (String, Secret)>>(values: I) -> Self {
        Self { set: values.into_iter().collect(), ..Self::default() }
    }
}
