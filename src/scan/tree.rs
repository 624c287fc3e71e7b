//! Searching the files below directories, on all processors.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::content::Searcher;
use super::finding::Finding;
use super::unpack::Unpacker;

/// What is searched.
pub struct Tree<'a> {
    /// Files and directories, absolute.
    pub roots: &'a [PathBuf],
    /// Files and directories where values belong, absolute.
    pub own: &'a HashSet<PathBuf>,
    /// Whether files are searched that git ignores.
    pub also_ignored: bool,
    /// Findings name files below it from there.
    pub base: &'a Path,
}

/// What was found, and in how many files it was looked for.
#[derive(Default)]
pub struct Found {
    /// The findings, in the order of paths and lines.
    pub findings: Vec<Finding>,
    /// How many files were searched, also within archives.
    pub files: u64,
}

impl Found {
    /// Adds what else was found.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.files += other.files;
    }
}

/// Searches the tree. Links are not followed: what they lead to is searched where it lies.
pub fn search(tree: &Tree<'_>, searcher: &Searcher) -> Found {
    let Some((first, rest)) = tree.roots.split_first() else { return Found::default() };
    let mut builder = WalkBuilder::new(first);
    for root in rest {
        builder.add(root);
    }
    let respect = !tree.also_ignored;
    // The user's own list of what to ignore says nothing about what others get.
    builder.hidden(false).ignore(false).git_global(false);
    builder.git_ignore(respect).git_exclude(respect).parents(respect);
    let found = Mutex::new(Found::default());
    builder.build_parallel().run(|| {
        let mut worker = Worker { tree, unpacker: Unpacker::new(searcher), found: &found };
        Box::new(move |entry| match entry {
            Ok(entry) => worker.visit(&entry),
            Err(error) => {
                worker.unpacker.findings.push(Finding::unsearched("", error.to_string()));
                WalkState::Continue
            }
        })
    });
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.findings.sort_by(|one, other| one.place().cmp(&other.place()));
    found
}

/// One thread of the search.
struct Worker<'a> {
    tree: &'a Tree<'a>,
    unpacker: Unpacker<'a>,
    found: &'a Mutex<Found>,
}

impl Worker<'_> {
    fn visit(&mut self, entry: &DirEntry) -> WalkState {
        let is_named = entry.depth() == 0;
        // What git keeps is searched as history: packed and for itself.
        if !is_named && (entry.file_name() == ".git" || self.tree.own.contains(entry.path())) {
            return WalkState::Skip;
        }
        let path = entry.path();
        let name = path.strip_prefix(self.tree.base).unwrap_or(path).to_string_lossy();
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            self.unpacker.file(path, &name);
        } else {
            self.unpacker.name(&name);
        }
        WalkState::Continue
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let Ok(mut found) = self.found.lock() {
            found.findings.append(&mut self.unpacker.findings);
            found.files += self.unpacker.files;
        }
    }
}
