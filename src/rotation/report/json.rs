//! JSON with `"version": 1`; the shape is part of the promise of compatibility. An entry a line, so that a report of
//! any length is written, and can be read, as it comes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::words::rfc3339;
use super::{Head, Sink};
use crate::rotation::{Finding, Row, Status, Summary};
use crate::schema::Grade;
use crate::ui::write_json;

/// One variable of one environment.
#[derive(Serialize)]
struct Entry<'a> {
    project: &'a str,
    environment: &'a str,
    variable: &'a str,
    class: Option<&'a str>,
    owner: Option<&'a str>,
    status: Status,
    due: Option<String>,
    warn: Option<String>,
    last_rotated: Option<String>,
    evidence: Option<Grade>,
    exempt_until: Option<String>,
    approver: Option<&'a str>,
    driver: &'a str,
    controls: &'a [String],
    runbook: Option<&'a str>,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    reported: Option<String>,
}

/// A finding about a whole project.
#[derive(Serialize)]
struct OfProject<'a> {
    project: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// A report as one JSON object.
pub(super) struct Json<'a> {
    out: Box<dyn Write + 'a>,
    is_empty: bool,
}

impl<'a> Json<'a> {
    pub(super) fn open(head: &Head, mut out: Box<dyn Write + 'a>) -> io::Result<Self> {
        write!(out, "{{\"version\":1,\"generated\":\"{}\",\"title\":", rfc3339(head.generated))?;
        write_json(&mut out, &head.title)?;
        out.write_all(b",\"entries\":[")?;
        Ok(Self { out, is_empty: true })
    }
}

impl Sink for Json<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        write_json(&mut self.out, &entry(row))
    }

    fn finish(mut self: Box<Self>, summary: &Summary) -> io::Result<()> {
        let out = &mut self.out;
        out.write_all(if self.is_empty { b"" } else { b"\n" })?;
        let findings = summary.findings.iter().map(|(project, finding)| OfProject { project, finding });
        let findings: Vec<_> = findings.collect();
        out.write_all(b"],\"summary\":")?;
        write_json(&mut *out, &counts(summary))?;
        write!(out, ",\"authors_checked\":{}", !summary.authors_unchecked)?;
        out.write_all(b",\"findings\":")?;
        write_json(&mut *out, &findings)?;
        out.write_all(b"}\n")?;
        out.flush()
    }
}

fn entry(row: &Row) -> Entry<'_> {
    Entry {
        project: &row.project,
        environment: &row.environment,
        variable: &row.variable,
        class: row.class.as_deref(),
        owner: row.owner.as_deref(),
        status: row.status,
        due: row.due.map(rfc3339),
        warn: row.warn.map(rfc3339),
        last_rotated: row.last_rotated.map(rfc3339),
        evidence: row.evidence,
        exempt_until: row.exempt_until.map(|until| until.to_string()),
        approver: row.approver.as_deref(),
        driver: &row.driver,
        controls: &row.controls,
        runbook: row.runbook.as_deref(),
        findings: &row.findings,
        reported: row.reported.map(rfc3339),
    }
}

/// How many there are of each status, and the other sums.
fn counts(summary: &Summary) -> Map<String, Value> {
    let statuses = Status::ALL.into_iter().map(|status| (status.name(), summary.count(status)));
    let others = [
        ("total", summary.total()),
        ("projects", summary.projects),
        ("without_policy", summary.without_policy),
    ];
    statuses.chain(others).map(|(name, count)| (name.to_owned(), count.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use crate::cli::Format;

    #[test]
    fn it_keeps_its_shape() {
        insta::assert_snapshot!(testing::write(Format::Json, &testing::rows(), 2), @r#"
        {"version":1,"generated":"2026-03-01T12:00:00Z","title":"shop","entries":[
        {"project":"shop","environment":"production","variable":"OK","class":"api-key","owner":"@payments","status":"ok","due":"2026-05-30T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"DUE_SOON","class":"api-key","owner":"@payments","status":"due_soon","due":"2026-03-13T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"OVERDUE","class":"api-key","owner":null,"status":"overdue","due":"2026-02-26T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"BREACHED","class":"api-key","owner":"@payments","status":"breached","due":"2026-01-01T00:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"UNKNOWN","class":"api-key","owner":"@payments","status":"unknown","due":null,"warn":null,"last_rotated":null,"evidence":null,"exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[{"code":"shallow-history","message":"older commits are missing from the clone"}]},
        {"project":"shop","environment":"production","variable":"EXEMPT","class":"api-key","owner":"@payments","status":"exempt","due":"2026-02-01T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":"2026-04-30","approver":"Bob <bob@example.com>","driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"EXEMPT_EXPIRED","class":"api-key","owner":"@payments","status":"exempt_expired","due":"2026-02-01T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":"2026-02-20","approver":"Bob <bob@example.com>","driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"OVERLAP","class":"api-key","owner":"@payments","status":"overlap","due":"2026-05-29T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["PCI-DSS-4.0.1/8.6.3"],"runbook":"https://wiki.example.com/rotate","findings":[]},
        {"project":"shop","environment":"production","variable":"OK","class":null,"owner":null,"status":"ok","due":null,"warn":null,"last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":[],"runbook":null,"findings":[]},
        {"project":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","environment":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","variable":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","class":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","owner":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","status":"overdue","due":"2026-02-26T12:00:00Z","warn":"2026-02-12T12:00:00Z","last_rotated":"2025-11-28T12:00:00Z","evidence":"B","exempt_until":null,"approver":null,"driver":"manual","controls":["=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&"],"runbook":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&","findings":[{"code":"sources-disagree","message":"=cmd|'/c'!A1\"><script>alert(1)</script>\u001b[2J\r\nEND:VEVENT\\,;|`**[x](y)\u202e&"}]}
        ],"summary":{"breached":1,"due_soon":1,"exempt":1,"exempt_expired":1,"ok":2,"overdue":2,"overlap":1,"projects":2,"total":10,"unknown":1,"without_policy":1},"authors_checked":false,"findings":[{"project":"till","code":"ledger-rewritten","message":"an entry that an older commit has is missing"}]}
        "#);
    }

    #[test]
    fn an_empty_report_is_an_object_too() {
        let report: serde_json::Value =
            serde_json::from_str(&testing::write(Format::Json, &[], 1)).expect("JSON");
        assert_eq!(report["version"], 1);
        assert_eq!(report["entries"], serde_json::json!([]));
        assert_eq!(report["summary"]["total"], 0);
    }
}
