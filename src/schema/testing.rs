//! Schemas for unit tests.

use std::path::Path;

use super::{Error, Schema, Source, load};
use crate::fs;

/// A directory of schema files; removed when dropped.
pub(super) struct Files(tempfile::TempDir);

impl Files {
    /// Writes the files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        for (name, text) in files {
            fs::write_shared(&directory.path().join(name), text.as_bytes())
                .expect("there is room for a file");
        }
        Self(directory)
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Loads one of them, with the directory as the project.
    pub fn load(&self, name: &str) -> Result<Schema, Error> {
        load(&Source::File { path: self.path().join(name), root: self.path().to_owned() })
    }

    /// What is said about a schema that cannot be used, with the help below it.
    pub fn refusal(&self, name: &str) -> String {
        let error = self.load(name).err().expect("the schema is refused");
        let help = error.hint().map(|help| format!("\n  help: {help}"));
        let said = format!("{error}{}", help.unwrap_or_default());
        said.replace(&self.path().display().to_string(), "DIR")
    }
}

/// What is said about a schema of one file that cannot be used.
pub(super) fn refusal(text: &str) -> String {
    Files::new(&[("app.toml", text)]).refusal("app.toml")
}

/// Loads a schema of one file.
pub(crate) fn schema(text: &str) -> Schema {
    Files::new(&[("app.toml", text)]).load("app.toml").unwrap_or_else(|error| panic!("{error}"))
}
