//! Searching what git has: what is staged, and every object of its history.

use std::collections::HashSet;

use super::content::{Searcher, What};
use super::finding::{Finding, Object};
use super::tree::Found;
use super::unpack::Unpacker;
use crate::git::{Error, Git, Kind};

/// Searches what the next commit would change or add.
///
/// # Errors
/// git fails.
pub fn staged(git: &Git, searcher: &Searcher) -> Result<Found, Error> {
    let mut unpacker = Unpacker::new(searcher);
    let mut objects = git.objects()?;
    for (path, blob) in git.staged_blobs()? {
        match objects.read(&blob)? {
            Some(content) => unpacker.stream(&mut content.as_slice(), &path),
            None => unpacker.findings.push(Finding::unsearched(&path, "it has more than 16 MiB")),
        }
    }
    Ok(Found { findings: unpacker.findings, files: unpacker.files })
}

/// Searches every file content and message that git has, each once, also what no branch reaches any more.
///
/// # Errors
/// git fails.
pub fn search(git: &Git, searcher: &Searcher) -> Result<Found, Error> {
    let mut unpacker = Unpacker::new(searcher);
    let mut found: Vec<(String, Kind, Vec<Finding>)> = Vec::new();
    let mut trees = Vec::new();
    git.each_object(|id, kind, content| {
        if kind == Kind::Tree {
            let mut names = Vec::new();
            content.read_to_end(&mut names)?;
            trees.extend(first_value(searcher, &names).map(|what| (id.to_owned(), what)));
            return Ok(());
        }
        unpacker.stream(content, "");
        if !unpacker.findings.is_empty() {
            found.push((id.to_owned(), kind, std::mem::take(&mut unpacker.findings)));
        }
        Ok(())
    })?;
    let ids: HashSet<String> = found.iter().map(|(id, ..)| id.clone()).collect();
    let whereabouts = git.whereabouts(&ids)?;
    let mut findings = Vec::new();
    for (id, kind, inside) in found {
        let known = whereabouts.get(&id).cloned().unwrap_or_default();
        let is_message = kind == Kind::Message;
        let object = Object { id, commit: known.commit, is_message };
        for mut finding in inside {
            let path = known.path.as_deref().map(|path| searcher.name(path).shown).unwrap_or_default();
            finding.file = format!("{path}{}", finding.file);
            if is_message {
                // The lines of a commit are not those of its message.
                (finding.line, finding.column) = (None, None);
            }
            finding.object = Some(object.clone());
            findings.push(finding);
        }
    }
    findings.extend(names(git, searcher, trees)?);
    findings.sort_by(|one, other| (one.place(), id(one)).cmp(&(other.place(), id(other))));
    if git.is_shallow() || git.is_partial()? {
        let reason = "this clone lacks older commits or contents; fetch them with `git fetch --unshallow`";
        findings.push(Finding::unsearched("", reason));
    }
    Ok(Found { findings, files: unpacker.files })
}

/// The first value in the names of a directory.
fn first_value<'a>(searcher: &'a Searcher, names: &[u8]) -> Option<What<'a>> {
    let mut first = None;
    searcher.needles.matcher.each(names, |found| {
        let (origin, encoding) = searcher.needles.of(found.pattern);
        first.get_or_insert(What::Value(origin, encoding));
    });
    first
}

/// Values in the names of references, and of files and directories: `trees` are directories that hold some.
fn names(git: &Git, searcher: &Searcher, trees: Vec<(String, What<'_>)>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for reference in git.references()? {
        let name = searcher.name(&reference);
        findings.extend(name.found.into_iter().map(|(what, _)| Finding::in_name(what, &name.shown)));
    }
    if trees.is_empty() {
        return Ok(findings);
    }
    let mut seen = HashSet::new();
    git.changed_paths(|commit, path| {
        let name = searcher.name(path);
        for (what, end) in name.found {
            // Of a directory, its own name: it is the same for all that is in it.
            let whole =
                path.get(end..).and_then(|rest| rest.find('/')).map_or(path.len(), |slash| end + slash);
            if seen.insert(path[..whole].to_owned()) {
                let commit = commit.to_owned();
                let object = Object { id: commit.clone(), commit: Some(commit), is_message: false };
                let shown = searcher.name(&path[..whole]).shown;
                findings.push(Finding { object: Some(object), ..Finding::in_name(what, &shown) });
            }
        }
    })?;
    if seen.is_empty() {
        let unreached = trees.into_iter().map(|(id, what)| Finding {
            object: Some(Object { id, commit: None, is_message: false }),
            ..Finding::in_name(what, "")
        });
        findings.extend(unreached);
    }
    Ok(findings)
}

fn id(finding: &Finding) -> &str {
    finding.object.as_ref().map_or("", |object| &object.id)
}
