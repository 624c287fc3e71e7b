//! Reports of many projects: of two on one environment the newer one counts, and a project whose newest one is old
//! is silent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Audited;
use super::sent::Sent;
use crate::rotation::{Finding, FindingCode};
use crate::ui;

/// Which file has the newest report, and of when it is.
#[derive(Clone, Copy)]
struct Newest {
    at: Timestamp,
    file: usize,
}

/// The newest reports on one project.
struct OfProject {
    of_all: Newest,
    environments: BTreeMap<String, Newest>,
}

/// Reports that were sent. Each file is read twice, so that no more than one is held.
pub struct Reports {
    files: Vec<PathBuf>,
    projects: BTreeMap<String, OfProject>,
    environment: Option<String>,
    max_age: SignedDuration,
    now: Timestamp,
}

impl Reports {
    /// Sees which reports there are, on one environment if it is named. One that cannot be read is a finding later.
    pub fn open(
        files: Vec<PathBuf>,
        environment: Option<&str>,
        max_age: SignedDuration,
        now: Timestamp,
    ) -> Self {
        let environment = environment.map(str::to_owned);
        let mut reports = Self { files: Vec::new(), projects: BTreeMap::new(), environment, max_age, now };
        for (file, path) in files.iter().enumerate() {
            if let Ok(sent) = Sent::read(path, now) {
                reports.note(&sent, file);
            }
        }
        Self { files, ..reports }
    }

    /// Leaves out projects of which more is known than what they say themselves.
    pub fn leave_out(&mut self, is_known: impl Fn(&str) -> bool) {
        self.projects.retain(|project, _| !is_known(project));
    }

    /// What each file comes to, project by project, as far as no newer one says it.
    pub fn each<E>(&self, mut take: impl FnMut(Audited) -> Result<(), E>) -> Result<(), E> {
        for (file, path) in self.files.iter().enumerate() {
            match Sent::read(path, self.now) {
                Ok(sent) => self.of_file(&sent, file).into_iter().try_for_each(&mut take)?,
                Err(error) => {
                    let message = ui::escape(&error.to_string()).into_owned();
                    let findings = vec![Finding { code: FindingCode::Unreadable, message }];
                    let project = path.display().to_string();
                    take(Audited { project, findings, ..Audited::default() })?;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, sent: &Sent, file: usize) {
        for (project, environments) in sent.parts() {
            let at = environments.values().copied().max().unwrap_or(sent.generated);
            let this = Newest { at, file };
            let known = self.projects.entry(project.to_owned());
            let known = known.or_insert_with(|| OfProject { of_all: this, environments: BTreeMap::new() });
            known.of_all = known.of_all.newer(this);
            let is_chosen = |name: &str| self.environment.as_deref().is_none_or(|only| only == name);
            for (environment, at) in environments.into_iter().filter(|(name, _)| is_chosen(name)) {
                let this = Newest { at, file };
                let newest = known.environments.entry(environment.to_owned()).or_insert(this);
                *newest = newest.newer(this);
            }
        }
    }

    fn of_file(&self, sent: &Sent, file: usize) -> Vec<Audited> {
        // Whose they are does not show.
        let mut without_policy = if self.environment.is_some() { 0 } else { sent.without_policy };
        let mut all = Vec::new();
        for (project, environments) in sent.parts() {
            let Some(known) = self.projects.get(project) else { continue };
            let counts =
                |environment: &str| known.environments.get(environment).is_some_and(|it| it.file == file);
            let counting: Vec<&str> =
                environments.into_keys().filter(|environment| counts(environment)).collect();
            let is_newest = known.of_all.file == file;
            if counting.is_empty() && !is_newest {
                continue;
            }
            let rows = sent.rows.iter().filter(|row| row.project == project && counts(&row.environment));
            let mut audited = Audited {
                place: None,
                project: project.to_owned(),
                rows: rows.cloned().collect(),
                environments: counting.len(),
                // The report has it once, for all of its projects.
                without_policy: std::mem::take(&mut without_policy),
                authors_unchecked: !sent.authors_checked,
                findings: Vec::new(),
            };
            if is_newest {
                let own = sent.findings.iter().filter(|(name, _)| name == project);
                audited.findings.extend(own.map(|(_, finding)| finding.clone()));
            }
            audited.findings.extend(self.silence(known, &counting, is_newest));
            all.push(audited);
        }
        all
    }

    /// That the newest report on a project, or on these environments of it, is too old.
    fn silence(&self, known: &OfProject, environments: &[&str], is_newest: bool) -> Option<Finding> {
        let finding = |message| Finding { code: FindingCode::Silent, message };
        let at = known.of_all.at;
        if self.is_old(at) {
            return is_newest.then(|| finding(format!("its last report is of {}", day(at))));
        }
        let age = |name: &&str| known.environments.get(*name).map(|newest| newest.at);
        let old = |name: &&&str| age(name).is_some_and(|at| self.is_old(at));
        let silent: Vec<&str> = environments.iter().filter(old).copied().collect();
        let oldest = silent.iter().filter_map(age).min()?;
        let environments = ui::escape(&silent.join(", ")).into_owned();
        Some(finding(format!("its last report on {environments} is of {}", day(oldest))))
    }

    fn is_old(&self, at: Timestamp) -> bool {
        self.now.duration_since(at) > self.max_age
    }
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

impl Newest {
    /// The newer one; of two of one moment, the first.
    fn newer(self, other: Self) -> Self {
        if other.at > self.at { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::fs;

    /// Reports of these days of February, each with `project/environment=status` parts; what they come to on March
    /// 1, at most seven days old.
    fn merged(reports: &[(u8, &str)]) -> String {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let write = |(number, (day, parts)): (usize, &(u8, &str))| {
            let entry = |part: &str| {
                let (project, rest) = part.split_once('/').expect("a part");
                let (environment, status) = rest.split_once('=').expect("a part");
                format!(
                    r#"{{"project":"{project}","environment":"{environment}","variable":"KEY","status":"{status}"}}"#
                )
            };
            let entries: Vec<String> = parts.split_whitespace().map(entry).collect();
            let entries = entries.join(",");
            let text =
                format!(r#"{{"version":1,"generated":"2026-02-{day:02}T12:00:00Z","entries":[{entries}]}}"#);
            let path = directory.path().join(format!("{number}.json"));
            fs::write_shared(&path, text.as_bytes()).expect("a file");
            path
        };
        let files = reports.iter().enumerate().map(write).collect();
        let now = "2026-03-01T12:00:00Z".parse().expect("a time");
        let mut text = String::new();
        let reports = Reports::open(files, None, SignedDuration::from_hours(7 * 24), now);
        let taken: Result<(), ()> = reports.each(|audited| {
            for row in &audited.rows {
                let _ = writeln!(text, "{}/{}={}", row.project, row.environment, row.status.name());
            }
            for finding in &audited.findings {
                let _ = writeln!(text, "{}: {}", audited.project, finding.message);
            }
            Ok(())
        });
        assert!(taken.is_ok());
        text
    }

    #[test]
    fn of_two_reports_on_one_environment_the_newer_one_counts() {
        let newer = (28, "shop/production=ok");
        let older = (27, "shop/production=overdue till/production=ok");
        for reports in [[newer, older], [older, newer]] {
            let mut lines: Vec<_> = merged(&reports).lines().map(str::to_owned).collect();
            lines.sort();
            assert_eq!(lines, ["shop/production=ok", "till/production=ok"]);
        }
    }

    #[test]
    fn a_project_may_report_each_environment_by_itself() {
        assert_eq!(
            merged(&[(28, "shop/production=ok"), (27, "shop/staging=overdue")]),
            "shop/production=ok\nshop/staging=overdue\n"
        );
    }

    #[test]
    fn a_project_whose_newest_report_is_old_is_silent() {
        assert_eq!(
            merged(&[(22, "shop/production=ok"), (21, "till/production=ok")]),
            "shop/production=ok\ntill/production=ok\ntill: its last report is of 2026-02-21\n"
        );
        assert_eq!(
            merged(&[(1, "shop/production=ok"), (28, "shop/staging=ok")]),
            "shop/production=ok\nshop: its last report on production is of 2026-02-01\nshop/staging=ok\n"
        );
    }
}
