//! For people: a table, worst first, what is wrong beyond it, and a sum.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::extract::{Extract, Extracted};
use super::words::{authors, day, distance, status, sum};
use super::{Head, Sink};
use crate::rotation::{Row, Status, Summary};
use crate::ui::{Table, escape};

/// What a terminal is given.
pub(super) struct Human<'a> {
    out: Box<dyn Write + 'a>,
    head: Head,
    extract: Extract,
}

impl<'a> Human<'a> {
    pub(super) fn open(head: &Head, out: Box<dyn Write + 'a>) -> Self {
        Self { out, head: head.clone(), extract: Extract::new() }
    }
}

impl Sink for Human<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        self.extract.row(row);
        Ok(())
    }

    fn finish(self: Box<Self>, summary: &Summary) -> io::Result<()> {
        let Self { mut out, head, extract } = *self;
        let Extracted { rows, findings, more } = extract.finish(summary);
        if !rows.is_empty() {
            writeln!(out, "{}", table(&rows, summary, &head))?;
        }
        for (about, finding) in &findings {
            let code = finding.code.name();
            let style = if finding.code.is_grave() { AnsiColor::Red } else { AnsiColor::Yellow };
            let style = if head.color { Style::new().fg_color(Some(style.into())) } else { Style::new() };
            writeln!(out, "{style}{code}{style:#}: {}: {}", escape(about), escape(&finding.message))?;
        }
        if let Some(more) = more {
            writeln!(out, "{more}; --format json shows them all")?;
        }
        if !findings.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "{}", sum(summary))?;
        if let Some(said) = authors(summary) {
            writeln!(out, "{said}")?;
        }
        out.flush()
    }
}

fn table(rows: &[Row], summary: &Summary, head: &Head) -> String {
    let many = summary.projects > 1;
    let header = ["PROJECT", "ENVIRONMENT", "VARIABLE", "STATUS", "DUE", "ROTATED", "EVIDENCE", "OWNER"];
    let first = usize::from(!many);
    let mut table = Table::new(&header[first..]);
    for row in rows {
        let none = || "-".to_owned();
        let due = row.due.map(|due| format!("{}, {}", day(due), distance(due, head.generated)));
        let cells = [
            row.project.clone(),
            row.environment.clone(),
            row.variable.clone(),
            status(row),
            due.unwrap_or_else(none),
            row.last_rotated.map_or_else(none, |at| day(at).to_string()),
            row.evidence.map_or_else(none, |grade| grade.letter().to_string()),
            row.owner.clone().unwrap_or_else(none),
        ];
        if head.color {
            table.styled_row(&cells[first..], 3 - first, style(row.status));
        } else {
            table.row(&cells[first..]);
        }
    }
    table.render()
}

fn style(status: Status) -> Style {
    let color = match status {
        Status::Breached | Status::Overdue | Status::ExemptExpired => AnsiColor::Red,
        Status::Unknown | Status::DueSoon => AnsiColor::Yellow,
        Status::Overlap | Status::Exempt => AnsiColor::Cyan,
        Status::Ok => AnsiColor::Green,
    };
    Style::new().fg_color(Some(color.into()))
}

#[cfg(test)]
mod tests {
    use super::super::extract::MOST_ROWS;
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn a_report_is_a_table_the_findings_and_a_sum() {
        insta::assert_snapshot!(testing::write(Format::Human, &testing::rows(), 2), @r#"
        PROJECT                                                                                     ENVIRONMENT                                                                                 VARIABLE                                                                                    STATUS                   DUE                      ROTATED     EVIDENCE  OWNER
        shop                                                                                        production                                                                                  BREACHED                                                                                    breached                 2026-01-01, 59 days ago  2025-11-28  B         @payments
        =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&  =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&  =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&  overdue                  2026-02-26, 3 days ago   2025-11-28  B         =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&
        shop                                                                                        production                                                                                  OVERDUE                                                                                     overdue                  2026-02-26, 3 days ago   2025-11-28  B         -
        shop                                                                                        production                                                                                  EXEMPT_EXPIRED                                                                              exempt_expired           2026-02-01, 28 days ago  2025-11-28  B         @payments
        shop                                                                                        production                                                                                  UNKNOWN                                                                                     unknown                  -                        -           -         @payments
        shop                                                                                        production                                                                                  DUE_SOON                                                                                    due_soon                 2026-03-13, in 12 days   2025-11-28  B         @payments
        shop                                                                                        production                                                                                  OVERLAP                                                                                     overlap                  2026-05-29, in 89 days   2025-11-28  B         @payments
        shop                                                                                        production                                                                                  EXEMPT                                                                                      exempt until 2026-04-30  2026-02-01, 28 days ago  2025-11-28  B         @payments
        shop                                                                                        production                                                                                  OK                                                                                          ok                       2026-05-30, in 90 days   2025-11-28  B         @payments
        shop                                                                                        production                                                                                  OK                                                                                          ok                       -                        2025-11-28  B         -

        shallow-history: shop production UNKNOWN: older commits are missing from the clone
        sources-disagree: =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}& =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}& =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&: =cmd|'/c'!A1"><script>alert(1)</script>\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&
        ledger-rewritten: till: an entry that an older commit has is missing

        2 projects, 10 variables: 1 breached, 2 overdue, 1 exempt_expired, 1 unknown, 1 due_soon, 1 overlap, 1 exempt, 2 ok; 1 secret variable has no policy
        who wrote the entries of the ledger was not checked: that takes a key
        "#);
    }

    #[test]
    fn one_project_needs_no_column() {
        let text = testing::write(Format::Human, &[testing::row("A")], 1);
        assert!(text.starts_with("ENVIRONMENT  VARIABLE  STATUS"), "{text}");
    }

    #[test]
    fn a_flood_is_cut_and_says_where_the_rest_is() {
        let rows: Vec<Row> = (0..600).map(|number| testing::row(&format!("V{number:03}"))).collect();
        let text = testing::write(Format::Human, &rows, 1);
        assert_eq!(text.lines().count(), 1 + MOST_ROWS + 1 + 1 + 1);
        assert!(text.contains("V499") && !text.contains("V500"), "{text}");
        let end = "\nand 100 rows and 0 findings more; --format json shows them all\n600 variables: 600 overdue; 1 \
                   secret variable has no policy\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn colour_is_added_and_changes_no_word() {
        let plain = testing::write(Format::Human, &testing::rows(), 2);
        let colored = testing::write_colored(Format::Human, &testing::rows(), 2);
        assert_ne!(plain, colored);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    }
}
