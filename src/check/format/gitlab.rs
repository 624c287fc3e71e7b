//! GitLab code quality: the report format of merge request widgets.

use serde::Serialize;

use super::{fingerprint, json_text};
use crate::check::{Diagnostic, Report, Severity};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// A JSON array with one issue for each finding.
pub fn render(report: &Report) -> String {
    let issues: Vec<Issue> = report
        .diagnostics
        .iter()
        .zip(fingerprint::of(report))
        .map(|(diagnostic, fingerprint)| issue(diagnostic, fingerprint))
        .collect();
    json_text(&issues)
}

fn issue(diagnostic: &Diagnostic, fingerprint: String) -> Issue {
    // The format knows no issue without a place: what has no line is at the first one.
    let file = diagnostic.file.as_ref().map(|file| file.to_string_lossy().into_owned());
    Issue {
        description: diagnostic.message.clone(),
        check_name: diagnostic.code,
        fingerprint,
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location {
            path: file.unwrap_or_else(|| ".".to_owned()),
            lines: Lines { begin: diagnostic.line.unwrap_or(1) },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn an_issue_has_what_gitlab_asks_for() {
        let issues: serde_json::Value = serde_json::from_str(&render(&testing::report())).expect("JSON");
        let mut first = issues[0].clone();
        assert_eq!(first["fingerprint"].as_str().map(str::len), Some(32));
        first["fingerprint"] = "…".into();
        assert_eq!(
            first,
            serde_json::json!({
                "description": "PORT is not a whole number",
                "check_name": "type",
                "fingerprint": "…",
                "severity": "major",
                "location": { "path": "a b/.env", "lines": { "begin": 3 } },
            })
        );
        assert_eq!(issues[1]["location"]["lines"]["begin"], 1);
    }
}
