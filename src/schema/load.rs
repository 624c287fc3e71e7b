//! Reads a schema and what it extends.

use std::path::PathBuf;

use super::{Error, Schema};

/// Where a schema comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file; what it extends must lie below `root`.
    File {
        /// The schema.
        path: PathBuf,
        /// The project's root, or the schema's own directory where there is no project.
        root: PathBuf,
    },
    /// One of the schemas that come with envward.
    Builtin(String),
    /// The `[vars]` and `[[rules]]` of a manifest.
    Inline {
        /// The manifest.
        manifest: PathBuf,
    },
}

/// Loads, merges and checks.
pub fn load(_source: &Source) -> Result<Schema, Error> {
    todo!("the schema room")
}
