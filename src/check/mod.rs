//! Checking: one rule per file, one shape of finding, one file per form of the report.
//!
//! A [`Subject`] is what is checked, with everything a rule may look at; [`check`] hands it to every rule of
//! [`rules::ALL`]. [`code`] holds the schema
//! against what the code reads. [`mod@format`] renders the findings, [`fix`] repairs what can be repaired without a decision.

pub mod code;
mod diagnostic;
pub mod fix;
pub mod format;
pub mod rules;
mod subject;
#[cfg(test)]
mod testing;

use std::borrow::Cow;

use jiff::Timestamp;

pub use diagnostic::{Diagnostic, Report, Severity};
pub use subject::{Assignment, FileFacts, Finding, GitState, Input, OtherEnvironment, Scope, State, Subject};

use crate::ui;

/// Every finding about one subject, in the order of its lines.
pub fn check(subject: &Subject<'_>) -> Report {
    let mut report = Report::default();
    for rule in rules::ALL {
        rule.check(subject, &mut report);
    }
    report.sort();
    report
}

/// Only the findings that are errors, and without the rules that never report one: what `run` asks for, which
/// is to start at once.
pub fn errors(subject: &Subject<'_>) -> Report {
    let mut report = Report::default();
    for rule in rules::ALL {
        if rule.codes().iter().any(|code| code.severity == Severity::Error) {
            rule.check(subject, &mut report);
        }
    }
    report.diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    report.sort();
    report
}

/// When [`errors`] of the same subject may be others because of the time alone; `None` if never.
pub fn next_change(subject: &Subject<'_>) -> Option<Timestamp> {
    rules::ALL.iter().filter_map(|rule| rule.next_change(subject)).min()
}

/// A name as it is shown in messages: without control characters, and not longer than a line.
pub fn shown(name: &str) -> Cow<'_, str> {
    const LONGEST: usize = 80;
    match name.char_indices().nth(LONGEST) {
        None => ui::escape(name),
        Some((end, _)) => Cow::Owned(format!("{}…", ui::escape(&name[..end]))),
    }
}
