//! The baseline: findings that someone looked at and lets stand.
//!
//! It is committed, so it holds nothing from which a value could be guessed: no hash of one, but what was found, in
//! which file, and how often. A value that is moved within its file stays known; one more of its kind in the same file
//! is a finding.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Finding, Kind};
use crate::fs;
use crate::needles::Encoding;
use crate::ui;

/// Its name, in the root of the project.
pub const FILE_NAME: &str = "envward.scan-baseline.json";

/// The version of the file that is written and read.
const VERSION: u32 = 1;

/// The baseline cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// It is none.
    #[error("{} is not a baseline (line {line}, column {column})", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line of the first fault.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// A newer envward wrote it.
    #[error("{} is a baseline of version {version}; this envward knows {VERSION}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Malformed { .. } => Some("write it again with: envward scan --write-baseline".to_owned()),
            Self::Newer { .. } => Some("update envward".to_owned()),
        }
    }
}

/// What makes two findings the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    file: String,
    /// Where in git, for what was found in the history.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    variable: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    encoding: Option<Encoding>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    token: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// Where files are.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The root of the project, from which the baseline names them.
    pub root: &'a Path,
    /// The directory from which findings name them.
    pub base: &'a Path,
}

/// Findings that are let stand, and how many of each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Key, usize>);

impl Baseline {
    /// Reads it; empty if there is none.
    ///
    /// # Errors
    /// It is there and cannot be used.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let Some(bytes) = fs::read_if_exists(path)? else { return Ok(Self::default()) };
        let document: Document = serde_json::from_slice(&bytes).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
        })?;
        if document.version > VERSION {
            return Err(Error::Newer { path: path.to_owned(), version: document.version });
        }
        Ok(Self(document.findings.into_iter().map(|entry| (entry.key, entry.count)).collect()))
    }

    /// Lets all of these findings stand.
    pub fn of(findings: &[Finding], place: Place<'_>) -> Self {
        let mut counts = BTreeMap::new();
        for key in findings.iter().filter_map(|finding| key(finding, place)) {
            *counts.entry(key).or_default() += 1;
        }
        Self(counts)
    }

    /// Writes it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let findings = self.0.iter().map(|(key, &count)| Entry { key: key.clone(), count }).collect();
        let document = Document { version: VERSION, findings };
        let mut text =
            serde_json::to_vec_pretty(&document).expect("texts and numbers can be written as JSON");
        text.push(b'\n');
        Ok(fs::write_shared(path, &text)?)
    }

    /// How many findings it lets stand.
    pub fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether it lets none stand.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the findings that it knows, and gives how many they were. What is left of it was not found.
    pub fn take_known(&mut self, findings: &mut Vec<Finding>, place: Place<'_>) -> usize {
        let before = findings.len();
        findings.retain(|finding| {
            let count = key(finding, place).and_then(|key| self.0.get_mut(&key)).filter(|count| **count > 0);
            count.map(|count| *count -= 1).is_none()
        });
        before - findings.len()
    }

    /// What it lets stand and nobody found, for people. Of the history only `with_history`.
    pub fn left(&self, with_history: bool) -> Vec<String> {
        let entries =
            self.0.iter().filter(|(key, count)| **count > 0 && (with_history || key.object.is_none()));
        let what = |key: &Key| key.variable.clone().or_else(|| key.token.clone()).unwrap_or_default();
        entries.map(|(key, _)| ui::escape(&format!("{} in {}", what(key), key.file)).into_owned()).collect()
    }
}

fn key(finding: &Finding, place: Place<'_>) -> Option<Key> {
    let (variable, encoding, token) = match &finding.kind {
        Kind::Value { variable, encoding, .. } => (Some(variable.clone()), Some(*encoding), None),
        Kind::Token { id, .. } => (None, None, Some((*id).to_owned())),
        Kind::Unsearched(_) | Kind::UnknownValues(_) => return None,
    };
    // git names files from the top in any case.
    let file = match &finding.object {
        None => {
            let path = place.base.join(&finding.file);
            path.strip_prefix(place.root).unwrap_or(&path).to_string_lossy().into_owned()
        }
        Some(_) => finding.file.clone(),
    };
    let object = finding.object.as_ref().map(|object| object.id.clone());
    Some(Key { file, object, variable, encoding, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place<'static> {
        Place { root: Path::new("/project"), base: Path::new("/project/app") }
    }

    fn finding(variable: &str, file: &str, line: u32) -> Finding {
        let (variable, environments) = (variable.to_owned(), vec!["production".to_owned()]);
        let kind = Kind::Value { variable, environments, encoding: Encoding::Base64 };
        Finding {
            kind,
            file: file.to_owned(),
            line: Some(line),
            column: Some(1),
            object: None,
            is_in_name: false,
        }
    }

    #[test]
    fn a_moved_finding_stays_known_and_one_more_does_not() {
        let mut baseline = Baseline::of(&[finding("A", "a.py", 3)], place());
        let mut findings = vec![finding("A", "a.py", 7), finding("A", "a.py", 9), finding("A", "b.py", 1)];
        assert_eq!(baseline.take_known(&mut findings, place()), 1);
        assert_eq!(findings, [finding("A", "a.py", 9), finding("A", "b.py", 1)]);
        assert!(baseline.left(true).is_empty());
    }

    #[test]
    fn it_is_read_as_it_was_written_and_says_what_nobody_found() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(FILE_NAME);
        assert!(Baseline::read(&path).expect("none is an empty one").is_empty());
        let baseline = Baseline::of(&[finding("A", "a.py", 3), finding("A", "a.py", 4)], place());
        baseline.write(&path).expect("it can be written");
        assert_eq!(Baseline::read(&path).expect("it can be read"), baseline);
        assert_eq!((baseline.len(), baseline.left(false)), (2, vec!["A in app/a.py".to_owned()]));
    }

    #[test]
    fn one_that_is_none_or_newer_is_refused() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(FILE_NAME);
        for (text, end) in [
            ("{", "is not a baseline (line 1, column 1)"),
            ("{\"version\":2,\"findings\":[]}", "this envward knows 1"),
        ] {
            fs::write_shared(&path, text.as_bytes()).expect("it can be written");
            let error = Baseline::read(&path).expect_err("it cannot be used").to_string();
            assert!(error.ends_with(end), "{error}");
        }
    }
}
