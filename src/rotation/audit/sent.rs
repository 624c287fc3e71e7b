//! A report that a project sent, in the shape of `rotation status --format json`. What its dates tell at the time of
//! the audit counts, and not what they told when it was made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::aged;
use crate::fs;
use crate::rotation::{Finding, Row, Status};
use crate::schema::Grade;

/// The version of the shape that this envward reads.
const VERSION: u32 = 1;

/// A clock may be wrong by so much; a report from further in the future would count as new for ever.
const SKEW: SignedDuration = SignedDuration::from_hours(1);

/// A report cannot be taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// It is no report.
    #[error("{} is no report of rotation status --format json (line {line}, column {column})", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A newer envward made it.
    #[error("{} is a report of version {version}, and this envward reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// Its date, or that of a report which it was made from, cannot be.
    #[error("{} says that it was made at {generated}, which is in the future", path.display())]
    Future {
        /// The file.
        path: PathBuf,
        /// Its date.
        generated: Timestamp,
    },
}

/// A report that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// When it was made.
    pub(super) generated: Timestamp,
    /// What it is about: the project's name, if it is about one.
    pub(super) title: Option<String>,
    /// Its variables, each once, as they stand now.
    pub(super) rows: Vec<Row>,
    /// Secret variables without a policy.
    pub(super) without_policy: usize,
    /// Whether it was made with a look at who wrote the ledger.
    pub(super) authors_checked: bool,
    /// What is wrong with whole projects, by name.
    pub(super) findings: Vec<(String, Finding)>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Deserialize)]
struct Report {
    #[serde(deserialize_with = "required")]
    generated: Timestamp,
    title: Option<String>,
    entries: Vec<Entry>,
    #[serde(default)]
    summary: Counts,
    #[serde(default)]
    authors_checked: bool,
    #[serde(default)]
    findings: Vec<OfProject>,
}

#[derive(Default, Deserialize)]
struct Counts {
    #[serde(default)]
    without_policy: usize,
}

#[derive(Deserialize)]
struct OfProject {
    project: String,
    #[serde(flatten)]
    finding: Finding,
}

/// The fields after the tenth may be missing: only those before are promised.
#[derive(Deserialize)]
struct Entry {
    project: String,
    environment: String,
    variable: String,
    class: Option<String>,
    owner: Option<String>,
    status: Status,
    #[serde(default, deserialize_with = "optional")]
    due: Option<Timestamp>,
    #[serde(default, deserialize_with = "optional")]
    last_rotated: Option<Timestamp>,
    evidence: Option<Grade>,
    #[serde(default, deserialize_with = "optional")]
    exempt_until: Option<Date>,
    #[serde(default, deserialize_with = "optional")]
    warn: Option<Timestamp>,
    approver: Option<String>,
    driver: Option<String>,
    #[serde(default)]
    controls: Vec<String>,
    runbook: Option<String>,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default, deserialize_with = "optional")]
    reported: Option<Timestamp>,
}

impl Sent {
    /// Reads a report.
    ///
    /// # Errors
    /// It is none, of another version, or of the future.
    pub(super) fn read(path: &Path, now: Timestamp) -> Result<Self, Error> {
        let text = fs::read(path)?;
        // The library's own error can quote the file.
        let misshapen = |error: serde_json::Error| Error::Shape {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        };
        let Versioned { version } = serde_json::from_slice(&text).map_err(misshapen)?;
        if version != VERSION {
            return Err(Error::Version { path: path.to_owned(), version });
        }
        let report: Report = serde_json::from_slice(&text).map_err(misshapen)?;
        let generated = report.generated;
        let dates = report.entries.iter().filter_map(|entry| entry.reported).chain([generated]);
        if let Some(generated) = dates.max().filter(|latest| *latest > now + SKEW) {
            return Err(Error::Future { path: path.to_owned(), generated });
        }
        Ok(Self {
            generated,
            title: report.title,
            rows: once_each(report.entries.into_iter().map(|entry| entry.into_row(generated, now))),
            without_policy: report.summary.without_policy,
            authors_checked: report.authors_checked,
            findings: report.findings.into_iter().map(|found| (found.project, found.finding)).collect(),
        })
    }

    /// The projects that it is about, each with the environments of which it has variables, and of when that is.
    pub(super) fn parts(&self) -> IndexMap<&str, BTreeMap<&str, Timestamp>> {
        let mut parts: IndexMap<&str, BTreeMap<&str, Timestamp>> = IndexMap::new();
        for row in &self.rows {
            let at = row.reported.unwrap_or(self.generated);
            let environments = parts.entry(&row.project).or_default();
            environments.entry(&row.environment).and_modify(|oldest| *oldest = at.min(*oldest)).or_insert(at);
        }
        for (project, _) in &self.findings {
            parts.entry(project).or_default();
        }
        if parts.is_empty() {
            parts.extend(self.title.iter().map(|title| (title.as_str(), BTreeMap::new())));
        }
        parts
    }
}

fn optional<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(|_| D::Error::custom("not a date"))).transpose()
}

fn required<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    optional(deserializer)?.ok_or_else(|| D::Error::custom("no date"))
}

/// Of two rows on one variable the worse one, as old as the older one: metrics with two samples of one name are
/// refused by whoever reads them.
fn once_each(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut kept: IndexMap<[String; 3], Row> = IndexMap::new();
    for row in rows {
        let name = [&row.project, &row.environment, &row.variable].map(Clone::clone);
        match kept.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert(row);
            }
            Slot::Occupied(mut slot) => {
                let known = slot.get_mut();
                let oldest = known.reported.min(row.reported);
                if row.status < known.status {
                    *known = row;
                }
                known.reported = oldest;
            }
        }
    }
    kept.into_values().collect()
}

impl Entry {
    fn into_row(self, generated: Timestamp, now: Timestamp) -> Row {
        // A report knows nothing that is newer than itself.
        let reported = self.reported.unwrap_or(generated).min(generated);
        let mut row = Row {
            project: self.project,
            environment: self.environment,
            variable: self.variable,
            class: self.class,
            owner: self.owner,
            status: self.status,
            due: self.due,
            warn: self.warn,
            last_rotated: self.last_rotated,
            evidence: self.evidence,
            exempt_until: self.exempt_until,
            approver: self.approver,
            driver: self.driver.unwrap_or_else(|| "manual".to_owned()),
            controls: self.controls,
            runbook: self.runbook,
            declared: None,
            findings: self.findings,
            reported: Some(reported),
        };
        row.status = aged::status(&row, reported, now);
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Sent, Error> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("report.json");
        fs::write_shared(&path, text.as_bytes()).expect("a file");
        Sent::read(&path, "2026-03-01T12:00:00Z".parse().expect("a time"))
    }

    fn refusal(text: &str) -> String {
        let error = read(text).expect_err("no report").to_string();
        error.split_once("report.json ").map(|(_, rest)| rest.to_owned()).unwrap_or(error)
    }

    #[test]
    fn the_promised_fields_are_enough() {
        let text = r#"{"version":1,"generated":"2026-03-01T11:00:00Z","entries":[{"project":"shop",
            "environment":"production","variable":"KEY","class":null,"owner":"@shop","status":"due_soon",
            "due":"2026-03-05T00:00:00Z","last_rotated":null,"evidence":"B","exempt_until":"2026-04-01"}],
            "summary":{}}"#;
        let sent = read(text).expect("a report");
        assert_eq!(sent.rows[0].status, Status::DueSoon);
        assert_eq!(sent.rows[0].evidence, Some(Grade::B));
        assert_eq!(sent.rows[0].exempt_until, Some(jiff::civil::date(2026, 4, 1)));
        assert_eq!(
            sent.parts(),
            IndexMap::from([("shop", BTreeMap::from([("production", sent.generated)]))])
        );
    }

    #[test]
    fn rows_that_were_taken_from_another_report_keep_its_date() {
        let entry = |day: &str| {
            format!(
                r#"{{"project":"shop","environment":"production","variable":"K","status":"ok","reported":"2026-02-{day}T00:00:00Z"}}"#
            )
        };
        let entries = [entry("03"), entry("02"), entry("04")].join(",");
        let text = format!(r#"{{"version":1,"generated":"2026-03-01T11:00:00Z","entries":[{entries}]}}"#);
        let sent = read(&text).expect("a report");
        assert_eq!(sent.parts()["shop"]["production"].to_string(), "2026-02-02T00:00:00Z");
    }

    #[test]
    fn a_project_without_variables_is_named_all_the_same() {
        let sent = read(r#"{"version":1,"generated":"2026-03-01T11:00:00Z","title":"shop","entries":[]}"#);
        assert_eq!(sent.expect("a report").parts(), IndexMap::from([("shop", BTreeMap::new())]));
    }

    #[test]
    fn what_is_no_report_is_refused_without_a_word_of_it() {
        let shape = "is no report of rotation status --format json (line 1, column ";
        for text in ["", "PASSWORD=hunter2", r#"{"hunter2":1}"#, r#"{"version":"hunter2"}"#, "[1]"] {
            assert!(refusal(text).starts_with(shape) && !refusal(text).contains("hunter2"), "{text}");
        }
        let status = r#"{"version":1,"generated":"hunter2","entries":[]}"#;
        assert!(refusal(status).starts_with(shape) && !refusal(status).contains("hunter2"));
    }

    #[test]
    fn another_version_and_another_time_are_refused() {
        assert_eq!(
            refusal(r#"{"version":2,"shape":"new"}"#),
            "is a report of version 2, and this envward reads version 1"
        );
        let future = r#"{"version":1,"generated":"2099-01-01T00:00:00Z","entries":[]}"#;
        let said = "says that it was made at 2099-01-01T00:00:00Z, which is in the future";
        assert_eq!(refusal(future), said);
        let of_another = r#"{"version":1,"generated":"2026-01-01T00:00:00Z","entries":[{"project":"shop",
            "environment":"production","variable":"K","status":"ok","reported":"2099-01-01T00:00:00Z"}]}"#;
        assert_eq!(refusal(of_another), said);
    }
}
