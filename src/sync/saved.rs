//! A plan in a file, to be reviewed and applied later: names and digests, no value.
//!
//! It is bound to both sides as they were, and tagged under the environment's key, so that what is applied is what
//! was planned. Whoever applies it needs the same sealed file; an environment without one can apply a plan only in
//! the working copy that made it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Change, Error, Local, Seen, mark};
use crate::fs;
use crate::mac::Mac;
use crate::secret::Key;

const VERSION: u32 = 1;

/// Plans for some stores of one environment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    version: u32,
    project: String,
    environment: String,
    /// Number of the key that the tags are under.
    key: u32,
    /// A plan for each store.
    pub stores: Vec<SavedStore>,
    tag: String,
}

/// A plan for one store.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedStore {
    /// The store's name in the manifest.
    pub store: String,
    /// What a push writes.
    pub changes: Vec<Change>,
    location: String,
    store_version: String,
    /// A tag over the values of the environment.
    local: String,
    /// A tag over everything that the store holds.
    remote: String,
}

impl Saved {
    /// A plan to be written.
    pub fn new(project: &str, local: &Local<'_>, stores: Vec<SavedStore>) -> Self {
        let (number, key) = local.keys.current();
        let environment = local.environment.to_owned();
        let untagged = String::new();
        let mut saved = Self {
            version: VERSION,
            project: project.to_owned(),
            environment,
            key: number,
            stores,
            tag: untagged,
        };
        saved.tag = saved.mac(key).finish();
        saved
    }

    fn mac(&self, key: &Key) -> Mac {
        let mut mac = Mac::new(key, "envward/1/plan");
        let content = (&self.version, &self.project, &self.environment, &self.key, &self.stores);
        mac.field(serde_json::to_vec(&content).expect("names and tags can be written as JSON"));
        mac
    }

    /// Writes the plan.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let mut text = serde_json::to_vec_pretty(self).expect("a plan can be written as JSON");
        text.push(b'\n');
        Ok(fs::write_shared(path, &text)?)
    }

    /// Reads a plan of this project and environment.
    ///
    /// # Errors
    /// It is none, it was changed, or it belongs to another environment.
    pub fn read(path: &Path, project: &str, local: &Local<'_>) -> Result<Self, Error> {
        let refused = |problem| Error::NotAPlan { path: path.to_owned(), problem };
        let saved: Self =
            serde_json::from_slice(&fs::read(path)?).map_err(|_| refused("is not a saved plan"))?;
        if saved.version != VERSION {
            return Err(refused("was written by a newer envward"));
        }
        if saved.project != project || saved.environment != local.environment {
            return Err(refused("is a plan for another environment"));
        }
        let key = local.keys.number(saved.key);
        if !key.is_some_and(|key| saved.mac(key).matches(&saved.tag)) {
            return Err(refused("was changed, or made by someone without this environment's key"));
        }
        Ok(saved)
    }
}

impl SavedStore {
    /// The plan for a store, as both sides are now.
    pub fn new(store: &str, changes: Vec<Change>, local: &Local<'_>, seen: &Seen) -> Self {
        let (_, key) = local.keys.current();
        Self {
            store: store.to_owned(),
            changes,
            location: seen.location().to_owned(),
            store_version: seen.snapshot.version.as_str().to_owned(),
            local: local_tag(key, local).finish(),
            remote: remote_tag(key, local, seen).finish(),
        }
    }

    /// Refuses the plan if one of the sides is not as it was.
    ///
    /// # Errors
    /// [`Error::Outdated`].
    pub fn require_current(&self, saved: &Saved, local: &Local<'_>, seen: &Seen) -> Result<(), Error> {
        let outdated = |what| Error::Outdated { store: self.store.clone(), what };
        let key = local.keys.number(saved.key).ok_or_else(|| outdated("the project key"))?;
        if !local_tag(key, local).matches(&self.local) {
            return Err(outdated("the environment"));
        }
        let is_same_place = self.location == seen.location();
        let is_same_version = self.store_version == seen.snapshot.version.as_str();
        if !is_same_place || !is_same_version || !remote_tag(key, local, seen).matches(&self.remote) {
            return Err(outdated("the store"));
        }
        Ok(())
    }
}

fn local_tag(key: &Key, local: &Local<'_>) -> Mac {
    let mut mac = Mac::new(key, "envward/1/plan/local");
    mac.field(local.environment);
    let mut values: Vec<_> = local.values.iter().collect();
    values.sort_by_key(|(name, _)| *name);
    for (name, value) in values {
        mac.field(name);
        mac.field(value.expose());
    }
    mac
}

fn remote_tag(key: &Key, local: &Local<'_>, seen: &Seen) -> Mac {
    let mut mac = Mac::new(key, "envward/1/plan/store");
    mac.field(local.environment);
    mark::add_values(&mut mac, &seen.snapshot.values);
    mac
}
