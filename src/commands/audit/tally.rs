//! What an audit comes to, while its rows are written.

use std::collections::HashSet;

use crate::error::Error;
use crate::rotation::Summary;
use crate::rotation::audit::{Audited, Expected};
use crate::rotation::report::Sink;

/// Takes what projects come to, one after the other.
pub(super) struct Tally {
    sink: Box<dyn Sink>,
    summary: Summary,
    expected: Expected,
    environments: usize,
    /// Names, for projects that come in parts.
    seen: HashSet<String>,
}

impl Tally {
    /// Begins with a report to write to, and the projects that have to come.
    pub(super) fn new(sink: Box<dyn Sink>, expected: Expected) -> Self {
        Self { sink, summary: Summary::default(), expected, environments: 0, seen: HashSet::new() }
    }

    /// Takes a project that was looked at.
    ///
    /// # Errors
    /// The report cannot be written.
    pub(super) fn take(&mut self, audited: Audited) -> Result<(), Error> {
        self.expected.saw(&audited.project);
        if self.seen.insert(audited.project.clone()) {
            self.summary.projects += 1;
        }
        self.environments += audited.environments;
        self.summary.without_policy += audited.without_policy;
        let findings = audited.findings.into_iter().map(|finding| (audited.project.clone(), finding));
        self.summary.findings.extend(findings);
        for row in &audited.rows {
            self.summary.add(row.status);
            self.sink.row(row).map_err(Error::Output)?;
        }
        Ok(())
    }

    /// Whether a project of that name was looked at.
    pub(super) fn has_seen(&self, project: &str) -> bool {
        self.seen.contains(project)
    }

    /// How many environments were looked at.
    pub(super) fn environments(&self) -> usize {
        self.environments
    }

    /// Ends the report: what did not come is silent.
    ///
    /// # Errors
    /// The report cannot be written.
    pub(super) fn finish(mut self) -> Result<Summary, Error> {
        self.summary.findings.extend(self.expected.silent());
        self.sink.finish(&self.summary).map_err(Error::Output)?;
        Ok(self.summary)
    }
}
