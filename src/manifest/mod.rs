//! The manifest `envward.toml`: which schema, which environments, recipients and stores a project has.
//!
//! [`definition`](Manifest) is the file as it is written (and the source of its JSON Schema), `validate` what
//! must be true beyond that, `discover` how it is found, `edit` how a command changes it.

mod definition;
mod discover;
mod edit;
mod error;
mod render;
mod rotation;
mod store;
mod stores;
mod validate;

use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, Deserializer};

pub use definition::{EnvironmentDefinition, Manifest, ProjectDefinition, RecipientDefinition, SealFormat};
pub use discover::discover;
pub use edit::ManifestEdit;
pub use error::Error;
pub use render::{NewManifest, slug};
pub use rotation::{EnvironmentRotation, RotationDefinition, Shortened};
pub use store::{AwsDefinition, AwsLayout, DirectoryDefinition, StoreDefinition, VaultAuth, VaultDefinition};

use crate::fs;
use crate::toml_text::Problem;

/// The file's name.
pub const FILE_NAME: &str = "envward.toml";

impl Manifest {
    /// Reads and checks a manifest.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = fs::read_text(path)?;
        Self::parse(&text, path)
    }

    /// Parses and checks the text of a manifest; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let invalid = |problem: Problem| Error::Invalid {
            path: path.to_owned(),
            line: problem.line,
            column: problem.column,
            message: problem.message,
            help: problem.help,
        };
        let unreadable = |error: toml::de::Error| invalid(Problem::from_error(text, &error));
        let table = DeTable::parse(text).map_err(unreadable)?;
        // Before anything else: a newer manifest may have fields that this version does not know.
        if let Some(needed) = validate::newer_version_needed(table.get_ref()) {
            return Err(Error::TooOld { path: path.to_owned(), needed });
        }
        let manifest = Self::deserialize(Deserializer::from(table))
            .map_err(|error| stores::misshapen(text).map_or_else(|| unreadable(error), invalid))?;
        validate::validate(&manifest).map_err(|fault| invalid(fault.into_problem(text)))?;
        Ok(manifest)
    }
}
