//! Writing: under a lock, read again, apply, write the sealed file, its record, the ledger entry, the env
//! file and the base.

use std::path::Path;

use super::{Access, Changes, Error, Opened, Remark};
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::schema::Schema;
use crate::secret::Values;

/// What a write did, by name.
pub struct Written {
    /// Variables that are new.
    pub added: Vec<String>,
    /// Variables with another value.
    pub changed: Vec<String>,
    /// Variables that are gone.
    pub removed: Vec<String>,
    /// Old and new names.
    pub renamed: Vec<(String, String)>,
    /// Changed variables that the env file cannot hold, so that they are in the sealed file alone.
    pub sealed_only: Vec<String>,
    /// The generation of the file now; `None` for a file without a seal record.
    pub generation: Option<u64>,
    /// What the user should know. [`Remark::RecipientsDiffer`] makes the exit code 1.
    pub remarks: Vec<Remark>,
}

impl Written {
    /// Whether nothing had to be written: no value, name or readability was changed.
    pub fn is_unchanged(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty() && self.renamed.is_empty()
    }
}

/// Applies changes to the file that was opened. A write that changes no value writes nothing. The same
/// changes go into the environment's env file if there is one.
///
/// `schema` says which new variables are stored readable; without one, none is.
///
/// # Errors
/// [`Error::Conflict`] if someone else changed one of the same variables since it was opened, or if the env
/// file holds an unsealed change of one of them; nothing is written then.
pub fn write(
    _opened: &Opened,
    _changes: &Changes,
    _schema: Option<&Schema>,
    _access: &mut Access,
    _rng: &mut Rng,
) -> Result<Written, Error> {
    todo!("the seal service")
}

/// Seals an environment for the first time, to the recipients of the manifest, with a project key of its own
/// if there is none yet.
///
/// # Errors
/// There is a sealed file already.
pub fn create(
    _project: &Project,
    _environment: &Environment,
    _values: &Values,
    _schema: Option<&Schema>,
    _access: &mut Access,
    _rng: &mut Rng,
) -> Result<Written, Error> {
    todo!("the seal service")
}

/// Seals values into a new file outside of any project, to these public keys.
///
/// # Errors
/// The file exists already, or a recipient is not a public key.
pub fn create_bare(
    _file: &Path,
    _format: SealFormat,
    _values: &Values,
    _recipients: &[String],
    _access: &mut Access,
    _rng: &mut Rng,
) -> Result<Written, Error> {
    todo!("the seal service")
}

/// Changes who can open the file that was opened, and the project key with it. `recipients` are all public
/// keys it has afterwards. If one of the present ones is missing from them, the file gets a new data key and
/// the environment a new project key, and the ledger a `rekeyed` entry.
pub fn set_recipients(
    _opened: &Opened,
    _recipients: &[String],
    _access: &mut Access,
    _rng: &mut Rng,
) -> Result<Written, Error> {
    todo!("the seal service")
}
