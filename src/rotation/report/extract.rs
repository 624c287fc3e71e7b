//! What a form for people has room for: the worst rows, some findings, and how many more there are.

use super::words::counted;
use super::worst::{Rank, Worst};
use crate::rotation::{Finding, Row, Summary};

/// Rows that are shown: a terminal is no place for more, and the summary of a CI job may have 1 MiB.
pub(super) const MOST_ROWS: usize = 500;

/// Findings that are shown.
const MOST_FINDINGS: usize = 200;

/// Takes everything, and keeps a part of fixed size.
pub(super) struct Extract {
    rows: Worst<Rank, Row>,
    findings: Vec<(String, Finding)>,
    more_findings: usize,
}

/// What was kept.
pub(super) struct Extracted {
    /// Worst first.
    pub(super) rows: Vec<Row>,
    /// With the names of what each is about.
    pub(super) findings: Vec<(String, Finding)>,
    /// What else there is.
    pub(super) more: Option<String>,
}

impl Extract {
    pub(super) fn new() -> Self {
        Self { rows: Worst::new(MOST_ROWS), findings: Vec::new(), more_findings: 0 }
    }

    pub(super) fn row(&mut self, row: &Row) {
        for finding in &row.findings {
            self.find(|| format!("{} {} {}", row.project, row.environment, row.variable), finding);
        }
        self.rows.push(Rank::of(row), || row.clone());
    }

    pub(super) fn finish(mut self, summary: &Summary) -> Extracted {
        for (project, finding) in &summary.findings {
            self.find(|| project.clone(), finding);
        }
        let (rows, findings) = (self.rows.dropped(), self.more_findings);
        let is_whole = rows + findings == 0;
        let more = format!("and {} and {} more", counted(rows, "row"), counted(findings, "finding"));
        Extracted {
            rows: self.rows.into_sorted().collect(),
            findings: self.findings,
            more: (!is_whole).then_some(more),
        }
    }

    fn find(&mut self, about: impl FnOnce() -> String, finding: &Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push((about(), finding.clone()));
        } else {
            self.more_findings += 1;
        }
    }
}
