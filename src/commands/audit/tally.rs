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
    pub(super) fn take(&mut self, mut audited: Audited) -> Result<(), Error> {
        self.expected.saw(&audited.project);
        if let Some(name) = self.other_name(&audited) {
            audited.rename(&name);
        }
        if self.seen.insert(audited.project.clone()) {
            self.summary.projects += 1;
        }
        self.environments += audited.environments;
        self.summary.without_policy += audited.without_policy;
        self.summary.authors_unchecked |= audited.authors_unchecked;
        let findings = audited.findings.into_iter().map(|finding| (audited.project.clone(), finding));
        self.summary.findings.extend(findings);
        for row in &audited.rows {
            self.summary.add(row.status);
            self.sink.row(row).map_err(Error::Output)?;
        }
        Ok(())
    }

    /// What to call a project whose name another one had that lies elsewhere: metrics, calendars and alerts would take
    /// the two for one.
    fn other_name(&self, audited: &Audited) -> Option<String> {
        let place = audited.place.as_ref().filter(|_| self.seen.contains(&audited.project))?;
        let name = |place: &str| format!("{} ({place})", audited.project);
        let by_label = name(&place.label);
        let is_taken = self.seen.contains(&by_label);
        Some(if is_taken { name(&place.path.to_string_lossy()) } else { by_label })
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
