//! CSV (RFC 4180), for spreadsheets: a row for each variable of each environment.
//!
//! A spreadsheet takes a cell for a formula by its first character. A text that begins with one of those gets an
//! apostrophe before it, which spreadsheets take for "this is text"; control characters are spelled out.

use std::io::{self, Write};

use csv::Writer;

use super::words::{days_until, rfc3339};
use super::{Head, Sink};
use crate::rotation::{Row, Summary};
use crate::ui::escape;

/// The first characters that make a formula, also in their full-width forms (OWASP, CSV Injection).
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

const COLUMNS: [&str; 16] = [
    "project",
    "environment",
    "variable",
    "class",
    "owner",
    "last_rotated",
    "evidence",
    "age_days",
    "due",
    "status",
    "exempt_until",
    "approver",
    "controls",
    "driver",
    "runbook",
    "findings",
];

/// A table that is written row by row.
pub(super) struct Csv<'a> {
    out: Writer<Box<dyn Write + 'a>>,
    head: Head,
}

impl<'a> Csv<'a> {
    pub(super) fn open(head: &Head, out: Box<dyn Write + 'a>) -> io::Result<Self> {
        let mut out = Writer::from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out, head: head.clone() })
    }
}

impl Sink for Csv<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
        let codes: Vec<&str> = row.findings.iter().map(|finding| finding.code.name()).collect();
        let age = row.last_rotated.map(|at| days_until(self.head.generated, at).to_string());
        self.out.write_record([
            cell(&row.project),
            cell(&row.environment),
            cell(&row.variable),
            text(&row.class),
            text(&row.owner),
            row.last_rotated.map(rfc3339).unwrap_or_default(),
            row.evidence.map(|grade| grade.letter().to_string()).unwrap_or_default(),
            age.unwrap_or_default(),
            row.due.map(rfc3339).unwrap_or_default(),
            row.status.name().to_owned(),
            row.exempt_until.map(|until| until.to_string()).unwrap_or_default(),
            text(&row.approver),
            cell(&row.controls.join(" ")),
            cell(&row.driver),
            text(&row.runbook),
            codes.join(" "),
        ])?;
        Ok(())
    }

    fn finish(mut self: Box<Self>, summary: &Summary) -> io::Result<()> {
        // What is about a whole project has a row of its own, or a spreadsheet would not know of it.
        for (project, finding) in &summary.findings {
            let mut record = [""; COLUMNS.len()].map(str::to_owned);
            record[0] = cell(project);
            finding.code.name().clone_into(&mut record[COLUMNS.len() - 1]);
            self.out.write_record(record)?;
        }
        self.out.flush()
    }
}

/// Text in a cell.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    format!("{guard}{}", escape(text))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn a_row_for_each_variable_of_each_environment() {
        insta::assert_snapshot!(testing::write(Format::Csv, &testing::rows(), 2), @r#"
        project,environment,variable,class,owner,last_rotated,evidence,age_days,due,status,exempt_until,approver,controls,driver,runbook,findings
        shop,production,OK,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-05-30T12:00:00Z,ok,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,DUE_SOON,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-03-13T12:00:00Z,due_soon,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,OVERDUE,api-key,,2025-11-28T12:00:00Z,B,93,2026-02-26T12:00:00Z,overdue,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,BREACHED,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-01-01T00:00:00Z,breached,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,UNKNOWN,api-key,'@payments,,,,,unknown,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,shallow-history
        shop,production,EXEMPT,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-02-01T12:00:00Z,exempt,2026-04-30,Bob <bob@example.com>,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,EXEMPT_EXPIRED,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-02-01T12:00:00Z,exempt_expired,2026-02-20,Bob <bob@example.com>,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,OVERLAP,api-key,'@payments,2025-11-28T12:00:00Z,B,93,2026-05-29T12:00:00Z,overlap,,,PCI-DSS-4.0.1/8.6.3,manual,https://wiki.example.com/rotate,
        shop,production,OK,,,2025-11-28T12:00:00Z,B,93,,ok,,,,manual,,
        "'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&","'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&","'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&","'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&","'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&",2025-11-28T12:00:00Z,B,93,2026-02-26T12:00:00Z,overdue,,,"'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&",manual,"'=cmd|'/c'!A1""><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&",sources-disagree
        till,,,,,,,,,,,,,,,ledger-rewritten
        "#);
    }

    #[test]
    fn no_text_becomes_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1"] {
            assert_eq!(cell(text), format!("'{}", escape(text)));
        }
        assert_eq!(cell("API_KEY"), "API_KEY");
    }
}
