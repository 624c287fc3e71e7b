//! The manifest `envward.toml`: which schema, which environments, recipients and stores a project has.

mod definition;
mod error;

use std::path::Path;

pub use definition::{EnvironmentDefinition, Manifest, ProjectDefinition, RecipientDefinition, SealFormat};
pub use error::Error;

use crate::fs;

/// The file's name.
pub const FILE_NAME: &str = "envward.toml";

impl Manifest {
    /// Reads and checks a manifest.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = fs::read_text(path)?;
        Self::parse(&text, path)
    }

    /// Parses and checks the text of a manifest; `path` is for messages.
    pub fn parse(_text: &str, _path: &Path) -> Result<Self, Error> {
        todo!("the manifest room")
    }
}
