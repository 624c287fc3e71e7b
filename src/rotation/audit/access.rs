//! Who could open which variable, and from when until when: by the recipients of every version of the sealed file, on
//! every branch. No key is needed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use crate::fs;
use crate::git::{FileVersion, Git};
use crate::mac::sha256;
use crate::manifest::{Manifest, SealFormat};
use crate::project::{Environment, Project};
use crate::rotation::Error;
use crate::seal::exposure::Readable;
use crate::seal::recipients::canonical;

/// A time in which someone could open a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// When the first version was made that showed it to him; now, if none is committed.
    pub from: Timestamp,
    /// When the last version of them was replaced; `None` if a branch or the working copy still has it.
    pub until: Option<Timestamp>,
}

/// Someone who could open a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// The variable.
    pub variable: String,
    /// The name that the manifest had for the key then, or has for it now.
    pub name: Option<String>,
    /// The public key.
    pub key: String,
}

/// Who could open the variables of an environment.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Each with the times, the oldest first.
    pub readers: BTreeMap<Reader, Vec<Span>>,
    /// What cannot be told, in words.
    pub unknown: Vec<String>,
}

/// Looks at the sealed file as it is and at every version of it.
///
/// # Errors
/// git fails, or a file cannot be read.
pub fn access(
    project: &Project,
    environment: &Environment,
    git: Option<&Git>,
    now: Timestamp,
) -> Result<Access, Error> {
    let mut access = Access::default();
    if environment.format == SealFormat::Age {
        access.unknown.push("a file in age format does not show who can open it".to_owned());
        return Ok(access);
    }
    if let Some(git) = git {
        if git.is_shallow() {
            access.unknown.push("older commits are missing from the clone: there may be more".to_owned());
        }
        access.add_history(project, environment, git)?;
    }
    if let Some(bytes) = fs::read_if_exists(&environment.sealed)? {
        access.add(&bytes, Span { from: now, until: None }, &names(&project.manifest));
    }
    for spans in access.readers.values_mut() {
        *spans = joined(std::mem::take(spans));
    }
    access.unknown.sort();
    access.unknown.dedup();
    Ok(access)
}

type Names = HashMap<String, String>;

impl Access {
    fn add_history(&mut self, project: &Project, environment: &Environment, git: &Git) -> Result<(), Error> {
        let versions = git.versions(&environment.sealed)?;
        if versions.is_empty() {
            return Ok(());
        }
        let ends = ends(&versions);
        let now = names(&project.manifest);
        let mut objects = git.objects()?;
        let mut lasting = HashSet::new();
        for tip in git.tips()? {
            let bytes = objects.read(&in_commit(&tip, project, &environment.sealed))?;
            lasting.extend(bytes.map(|bytes| sha256(&bytes)));
        }
        for FileVersion { commit, at, .. } in &versions {
            // The commit that removed the file does not have it.
            let Some(bytes) = objects.read(&in_commit(commit, project, &environment.sealed))? else {
                continue;
            };
            let manifest = project.manifest_path();
            let then = objects.read(&in_commit(commit, project, &manifest))?;
            let then =
                then.and_then(|text| Manifest::parse(std::str::from_utf8(&text).ok()?, &manifest).ok());
            let mut known = now.clone();
            known.extend(then.as_ref().map(names).unwrap_or_default());
            // Who wrote a commit may have had another clock than who wrote the next one.
            let until = ends.get(commit.as_str()).map(|&end| end.max(*at));
            let until = until.filter(|_| !lasting.contains(&sha256(&bytes)));
            self.add(&bytes, Span { from: *at, until }, &known);
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8], span: Span, names: &Names) {
        let Some(Readable { keys, variables, foreign }) = Readable::of(bytes) else {
            self.unknown.push("a version of the sealed file cannot be read".to_owned());
            return;
        };
        let foreign = foreign.map(|keys| format!("the sealed file is wrapped to other keys too: {keys}"));
        self.unknown.extend(foreign);
        for key in keys {
            for variable in &variables {
                let name = names.get(&key).cloned();
                let reader = Reader { variable: variable.clone(), name, key: key.clone() };
                self.readers.entry(reader).or_default().push(span);
            }
        }
    }
}

/// When each version was replaced on the branch on which it lasted longest; those that were not are not there.
fn ends(versions: &[FileVersion]) -> HashMap<&str, Timestamp> {
    let mut ends: HashMap<&str, Timestamp> = HashMap::new();
    for version in versions {
        for before in &version.before {
            let end = ends.entry(before).or_insert(version.at);
            *end = version.at.max(*end);
        }
    }
    ends
}

/// The names that a manifest has for public keys.
fn names(manifest: &Manifest) -> Names {
    let recipients = manifest.recipients.iter();
    recipients.map(|(name, definition)| (canonical(definition.key()), name.clone())).collect()
}

/// How git is asked for a file of the project in a commit: from the project's root, where it runs.
fn in_commit(commit: &str, project: &Project, path: &Path) -> String {
    let path = path.strip_prefix(&project.root).unwrap_or(path);
    format!("{commit}:./{}", path.display())
}

/// The spans as one where they meet.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.until.is_none_or(|until| span.from <= until) => {
                last.until = last.until.zip(span.until).map(|(one, other)| one.max(other));
            }
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn span(from: i64, until: Option<i64>) -> Span {
        Span { from: at(from), until: until.map(at) }
    }

    #[test]
    fn spans_that_meet_are_one() {
        let spans =
            vec![span(20, Some(30)), span(1, Some(5)), span(5, Some(9)), span(25, None), span(40, Some(50))];
        assert_eq!(joined(spans), [span(1, Some(9)), span(20, None)]);
    }

    #[test]
    fn a_version_lasts_as_long_as_on_any_branch() {
        let version = |commit: &str, second, before: &[&str]| FileVersion {
            commit: commit.to_owned(),
            at: at(second),
            before: before.iter().map(|&commit| commit.to_owned()).collect(),
        };
        // `a` was replaced on one branch at 20, on the other at 30; the tips were not.
        let versions = [version("c", 30, &["a"]), version("b", 20, &["a"]), version("a", 10, &[])];
        assert_eq!(ends(&versions), HashMap::from([("a", at(30))]));
    }
}
