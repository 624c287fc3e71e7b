//! The forms of the report, one file each. None of them shows a value.

mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
mod mask;
pub mod sarif;

use std::path::Path;

use serde::Serialize;

/// Something that was checked.
pub struct Place<'a> {
    /// The file as the user named it; `None` for the process environment.
    pub file: Option<&'a Path>,
    /// The bytes of an env file, of which only names and punctuation are shown.
    pub text: Option<&'a [u8]>,
}

impl Place<'_> {
    /// How it is called in a sentence.
    fn name(&self) -> String {
        self.file.map_or_else(|| "the process environment".to_owned(), path_text)
    }
}

/// A path that is safe to show.
fn path_text(path: &Path) -> String {
    crate::ui::escape(&path.to_string_lossy()).into_owned()
}

fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("text, numbers and lists can be written as JSON") + "\n"
}

/// `1 error`, `2 errors`.
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod testing {
    use crate::check::{Diagnostic, Report, Severity};
    use std::path::Path;

    /// An error with a position, a warning about the whole file, and a note about no file.
    pub(super) fn report() -> Report {
        let mut report = Report::default();
        report.push(
            Diagnostic::new("type", Severity::Error, "PORT is not a whole number")
                .variable("PORT")
                .file(Some(Path::new("a b/.env")))
                .at(3, 6)
                .help("use digits only: 100%"),
        );
        report.push(
            Diagnostic::new("file-mode", Severity::Warning, "others can read this file")
                .file(Some(Path::new("a b/.env"))),
        );
        report.push(Diagnostic::new("rule", Severity::Note, "not checked").variable("A"));
        report
    }
}
