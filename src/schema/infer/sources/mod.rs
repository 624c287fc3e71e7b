//! The kinds of files in which variables are seen, one file or folder each.
//!
//! To add one: write its file with a unit struct that implements [`Source`], and its tests, and add it to [`ALL`].

mod code;
mod compose;
mod dockerfile;
mod env_file;
mod gitlab;
mod guide;
mod kubernetes;
pub mod references;
mod shell;
mod spring;
mod workflow;

use std::path::Path;

pub use code::{Code, platform};
pub use dockerfile::Dockerfile;
pub use env_file::EnvFile;
pub use gitlab::Gitlab;
pub use shell::Shell;
pub use spring::Spring;
pub use workflow::Workflow;

use super::Sighting;

/// One kind of file in which variables are seen. It takes any text: what it does not understand it passes over.
pub trait Source: Sync {
    /// What it is called in messages: `env file`.
    fn name(&self) -> &'static str;

    /// Whether a file is of this kind, by its path and the beginning of its text (at least the first 4 KiB, or all
    /// of it). No file is of two kinds: the first of [`ALL`] that says yes reads it.
    fn reads(&self, path: &Path, head: &str) -> bool;

    /// Every variable that stands in the text, in the order of its lines. In linear time; `file` goes into the
    /// sightings as it is.
    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting>;

    /// The env files that the text names, as paths from its own directory.
    fn env_files(&self, _text: &str) -> Vec<String> {
        Vec::new()
    }

    /// What keeps a part of the text from being understood, as the end of a sentence; `None` if nothing does, or if
    /// that cannot be told.
    fn problem(&self, _text: &str) -> Option<String> {
        None
    }
}

/// Every kind of file.
pub static ALL: &[&dyn Source] = &[
    &EnvFile,
    &guide::Guide,
    &Workflow,
    &Gitlab,
    &Spring,
    &compose::Compose,
    &kubernetes::Kubernetes,
    &Dockerfile,
    &Shell,
    &Code,
];

/// The kind of a file, if it is one in which variables are seen.
pub fn for_file(path: &Path, head: &str) -> Option<&'static dyn Source> {
    ALL.iter().copied().find(|source| source.reads(path, head))
}

/// The file's name in lower case; empty if it has none that is text.
fn file_name(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// The end of the file's name in lower case, without the dot; empty if it has none.
fn extension(path: &Path) -> String {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase()
}
