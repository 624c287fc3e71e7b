//! Reports as others read them: a browser, and the libraries of other projects.

mod command;
mod outside;
mod page;

use std::io::Write;

use envward::cli::Format;
use envward::rotation::report::{Head, open};
use envward::rotation::{Finding, FindingCode, Row, Status, Summary};
use envward::schema::Grade;

/// A name that would run, jump, inject, or end something in each of the forms.
const HOSTILE: &str = "=cmd|'/c'!A1\"><img src=x onerror=alert(1)><script>window.ran = 1</script>\u{1b}[2J\r\nEND:VEVENT\u{0}\\,;|`**[x](y)\u{202e}&\"} 1";

/// How the forms for people show it.
const SHOWN: &str = "=cmd|'/c'!A1\"><img src=x onerror=alert(1)><script>window.ran = 1</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\u{0}\\,;|`**[x](y)\\u{202e}&\"} 1";

/// A row of the shop that has to be replaced.
fn row(variable: &str, status: Status, due: &str) -> Row {
    Row {
        project: "shop".to_owned(),
        environment: "production".to_owned(),
        variable: variable.to_owned(),
        class: Some("api-key".to_owned()),
        owner: Some("@payments".to_owned()),
        status,
        due: Some(due.parse().unwrap()),
        warn: Some("2026-02-20T00:00:00Z".parse().unwrap()),
        last_rotated: Some("2025-12-01T00:00:00Z".parse().unwrap()),
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

/// Rows of two projects, and one whose every text is hostile.
fn rows() -> Vec<Row> {
    let hostile = || Some(HOSTILE.to_owned());
    let finding = Finding { code: FindingCode::SourcesDisagree, message: HOSTILE.to_owned() };
    vec![
        row("LATER", Status::Ok, "2026-08-01T00:00:00Z"),
        row("SOON", Status::DueSoon, "2026-03-05T00:00:00Z"),
        Row { owner: Some("@search".to_owned()), ..row("LATE", Status::Overdue, "2026-02-25T00:00:00Z") },
        Row {
            due: None,
            warn: None,
            last_rotated: None,
            evidence: None,
            ..row("LOST", Status::Unknown, "2026-01-01T00:00:00Z")
        },
        Row { project: "till".to_owned(), class: None, ..row("EARLIER", Status::Ok, "2026-06-01T00:00:00Z") },
        Row {
            project: HOSTILE.to_owned(),
            environment: HOSTILE.to_owned(),
            class: hostile(),
            owner: hostile(),
            approver: hostile(),
            controls: vec![HOSTILE.to_owned()],
            runbook: Some(format!("javascript:{HOSTILE}")),
            declared: Some((HOSTILE.to_owned(), 3)),
            findings: vec![finding],
            ..row(HOSTILE, Status::Breached, "2026-01-01T00:00:00Z")
        },
    ]
}

/// Writes a report with these rows.
fn write<'a>(format: Format, rows: impl IntoIterator<Item = &'a Row>, out: impl Write) {
    let head =
        Head { generated: "2026-03-01T12:00:00Z".parse().unwrap(), title: HOSTILE.to_owned(), color: false };
    let mut sink = open(format, &head, Box::new(out)).unwrap();
    let mut summary = Summary::default();
    summary.projects = 3;
    for row in rows {
        sink.row(row).unwrap();
        summary.add(row.status);
    }
    let finding = Finding { code: FindingCode::LedgerRewritten, message: HOSTILE.to_owned() };
    summary.findings.push((HOSTILE.to_owned(), finding));
    sink.finish(&summary).unwrap();
}

/// The report as bytes.
fn report(format: Format, rows: &[Row]) -> Vec<u8> {
    let mut out = Vec::new();
    write(format, rows, &mut out);
    out
}
