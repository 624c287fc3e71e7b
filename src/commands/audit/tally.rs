//! What an audit comes to, while its rows are written.

use crate::error::Error;
use crate::rotation::audit::{Audited, Expected};
use crate::rotation::report::Sink;
use crate::rotation::{Finding, Row, Summary};

/// Takes what projects come to, one after the other.
pub(super) struct Tally {
    sink: Box<dyn Sink>,
    summary: Summary,
    expected: Expected,
    environments: usize,
}

impl Tally {
    /// Begins with a report to write to, and the projects that have to come.
    pub(super) fn new(sink: Box<dyn Sink>, expected: Expected) -> Self {
        Self { sink, summary: Summary::default(), expected, environments: 0 }
    }

    /// Takes a project that was looked at.
    ///
    /// # Errors
    /// The report cannot be written.
    pub(super) fn take(&mut self, audited: Audited) -> Result<(), Error> {
        self.see(&audited.project);
        self.environments += audited.environments;
        self.summary.without_policy += audited.without_policy;
        for finding in audited.findings {
            self.find(audited.project.clone(), finding);
        }
        audited.rows.iter().try_for_each(|row| self.row(row))
    }

    /// Takes a project that is there, whatever it comes to.
    pub(super) fn see(&mut self, project: &str) {
        self.summary.projects += 1;
        self.expected.saw(project);
    }

    /// Takes one variable.
    ///
    /// # Errors
    /// The report cannot be written.
    pub(super) fn row(&mut self, row: &Row) -> Result<(), Error> {
        self.summary.add(row.status);
        self.sink.row(row).map_err(Error::Output)
    }

    /// Takes what is wrong with a project as a whole.
    pub(super) fn find(&mut self, project: String, finding: Finding) {
        self.summary.findings.push((project, finding));
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
