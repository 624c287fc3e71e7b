//! Opening: decrypt, then verify MAC, record, authorship and age of a sealed file.

use std::path::Path;

use super::{Access, Error, Remark};
use crate::project::{Environment, Project};
use crate::secret::{Secret, Values};

/// A sealed file, decrypted and verified.
pub struct Opened {
    /// The variables in the order of the file.
    pub values: Values,
    /// The comments in the order of the file, without `#`, without the seal record.
    pub comments: Vec<Secret>,
    /// How often it was sealed; `None` for a file without a seal record.
    pub generation: Option<u64>,
    /// The public keys it is encrypted to.
    pub recipients: Vec<String>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
}

impl Opened {
    /// Variables whose value in the environment's env file is another one, or that are in only one of the
    /// two; empty if there is no env file. Variables that the env file marks as "only in the sealed file" do
    /// not differ.
    pub fn differs_from_env_file(&self, _environment: &Environment) -> Result<Vec<String>, Error> {
        todo!("the seal service")
    }
}

/// Opens the sealed file of an environment. Cheap: no git, no network, and of the ledger only its last
/// 64 KiB.
///
/// # Errors
/// [`Error::Missing`] if there is none. No identity fits, the seal is broken, its author does not know the
/// project key, or the ledger knows a newer generation: nothing is returned that was not verified.
pub fn open(_project: &Project, _environment: &Environment, _access: &mut Access) -> Result<Opened, Error> {
    todo!("the seal service")
}

/// Opens a sealed file (SOPS dotenv or age, told apart by its content) outside of any project.
pub fn open_bare(_file: &Path, _access: &mut Access) -> Result<Opened, Error> {
    todo!("the seal service")
}

/// Opens an older revision of an environment's sealed file, given as its bytes: like [`open`], but its age is
/// not held against it, and it cannot be written.
pub fn open_revision(
    _project: &Project,
    _environment: &Environment,
    _bytes: &[u8],
    _access: &mut Access,
) -> Result<Opened, Error> {
    todo!("the seal service")
}
