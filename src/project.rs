//! The project a command works on: its root, its manifest, and the chosen environment with its paths resolved.

use std::path::PathBuf;

use crate::context::Context;
use crate::error::Error;
use crate::manifest::{Manifest, SealFormat};
use crate::schema::Schema;

/// A project with a manifest.
pub struct Project {
    /// The directory of the manifest.
    pub root: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
}

/// One environment of a project, with absolute paths.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The plaintext env file.
    pub env_file: PathBuf,
    /// The sealed file.
    pub sealed: PathBuf,
    /// Format of the sealed file.
    pub format: SealFormat,
    /// The wrapped project key.
    pub project_key: PathBuf,
    /// Who reads the env file.
    pub readers: Vec<String>,
    /// Names and public keys of those who may open it, in the order of the manifest.
    pub recipients: Vec<(String, String)>,
}

impl Project {
    /// The project that holds the working directory: upwards, no further than the git root, a change of
    /// owner, or the home directory. `None` if there is no manifest.
    pub fn find(_context: &Context) -> Result<Option<Self>, Error> {
        todo!("the manifest room")
    }

    /// Like [`Project::find`], where a manifest is needed.
    pub fn require(_context: &Context) -> Result<Self, Error> {
        todo!("the manifest room")
    }

    /// The environment of `-e`, else of `ENVWARD_ENV`, else the manifest's default.
    pub fn environment(&self, _context: &Context) -> Result<Environment, Error> {
        todo!("the manifest room")
    }

    /// The environment of that name.
    pub fn environment_named(&self, _name: &str) -> Result<Environment, Error> {
        todo!("the manifest room")
    }

    /// The schema that the manifest names.
    pub fn schema(&self) -> Result<Schema, Error> {
        todo!("the manifest room")
    }
}
