//! JSON with `"version": 1`; the shape is part of the promise of compatibility.

use serde::Serialize;

use super::{Finding, Kind};
use crate::check::Severity;
use crate::needles::Encoding;

/// What a search looked at.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Extent {
    /// Files, also within archives and of the history.
    pub files: u64,
    /// Values that were looked for.
    pub values: usize,
    /// Findings that the baseline lets stand.
    pub known: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Row<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    #[serde(flatten)]
    extent: Extent,
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'static str,
    severity: Severity,
    variable: Option<&'a str>,
    environments: &'a [String],
    encoding: Option<Encoding>,
    token: Option<&'static str>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    /// Null for what was not found in the history.
    object: Option<&'a str>,
    commit: Option<&'a str>,
    /// Whether a branch, a tag or the stash reaches it.
    reachable: Option<bool>,
    message: String,
    help: Option<String>,
}

/// The findings as one JSON object.
pub fn render(findings: &[Finding], extent: Extent) -> String {
    let rows: Vec<Row<'_>> = findings.iter().map(row).collect();
    let count = |severity| rows.iter().filter(|row| row.severity == severity).count();
    let summary = Summary { errors: count(Severity::Error), warnings: count(Severity::Warning), extent };
    let document = Document { version: 1, findings: rows, summary };
    serde_json::to_string_pretty(&document).expect("text, numbers and lists can be written as JSON") + "\n"
}

fn row(finding: &Finding) -> Row<'_> {
    let diagnostic = finding.diagnostic();
    let (variable, environments, encoding, token) = match &finding.kind {
        Kind::Value { variable, environments, encoding } => {
            (Some(variable.as_str()), environments.as_slice(), Some(*encoding), None)
        }
        Kind::Token { id, .. } => (None, [].as_slice(), None, Some(*id)),
        Kind::Unsearched(_) | Kind::UnknownValues(_) => (None, [].as_slice(), None, None),
    };
    let object = finding.object.as_ref();
    Row {
        code: diagnostic.code,
        severity: diagnostic.severity,
        variable,
        environments,
        encoding,
        token,
        file: Some(finding.file.as_str()).filter(|file| !file.is_empty()),
        line: finding.line,
        column: finding.column,
        object: object.map(|object| object.id.as_str()),
        commit: object.and_then(|object| object.commit.as_deref()),
        reachable: object.map(|object| object.commit.is_some()),
        message: diagnostic.message,
        help: diagnostic.help,
    }
}
