//! One finding, in the shape that others build on.

use std::path::PathBuf;

use serde::Serialize;

/// How bad a finding is. Only errors make a check fail, unless `--strict` counts warnings too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

/// One finding. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The rule, such as `placeholder`; stable, in kebab-case.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The variable it is about.
    pub variable: Option<String>,
    /// The file it is in, as the user named it.
    pub file: Option<PathBuf>,
    /// Line, from 1; `None` for what is missing.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// All findings of one check, in the order in which they are shown.
#[derive(Default)]
pub struct Report {
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// How many findings have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}
