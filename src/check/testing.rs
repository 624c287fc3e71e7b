//! What the unit tests of the rules share.

use std::path::Path;

use super::{FileFacts, Input, OtherEnvironment, Severity, Subject};
use crate::dotenv::Document;
use crate::fs;
use crate::schema::{self, Schema, Source};

/// Noon in the tests.
pub(super) const NOW: &str = "2026-03-01T12:00:00Z";

/// What a test may change about the file besides its text.
#[derive(Default)]
pub(super) struct World {
    pub facts: FileFacts,
    pub others: Vec<OtherEnvironment>,
    /// What time it is, if not [`NOW`].
    pub now: Option<&'static str>,
}

/// A schema from its text.
pub(super) fn schema(text: &str) -> Schema {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let path = directory.path().join("schema.toml");
    fs::write_shared(&path, text.as_bytes()).expect("there is room for a file");
    let schema = schema::load(&Source::File { path, root: directory.path().to_owned() });
    schema.unwrap_or_else(|error| panic!("{error}"))
}

/// The findings of one code about an env file of the environment `production`: `line:column severity: message
/// (help)`.
pub(super) fn check(code: &str, schema: &str, file: &str) -> Vec<String> {
    check_in(&World::default(), code, schema, file)
}

/// The same, with more said about the file.
pub(super) fn check_in(world: &World, code: &str, schema: &str, file: &str) -> Vec<String> {
    let schema = self::schema(schema);
    let (document, problems) = Document::parse_with_problems(file.as_bytes());
    let input = Input::EnvFile {
        bytes: file.as_bytes(),
        document: &document,
        problems: &problems,
        facts: world.facts.clone(),
    };
    let now = world.now.unwrap_or(NOW).parse().expect("a date");
    let file = Some(Path::new(".env"));
    let subject = Subject::new(Some(&schema), "production", file, input, &world.others, now);
    let findings = super::check(&subject).diagnostics.into_iter().filter(|found| found.code == code);
    findings
        .map(|found| {
            let place = match (found.line, found.column) {
                (Some(line), Some(column)) => format!("{line}:{column} "),
                _ => String::new(),
            };
            let severity = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let help = found.help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{place}{severity}: {}{help}", found.message)
        })
        .collect()
}
