//! Markdown, for the summary of a CI job: what is not in order, worst first, and a sum.

use std::io::{self, Write};

use super::extract::{Extract, Extracted};
use super::words::{authors, day, distance, status, sum};
use super::{Head, Sink};
use crate::forms::markdown::escape;
use crate::rotation::{Row, Summary};

/// A page, which is written when all rows are known.
pub(super) struct Markdown<'a> {
    out: Box<dyn Write + 'a>,
    head: Head,
    extract: Extract,
}

impl<'a> Markdown<'a> {
    pub(super) fn open(head: &Head, out: Box<dyn Write + 'a>) -> Self {
        Self { out, head: head.clone(), extract: Extract::new() }
    }
}

impl Sink for Markdown<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        self.extract.row(row);
        Ok(())
    }

    fn finish(self: Box<Self>, summary: &Summary) -> io::Result<()> {
        let Self { mut out, head, extract } = *self;
        let Extracted { rows, findings, more } = extract.finish(summary);
        writeln!(out, "## Rotation: {}\n\n{}.", escape(&head.title), sum(summary))?;
        if let Some(said) = authors(summary) {
            writeln!(out, "\nNote: {said}.")?;
        }
        if !rows.is_empty() {
            writeln!(
                out,
                "\n| Status | Due | Project | Environment | Variable | Owner | Replaced | Evidence |"
            )?;
            writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
        }
        for row in &rows {
            writeln!(out, "{}", line(row, &head))?;
        }
        if !findings.is_empty() {
            writeln!(out, "\n### Findings\n")?;
        }
        for (about, finding) in &findings {
            let (code, message) = (finding.code.name(), escape(&finding.message));
            writeln!(out, "- **{code}**: {}: {message}", escape(about))?;
        }
        if let Some(more) = more {
            writeln!(out, "\n… {more}; `--format html` shows them all.")?;
        }
        out.flush()
    }
}

fn line(row: &Row, head: &Head) -> String {
    let due = row.due.map(|due| format!("{}, {}", day(due), distance(due, head.generated)));
    let cells = [
        status(row),
        due.unwrap_or_default(),
        escape(&row.project),
        escape(&row.environment),
        escape(&row.variable),
        row.owner.as_deref().map(escape).unwrap_or_default(),
        row.last_rotated.map(|at| day(at).to_string()).unwrap_or_default(),
        row.evidence.map(|grade| grade.letter().to_string()).unwrap_or_default(),
    ];
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn a_table_worst_first_the_findings_and_a_sum() {
        insta::assert_snapshot!(testing::write(Format::Markdown, &testing::rows(), 2), @r#"
        ## Rotation: shop

        2 projects, 10 variables: 1 breached, 2 overdue, 1 exempt_expired, 1 unknown, 1 due_soon, 1 overlap, 1 exempt, 2 ok; 1 secret variable has no policy.

        Note: who wrote the entries of the ledger was not checked: that takes a key.

        | Status | Due | Project | Environment | Variable | Owner | Replaced | Evidence |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | breached | 2026-01-01, 59 days ago | shop | production | BREACHED | \@payments | 2025-11-28 | B |
        | overdue | 2026-02-26, 3 days ago | =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& | =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& | =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& | =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& | 2025-11-28 | B |
        | overdue | 2026-02-26, 3 days ago | shop | production | OVERDUE |  | 2025-11-28 | B |
        | exempt_expired | 2026-02-01, 28 days ago | shop | production | EXEMPT_EXPIRED | \@payments | 2025-11-28 | B |
        | unknown |  | shop | production | UNKNOWN | \@payments |  |  |
        | due_soon | 2026-03-13, in 12 days | shop | production | DUE_SOON | \@payments | 2025-11-28 | B |
        | overlap | 2026-05-29, in 89 days | shop | production | OVERLAP | \@payments | 2025-11-28 | B |
        | exempt until 2026-04-30 | 2026-02-01, 28 days ago | shop | production | EXEMPT | \@payments | 2025-11-28 | B |
        | ok | 2026-05-30, in 90 days | shop | production | OK | \@payments | 2025-11-28 | B |
        | ok |  | shop | production | OK |  | 2025-11-28 | B |

        ### Findings

        - **shallow-history**: shop production UNKNOWN: older commits are missing from the clone
        - **sources-disagree**: =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\& =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\&: =cmd\|'/c'!A1"\>\<script\>alert(1)\</script\>\\u{1b}\[2J\\u{d}\\u{a}END\:VEVENT\\,;\|\`\*\*\[x\](y)\\u{202e}\&
        - **ledger-rewritten**: till: an entry that an older commit has is missing
        "#);
    }

    #[test]
    fn a_flood_is_cut_and_says_where_the_rest_is() {
        let rows: Vec<Row> = (0..600).map(|number| testing::row(&format!("V{number:03}"))).collect();
        let text = testing::write(Format::Markdown, &rows, 1);
        assert!(text.contains("V499") && !text.contains("V500"), "{text}");
        let end = "\n\n… and 100 rows and 0 findings more; `--format html` shows them all.\n";
        assert!(text.ends_with(end), "{text}");
    }
}
