//! One finding, in the shape that others build on.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// How bad a finding is. Only errors make a check fail, unless `--strict` counts warnings too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably wrong, or a risk.
    Warning,
    /// Wrong: something will not work, or a secret is known to others.
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
    #[serde(serialize_with = "lossy")]
    pub file: Option<PathBuf>,
    /// Line, from 1; `None` for what is missing.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong. Names from files are already safe to show.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The variable without which this was not checked, safe to show; people are told once for each.
    #[serde(skip)]
    pub unchecked_for: Option<String>,
}

impl Diagnostic {
    /// A finding about no file and no variable yet.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity,
            variable: None,
            file: None,
            line: None,
            column: None,
            message,
            help: None,
            unchecked_for: None,
        }
    }

    /// Names the variable it is about.
    #[must_use]
    pub fn variable(mut self, name: &str) -> Self {
        self.variable = Some(name.to_owned());
        self
    }

    /// Names the file it is in.
    #[must_use]
    pub fn file(mut self, file: Option<&Path>) -> Self {
        self.file = file.map(Path::to_owned);
        self
    }

    /// Says where in the file, both from 1.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        (self.line, self.column) = (Some(line), Some(column));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A path that is not UTF-8 is shown with replacement characters; there is no other way in JSON.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn lossy<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(serializer)
}

/// All findings of one check, in the order in which they are shown.
#[derive(Default)]
pub struct Report {
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds the findings of another report after those of this one.
    pub fn append(&mut self, mut other: Self) {
        self.diagnostics.append(&mut other.diagnostics);
    }

    /// Puts the findings of one file into the order of its lines; what has no line comes last.
    pub fn sort(&mut self) {
        let place = |line: Option<u32>| line.unwrap_or(u32::MAX);
        self.diagnostics.sort_by_key(|diagnostic| (place(diagnostic.line), place(diagnostic.column)));
    }

    /// How many findings have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Whether the check failed: an error was found, or with `strict` a warning.
    pub fn fails(&self, strict: bool) -> bool {
        let least = if strict { Severity::Warning } else { Severity::Error };
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_follow_the_lines_and_what_is_missing_comes_last() {
        let mut report = Report::default();
        report.push(Diagnostic::new("missing", Severity::Error, "first"));
        report.push(Diagnostic::new("type", Severity::Error, "second").at(2, 1));
        report.push(Diagnostic::new("type", Severity::Error, "third").at(1, 5));
        report.sort();
        let messages: Vec<_> = report.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["third", "second", "first"]);
    }

    #[test]
    fn warnings_fail_only_a_strict_check() {
        let mut report = Report::default();
        report.push(Diagnostic::new("unknown", Severity::Warning, "w"));
        assert!(!report.fails(false));
        assert!(report.fails(true));
        report.push(Diagnostic::new("type", Severity::Error, "e"));
        assert!(report.fails(false));
    }
}
