//! What the mark of a push proves about a store, for a ledger that does not know of the push: CI pushes from a
//! checkout that does not last.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Error, Local, mark, variables};
use crate::ledger::{Fingerprints, fingerprints};
use crate::store::{Snapshot, Store, Version};

/// A push that was seen in the store.
pub struct Observed {
    /// The version that the store has with it.
    pub version: Version,
    /// When the store made that version, where it says so.
    pub created: Option<Timestamp>,
    /// The generation of the sealed file that was pushed.
    pub generation: u64,
    /// The SHA-256 of that sealed file.
    pub sealed: String,
    /// The variables that the store has had since then, under the present project key.
    pub fingerprints: Fingerprints,
}

/// The last push that left a mark; `None` if there is no mark, or one that is not true: it was not left with the
/// values of its version, or not by someone who knows the environment's project key. `names` are the store's own
/// names of variables.
///
/// # Errors
/// The store cannot be read.
pub fn observe(
    local: &Local<'_>,
    names: &BTreeMap<String, String>,
    store: &mut dyn Store,
) -> Result<Option<Observed>, Error> {
    let current = store.read()?;
    let Some((version, mark)) = current.mark.clone() else { return Ok(None) };
    let marked: Snapshot = if version == current.version { current } else { store.read_at(&version)? };
    let is_true = |key| mark::agrees(&mark, key, local.environment, &marked.values);
    if !local.keys.iter().any(|(_, key)| is_true(key)) {
        return Ok(None);
    }
    let (_, key) = local.keys.current();
    let values = variables(&marked, names, local.schema).values;
    Ok(Some(Observed {
        version,
        created: marked.created,
        generation: mark.generation,
        sealed: mark.sealed,
        fingerprints: fingerprints(key, local.environment, &values),
    }))
}
