//! Where a sealed file belongs: an environment of a project, or nowhere.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::machine::Machine;
use super::project_key::{self, ProjectKeys};
use super::recipients::Recipient;
use super::{Access, Error, age_file};
use crate::env_vars;
use crate::fs::{self, Lock};
use crate::ledger::{self, Author};
use crate::manifest::{RecipientDefinition, StoreDefinition, VaultAuth, VaultDefinition};
use crate::project::{Environment, Project};

/// An environment of a project.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) root: PathBuf,
    pub(super) project: String,
    pub(super) environment: Environment,
    /// Names of recipients of the manifest whose last day is over.
    pub(super) expired: Vec<String>,
    /// The variables in which a job of a CI system may have its id token.
    id_tokens: Vec<String>,
}

impl Site {
    pub(super) fn new(project: &Project, environment: &Environment, access: &Access) -> Self {
        let today = access.now.to_zoned(TimeZone::UTC).date();
        let is_over = |name: &&String| {
            let definition = project.manifest.recipients.get(*name);
            definition.and_then(RecipientDefinition::expires).is_some_and(|last| last < today)
        };
        let names = environment.recipients.iter().map(|(name, _)| name);
        Self {
            expired: names.filter(is_over).cloned().collect(),
            root: project.root.clone(),
            project: project.manifest.project.name.clone(),
            environment: environment.clone(),
            id_tokens: id_tokens(project),
        }
    }

    /// Who writes.
    pub(super) fn author(&self, access: &Access) -> Author {
        access.author(&self.root, &self.id_tokens)
    }

    /// The name of the environment.
    pub(super) fn name(&self) -> &str {
        &self.environment.name
    }

    pub(super) fn ledger(&self) -> PathBuf {
        self.root.join(ledger::FILE_NAME)
    }

    /// The project keys; `None` if the environment has none yet.
    pub(super) fn read_keys(&self, access: &mut Access) -> Result<Option<ProjectKeys>, Error> {
        let bytes = fs::read_if_exists(&self.environment.project_key)?;
        bytes.map(|bytes| self.open_keys(&bytes, access)).transpose()
    }

    /// The bytes of the project key file, without which nothing of a record can be checked.
    pub(super) fn require_key_file(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let path = &self.environment.project_key;
        fs::read_if_exists(path)?.ok_or_else(|| Error::NoProjectKey { path: path.clone() })
    }

    /// The project keys in the bytes of their file.
    pub(super) fn open_keys(&self, bytes: &[u8], access: &mut Access) -> Result<ProjectKeys, Error> {
        let path = &self.environment.project_key;
        let text = access.open_age(bytes).map_err(Error::at(path))?;
        let broken = || Error::ProjectKey { path: path.clone() };
        let text = std::str::from_utf8(&text).map_err(|_| broken())?;
        ProjectKeys::parse(text).map_err(|malformed| match malformed {
            project_key::Malformed::Newer => Error::Newer { path: path.clone() },
            project_key::Malformed::Broken => broken(),
        })
    }

    /// The project keys, without which nothing of a record can be checked.
    pub(super) fn require_keys(&self, access: &mut Access) -> Result<ProjectKeys, Error> {
        self.open_keys(&self.require_key_file()?, access)
    }

    pub(super) fn write_keys(&self, keys: &ProjectKeys, recipients: &[Recipient]) -> Result<(), Error> {
        let file = age_file::wrap_to(recipients, keys.to_text().as_bytes())?;
        Ok(fs::write_shared(&self.environment.project_key, file.as_bytes())?)
    }

    pub(super) fn machine(&self, access: &Access) -> Result<Machine, Error> {
        Machine::read(access.state_dir.as_deref(), &self.root)
    }

    /// The recipients of the manifest that a new data key is wrapped to.
    pub(super) fn recipients(&self, access: &Access) -> Result<Vec<Recipient>, Error> {
        let named = self.environment.recipients.iter();
        let mut present = named.filter(|(name, _)| !self.expired.contains(name)).peekable();
        if present.peek().is_none() {
            return Err(Error::NoRecipients { path: self.environment.sealed.clone() });
        }
        present.map(|(name, key)| access.recipient(&self.root, name, key)).collect()
    }
}

/// The variables that the manifest names for logging in to a store as a job.
fn id_tokens(project: &Project) -> Vec<String> {
    let named = project.manifest.stores.values().filter_map(|store| match store {
        StoreDefinition::Vault(VaultDefinition { auth: VaultAuth::Jwt { variable, .. }, .. }) => {
            variable.clone()
        }
        _ => None,
    });
    named.chain(env_vars::VAULT_ID_TOKEN.map(str::to_owned)).collect()
}

/// The lock of everything that writes the ledger of the project at `root`, which all environments share.
pub(super) fn lock_ledger(root: &Path) -> Result<Lock, Error> {
    Ok(Lock::acquire(&root.join(".envward/ledger.lock"))?)
}

/// Where a sealed file is.
#[derive(Clone)]
pub(super) enum Place {
    /// The sealed file of an environment.
    Site(Site),
    /// A file outside of any project.
    Bare(PathBuf),
    /// An older revision of an environment's sealed file.
    Revision(Site),
}

impl Place {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Site(site) | Self::Revision(site) => &site.environment.sealed,
            Self::Bare(path) => path,
        }
    }

    /// The directory that what the user has confirmed is about: the project's, else the file's.
    pub(super) fn root(&self) -> &Path {
        match self {
            Self::Site(site) | Self::Revision(site) => &site.root,
            Self::Bare(path) => path.parent().unwrap_or(path),
        }
    }

    /// The environment it belongs to, if it belongs to one.
    pub(super) fn site(&self) -> Option<&Site> {
        match self {
            Self::Site(site) | Self::Revision(site) => Some(site),
            Self::Bare(_) => None,
        }
    }

    /// Keeps other writers of the same file out until it is dropped.
    pub(super) fn lock(&self, access: &Access) -> Result<Lock, Error> {
        let path = match self {
            Self::Site(site) => site.environment.lock.clone(),
            Self::Revision(_) => return Err(Error::Revision),
            Self::Bare(path) => fs::lock_of(path, access.state_dir.as_deref()),
        };
        Ok(Lock::acquire(&path)?)
    }
}
