//! Searching what git has: what is staged, and every object of its history.

use std::collections::HashSet;

use super::content::Searcher;
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
    git.each_object(|id, kind, content| {
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
            finding.file = format!("{}{}", known.path.as_deref().unwrap_or_default(), finding.file);
            if is_message {
                // The lines of a commit are not those of its message.
                (finding.line, finding.column) = (None, None);
            }
            finding.object = Some(object.clone());
            findings.push(finding);
        }
    }
    findings.sort_by(|one, other| (one.place(), id(one)).cmp(&(other.place(), id(other))));
    if git.is_shallow() || git.is_partial()? {
        let reason = "this clone lacks older commits or contents; fetch them with `git fetch --unshallow`";
        findings.push(Finding::unsearched("", reason));
    }
    Ok(Found { findings, files: unpacker.files })
}

fn id(finding: &Finding) -> &str {
    finding.object.as_ref().map_or("", |object| &object.id)
}
