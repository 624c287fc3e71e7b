//! Text of the Prometheus exposition format, for the textfile collector of a node exporter.
//!
//! All samples of a metric stand together, as the format asks for, so the second and later ones wait until the end.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{Head, Sink};
use crate::fs::Scratch;
use crate::rotation::{FindingCode, Row, Summary};
use crate::ui::escape;

/// Metrics that are written row by row.
pub(super) struct Prometheus<'a> {
    out: Box<dyn Write + 'a>,
    rotated: Scratch,
    status: Scratch,
    findings: Scratch,
}

impl<'a> Prometheus<'a> {
    pub(super) fn open(head: &Head, mut out: Box<dyn Write + 'a>) -> io::Result<Self> {
        let name = "secret_rotation_report_generated_timestamp_seconds";
        begin(&mut out, name, "When the report was made.")?;
        writeln!(out, "{name} {}", head.generated.as_second())?;
        begin(&mut out, "secret_rotation_due_timestamp_seconds", "When the variable has to be replaced.")?;
        Ok(Self { out, rotated: Scratch::new(), status: Scratch::new(), findings: Scratch::new() })
    }
}

impl Sink for Prometheus<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let labels = labels(row);
        time(&mut self.out, "secret_rotation_due_timestamp_seconds", &labels, row.due)?;
        time(&mut self.rotated, "secret_last_rotated_timestamp_seconds", &labels, row.last_rotated)?;
        writeln!(self.status, "secret_rotation_status{{{labels},status=\"{}\"}} 1", row.status.name())?;
        for finding in once_each(row) {
            self::finding(&mut self.findings, &row.project, &row.environment, &row.variable, finding)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>, summary: &Summary) -> io::Result<()> {
        let Self { mut out, rotated, status, mut findings } = *self;
        let mut of_projects: Vec<(&str, FindingCode)> =
            summary.findings.iter().map(|(project, finding)| (project.as_str(), finding.code)).collect();
        of_projects.sort_unstable();
        of_projects.dedup();
        for (project, code) in of_projects {
            finding(&mut findings, project, "", "", code)?;
        }
        let name = "secret_rotation_authors_checked";
        begin(&mut out, name, "0 if who wrote the entries of a ledger was not checked, which takes a key.")?;
        writeln!(out, "{name} {}", u8::from(!summary.authors_unchecked))?;
        begin(&mut out, "secret_last_rotated_timestamp_seconds", "Since when the variable has its value.")?;
        rotated.copy_to(&mut out)?;
        begin(&mut out, "secret_rotation_status", "1 for how the variable stands.")?;
        status.copy_to(&mut out)?;
        begin(
            &mut out,
            "secret_rotation_finding",
            "1 for what contradicts the dates, or the record of them.",
        )?;
        findings.copy_to(&mut out)?;
        out.flush()
    }
}

fn begin(out: &mut dyn Write, name: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")
}

fn time(out: &mut dyn Write, name: &str, labels: &str, at: Option<Timestamp>) -> io::Result<()> {
    at.map_or(Ok(()), |at| writeln!(out, "{name}{{{labels}}} {}", at.as_second()))
}

fn finding(
    out: &mut dyn Write,
    project: &str,
    environment: &str,
    variable: &str,
    code: FindingCode,
) -> io::Result<()> {
    let [project, environment, variable] = [project, environment, variable].map(label);
    writeln!(
        out,
        "secret_rotation_finding{{project=\"{project}\",environment=\"{environment}\",\
         variable=\"{variable}\",code=\"{}\"}} 1",
        code.name()
    )
}

/// The kinds of findings of a row: the same sample twice would make a reader refuse the file.
fn once_each(row: &Row) -> impl Iterator<Item = FindingCode> {
    let mut codes: Vec<FindingCode> = row.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter()
}

fn labels(row: &Row) -> String {
    let optional = |text: &Option<String>| label(text.as_deref().unwrap_or_default());
    format!(
        "project=\"{}\",environment=\"{}\",variable=\"{}\",class=\"{}\",owner=\"{}\"",
        label(&row.project),
        label(&row.environment),
        label(&row.variable),
        optional(&row.class),
        optional(&row.owner),
    )
}

/// Text in a label's value: control characters spelled out, then what the format itself escapes.
fn label(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn all_samples_of_a_metric_stand_together() {
        insta::assert_snapshot!(testing::write(Format::Prometheus, &testing::rows(), 2), @r#"
        # HELP secret_rotation_report_generated_timestamp_seconds When the report was made.
        # TYPE secret_rotation_report_generated_timestamp_seconds gauge
        secret_rotation_report_generated_timestamp_seconds 1772366400
        # HELP secret_rotation_due_timestamp_seconds When the variable has to be replaced.
        # TYPE secret_rotation_due_timestamp_seconds gauge
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="OK",class="api-key",owner="@payments"} 1780142400
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="DUE_SOON",class="api-key",owner="@payments"} 1773403200
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="OVERDUE",class="api-key",owner=""} 1772107200
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="BREACHED",class="api-key",owner="@payments"} 1767225600
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="EXEMPT",class="api-key",owner="@payments"} 1769947200
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="EXEMPT_EXPIRED",class="api-key",owner="@payments"} 1769947200
        secret_rotation_due_timestamp_seconds{project="shop",environment="production",variable="OVERLAP",class="api-key",owner="@payments"} 1780056000
        secret_rotation_due_timestamp_seconds{project="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",environment="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",variable="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",class="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",owner="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&"} 1772107200
        # HELP secret_rotation_authors_checked 0 if who wrote the entries of a ledger was not checked, which takes a key.
        # TYPE secret_rotation_authors_checked gauge
        secret_rotation_authors_checked 0
        # HELP secret_last_rotated_timestamp_seconds Since when the variable has its value.
        # TYPE secret_last_rotated_timestamp_seconds gauge
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="OK",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="DUE_SOON",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="OVERDUE",class="api-key",owner=""} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="BREACHED",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="EXEMPT",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="EXEMPT_EXPIRED",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="OVERLAP",class="api-key",owner="@payments"} 1764331200
        secret_last_rotated_timestamp_seconds{project="shop",environment="production",variable="OK",class="",owner=""} 1764331200
        secret_last_rotated_timestamp_seconds{project="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",environment="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",variable="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",class="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",owner="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&"} 1764331200
        # HELP secret_rotation_status 1 for how the variable stands.
        # TYPE secret_rotation_status gauge
        secret_rotation_status{project="shop",environment="production",variable="OK",class="api-key",owner="@payments",status="ok"} 1
        secret_rotation_status{project="shop",environment="production",variable="DUE_SOON",class="api-key",owner="@payments",status="due_soon"} 1
        secret_rotation_status{project="shop",environment="production",variable="OVERDUE",class="api-key",owner="",status="overdue"} 1
        secret_rotation_status{project="shop",environment="production",variable="BREACHED",class="api-key",owner="@payments",status="breached"} 1
        secret_rotation_status{project="shop",environment="production",variable="UNKNOWN",class="api-key",owner="@payments",status="unknown"} 1
        secret_rotation_status{project="shop",environment="production",variable="EXEMPT",class="api-key",owner="@payments",status="exempt"} 1
        secret_rotation_status{project="shop",environment="production",variable="EXEMPT_EXPIRED",class="api-key",owner="@payments",status="exempt_expired"} 1
        secret_rotation_status{project="shop",environment="production",variable="OVERLAP",class="api-key",owner="@payments",status="overlap"} 1
        secret_rotation_status{project="shop",environment="production",variable="OK",class="",owner="",status="ok"} 1
        secret_rotation_status{project="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",environment="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",variable="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",class="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",owner="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",status="overdue"} 1
        # HELP secret_rotation_finding 1 for what contradicts the dates, or the record of them.
        # TYPE secret_rotation_finding gauge
        secret_rotation_finding{project="shop",environment="production",variable="UNKNOWN",code="shallow-history"} 1
        secret_rotation_finding{project="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",environment="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",variable="=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&",code="sources-disagree"} 1
        secret_rotation_finding{project="till",environment="",variable="",code="ledger-rewritten"} 1
        "#);
    }

    #[test]
    fn a_label_ends_neither_itself_nor_the_line() {
        assert_eq!(label("a\"} 1\nb\\"), r#"a\"} 1\\u{a}b\\"#);
    }
}
