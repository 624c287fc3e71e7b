//! JSON with `"version": 1`; the shape is part of the promise of compatibility.

use serde::Serialize;

use super::json_text;
use crate::check::{Diagnostic, Report, Severity};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: &'a [Diagnostic],
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

/// The report as one JSON object.
pub fn render(report: &Report) -> String {
    let summary =
        Summary { errors: report.count(Severity::Error), warnings: report.count(Severity::Warning) };
    json_text(&Document { version: 1, diagnostics: &report.diagnostics, summary })
}
