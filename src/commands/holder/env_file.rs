//! A plaintext env file that is changed by itself, where there is no sealed file.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Outcome;
use crate::context::Context;
use crate::dotenv::{self, Document};
use crate::error::Error;
use crate::fs::{self, Lock};
use crate::git;
use crate::project::Environment;
use crate::seal::Changes;
use crate::secret::Values;

/// An env file as it was read.
pub(super) struct EnvFile {
    pub(super) values: Values,
    path: PathBuf,
    /// What lies there; `None` as long as there is no file.
    on_disk: Option<Zeroizing<Vec<u8>>>,
    lock: PathBuf,
    readers: Vec<String>,
}

impl EnvFile {
    /// Reads the file; `environment` is the one it belongs to.
    pub(super) fn read(
        path: &Path,
        environment: Option<&Environment>,
        context: &Context,
    ) -> Result<Self, Error> {
        let bytes = fs::read(path)?;
        let document = parse(&bytes, path)?;
        let values = document.values();
        let readers = environment.map(|environment| environment.readers.clone()).unwrap_or_default();
        let lock = environment
            .map_or_else(|| fs::lock_of(path, context.state_dir().as_deref()), |it| it.lock.clone());
        Ok(Self { values, path: path.to_owned(), on_disk: Some(bytes), lock, readers })
    }

    /// The file that an environment does not have yet.
    pub(super) fn new(environment: &Environment) -> Self {
        let Environment { env_file, lock, readers, .. } = environment.clone();
        Self { values: Values::default(), path: env_file, on_disk: None, lock, readers }
    }

    /// The variables whose new value the file cannot carry to everyone who reads it.
    pub(super) fn uncarried(&self, changes: &Changes) -> Vec<String> {
        let mut document = Document::new();
        let mut fails = |name: &str, value| document.set_for(name, value, &self.readers).is_err();
        changes.set.iter().filter(|(name, value)| fails(name, value)).map(|(name, _)| name.clone()).collect()
    }

    /// Applies the changes to the file as it was read.
    ///
    /// # Errors
    /// A file that git tracks, a value that it cannot carry, or a change by someone else since it was read;
    /// nothing is written then.
    pub(super) fn write(&mut self, changes: &Changes, context: &Context) -> Result<Outcome, Error> {
        git::refuse_tracked(&self.path, &context.env)?;
        let mut document = match &self.on_disk {
            Some(bytes) => parse(bytes, &self.path)?,
            None => Document::new(),
        };
        for (from, to) in &changes.rename {
            document.rename(from, to);
        }
        for name in &changes.remove {
            document.remove(name);
        }
        for (name, value) in &changes.set {
            document
                .set_for(name, value, &self.readers)
                .map_err(|reason| dotenv::Error::Unportable { name: name.clone(), reason })?;
        }
        let bytes = document.to_bytes();
        if self.on_disk.as_ref().is_some_and(|on_disk| *on_disk == bytes) {
            return Ok(Outcome::default());
        }
        let _lock = Lock::acquire(&self.lock)?;
        if fs::read_if_exists(&self.path)? != self.on_disk {
            return Err(fs::Error::Changed { path: self.path.clone() }.into());
        }
        fs::write_private(&self.path, &bytes)?;
        self.on_disk = Some(bytes);
        Ok(Outcome { changed: true, ..Outcome::default() })
    }
}

fn parse(bytes: &[u8], path: &Path) -> Result<Document, Error> {
    let invalid = |problems| dotenv::Error::Invalid { path: path.to_owned(), problems };
    Ok(Document::parse(bytes).map_err(invalid)?)
}
