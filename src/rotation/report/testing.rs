//! Rows for the tests of the forms: every status, with and without what may be missing, and names that are hostile to
//! what a form is read by.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{Head, open};
use crate::cli::Format;
use crate::rotation::{Finding, FindingCode, Row, Status, Summary};
use crate::schema::Grade;

/// A name that would run, jump, inject, or end something in each of the forms.
pub(super) const HOSTILE: &str =
    "=cmd|'/c'!A1\"><script>alert(1)</script>\u{1b}[2J\r\nEND:VEVENT\\,;|`**[x](y)\u{202e}&";

pub(super) const NOW: &str = "2026-03-01T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A row that is overdue.
pub(super) fn row(variable: &str) -> Row {
    Row {
        project: "shop".to_owned(),
        environment: "production".to_owned(),
        variable: variable.to_owned(),
        class: Some("api-key".to_owned()),
        owner: Some("@payments".to_owned()),
        status: Status::Overdue,
        due: Some(at("2026-02-26T12:00:00Z")),
        warn: Some(at("2026-02-12T12:00:00Z")),
        last_rotated: Some(at("2025-11-28T12:00:00Z")),
        evidence: Some(Grade::B),
        exempt_until: None,
        approver: None,
        driver: "manual".to_owned(),
        controls: vec!["PCI-DSS-4.0.1/8.6.3".to_owned()],
        runbook: Some("https://wiki.example.com/rotate".to_owned()),
        declared: Some(("schemas/shop.toml".to_owned(), 12)),
        findings: Vec::new(),
        reported: None,
    }
}

/// One row of each status, one without anything that may be missing, one with hostile names.
pub(super) fn rows() -> Vec<Row> {
    let finding = |code, message: &str| Finding { code, message: message.to_owned() };
    let later = |status, due: &str| Row { status, due: Some(at(due)), ..row(&status.name().to_uppercase()) };
    let hostile = || Some(HOSTILE.to_owned());
    vec![
        later(Status::Ok, "2026-05-30T12:00:00Z"),
        later(Status::DueSoon, "2026-03-13T12:00:00Z"),
        Row { owner: None, ..later(Status::Overdue, "2026-02-26T12:00:00Z") },
        later(Status::Breached, "2026-01-01T00:00:00Z"),
        Row {
            due: None,
            warn: None,
            last_rotated: None,
            evidence: None,
            findings: vec![finding(FindingCode::ShallowHistory, "older commits are missing from the clone")],
            ..later(Status::Unknown, NOW)
        },
        Row {
            exempt_until: Some("2026-04-30".parse().expect("a date")),
            approver: Some("Bob <bob@example.com>".to_owned()),
            ..later(Status::Exempt, "2026-02-01T12:00:00Z")
        },
        Row {
            exempt_until: Some("2026-02-20".parse().expect("a date")),
            approver: Some("Bob <bob@example.com>".to_owned()),
            ..later(Status::ExemptExpired, "2026-02-01T12:00:00Z")
        },
        later(Status::Overlap, "2026-05-29T12:00:00Z"),
        Row {
            class: None,
            owner: None,
            due: None,
            warn: None,
            controls: Vec::new(),
            runbook: None,
            declared: None,
            ..later(Status::Ok, NOW)
        },
        Row {
            project: HOSTILE.to_owned(),
            environment: HOSTILE.to_owned(),
            variable: HOSTILE.to_owned(),
            class: hostile(),
            owner: hostile(),
            controls: vec![HOSTILE.to_owned()],
            runbook: hostile(),
            declared: Some((HOSTILE.to_owned(), 3)),
            findings: vec![finding(FindingCode::SourcesDisagree, HOSTILE)],
            ..row("")
        },
    ]
}

/// A report with these rows of so many projects.
pub(super) fn write(format: Format, rows: &[Row], projects: usize) -> String {
    let mut out = Vec::new();
    write_to(format, rows, projects, false, Box::new(&mut out)).expect("memory takes everything");
    String::from_utf8(out).expect("UTF-8")
}

/// The same for a terminal with colours.
pub(super) fn write_colored(format: Format, rows: &[Row], projects: usize) -> String {
    let mut out = Vec::new();
    write_to(format, rows, projects, true, Box::new(&mut out)).expect("memory takes everything");
    String::from_utf8(out).expect("UTF-8")
}

fn write_to(
    format: Format,
    rows: &[Row],
    projects: usize,
    color: bool,
    out: Box<dyn Write + '_>,
) -> io::Result<()> {
    let head = Head {
        generated: at(NOW),
        title: rows.first().map_or_else(String::new, |row| row.project.clone()),
        color,
    };
    let mut sink = open(format, &head, out)?;
    let mut summary = Summary::default();
    (summary.projects, summary.without_policy) = (projects, 1);
    summary.authors_unchecked = projects > 1;
    for row in rows {
        sink.row(row)?;
        summary.add(row.status);
    }
    if projects > 1 {
        let message = "an entry that an older commit has is missing".to_owned();
        let finding = Finding { code: FindingCode::LedgerRewritten, message };
        summary.findings.push(("till".to_owned(), finding));
    }
    sink.finish(&summary)
}
