//! Which files of a project are read: those that git has or would take, of a kind that one of the [`sources`] knows.
//!
//! Left out: what others wrote ([`FOREIGN`]), what tells of the past ([`HISTORY`]), and what is larger than
//! [`MAX_WALKED`]. An env example that an ignore rule for `.env.*` hides is read all the same. A file that is named
//! itself is always read.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::sources::{self, Source};
use super::{Place, Sighting};
use crate::fs;

/// Directories of dependencies, build results and caches.
pub const FOREIGN: &[&str] = &[
    ".git",
    ".next",
    ".nuxt",
    ".terraform",
    ".tox",
    ".venv",
    "__pycache__",
    "bower_components",
    "build",
    "coverage",
    "dist",
    "node_modules",
    "site-packages",
    "target",
    "third_party",
    "vendor",
    "venv",
];

/// Documents that name variables of other times, or none.
pub const HISTORY: &[&str] = &[
    "changelog",
    "changes",
    "code_of_conduct",
    "contributing",
    "history",
    "license",
    "release",
    "releases",
    "security",
];

/// Larger files of a directory are not read: people did not write them.
pub const MAX_WALKED: u64 = 1 << 20;

/// Most files of a directory that are looked at.
pub const MAX_FILES: usize = 100_000;

/// What was read.
#[derive(Default)]
pub struct Reading {
    /// Everything that was seen: env files first, in the order of the [`sources`], then by path and line.
    pub sightings: Vec<Sighting>,
    /// The files that hold variables, and what each is.
    pub files: Vec<(PathBuf, &'static str)>,
    /// The files that could be understood in part only, and why.
    pub partly: Vec<(PathBuf, String)>,
    /// The files that were named and are of no kind that is read, or hold no variable.
    pub without: Vec<PathBuf>,
}

/// What comes up beside the variables.
#[derive(Default)]
struct Aside {
    partly: Vec<(PathBuf, String)>,
    env_files: BTreeSet<PathBuf>,
}

impl Aside {
    /// Whether there is something of that file, or of files that it names, to be said or read.
    fn tells_of(&self, path: &Path) -> bool {
        let directory = path.parent();
        self.partly.iter().any(|(partly, _)| partly == path)
            || self
                .env_files
                .iter()
                .any(|file| directory.is_some_and(|directory| file.starts_with(directory)))
    }
}

/// Reads files, and directories with what is below them.
pub fn read(paths: &[PathBuf]) -> Result<Reading, fs::Error> {
    let mut reading = Reading::default();
    let mut aside = Aside::default();
    let mut found: Vec<(usize, PathBuf, Vec<Sighting>)> = Vec::new();
    for path in paths {
        if path.is_dir() {
            for file in below(path) {
                // What cannot be read below a directory is as good as not there: a socket, a file of another user.
                let Ok(text) = fs::read_text(&file) else { continue };
                // Which directories lie above the named one says nothing about a file.
                let inside = file.strip_prefix(path).unwrap_or(&file);
                found.extend(read_text(&file, inside, &text, false, &mut aside));
            }
        } else {
            let text = fs::read_text(path)?;
            match read_text(path, path, &text, true, &mut aside) {
                Some(read) => found.push(read),
                None if aside.tells_of(path) => {}
                None => reading.without.push(path.clone()),
            }
        }
    }
    for path in std::mem::take(&mut aside.env_files) {
        let is_read = found.iter().any(|(_, other, _)| *other == path);
        if let (false, Ok(text)) = (is_read, fs::read_text(&path)) {
            found.extend(read_text(&path, &path, &text, true, &mut aside));
        }
    }
    reading.partly = aside.partly;
    found.sort_by(|(kind, path, _), (other_kind, other, _)| {
        (kind, path.components().count(), path).cmp(&(other_kind, other.components().count(), other))
    });
    found.dedup_by(|(_, path, _), (_, other, _)| path == other);
    for (kind, path, sightings) in found {
        reading.files.push((path, sources::ALL[kind].name()));
        reading.sightings.extend(sightings);
    }
    Ok(reading)
}

/// The place of its source in the list, and what was seen in the text; `None` if that is nothing. `inside` is the path
/// from the directory that was named.
fn read_text(
    path: &Path,
    inside: &Path,
    text: &str,
    named: bool,
    aside: &mut Aside,
) -> Option<(usize, PathBuf, Vec<Sighting>)> {
    let kind = sources::ALL.iter().position(|source| source.reads(inside, text));
    // Who names a file knows what it is; most often it is an env file with a name of its own.
    let kind = kind.or_else(|| {
        named
            .then(|| sources::ALL.iter().position(|source| source.name() == sources::EnvFile.name()))
            .flatten()
    })?;
    aside.partly.extend(sources::ALL[kind].problem(text).map(|problem| (path.to_owned(), problem)));
    aside.env_files.extend(env_files(kind, path, text));
    let mut sightings = sources::ALL[kind].sightings(path, text);
    if named
        && sightings.iter().all(|sighting| sighting.place == Place::EnvComment)
        && !sources::ALL[kind].reads(path, text)
    {
        sightings.clear();
    }
    (!sightings.is_empty()).then(|| (kind, path.to_owned(), sightings))
}

/// The env files that a file names, below its own directory.
fn env_files(kind: usize, path: &Path, text: &str) -> Vec<PathBuf> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let below = |file: &String| {
        Path::new(file).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    };
    let files = sources::ALL[kind].env_files(text).into_iter().filter(below);
    files.map(|file| directory.join(file.trim_start_matches("./"))).filter(|file| file.is_file()).collect()
}

/// The files below a directory that are of a kind that is read, by their names; sorted.
fn below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut walk = WalkBuilder::new(directory);
    walk.hidden(false)
        .follow_links(false)
        .require_git(false)
        .git_global(false)
        .max_filesize(Some(MAX_WALKED));
    walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.depth() == 0 || !(is_directory && FOREIGN.contains(&name.as_str()))
    });
    for entry in walk.build().flatten().take(MAX_FILES) {
        let kind = entry.file_type();
        if kind.is_some_and(|kind| kind.is_dir()) {
            files.extend(examples(entry.path()));
        } else if kind.is_some_and(|kind| kind.is_file()) && !is_history(entry.path()) {
            files.insert(entry.into_path());
        }
    }
    files
}

/// The env examples in a directory, also those that git ignores.
fn examples(directory: &Path) -> Vec<PathBuf> {
    let names = fs::list_dir(directory).unwrap_or_default();
    let is_example = |name: &String| {
        let lower = name.to_lowercase();
        lower.contains("env")
            && ["example", "sample", "template", "dist"].iter().any(|word| lower.contains(word))
    };
    let paths = names.iter().filter(|name| is_example(name)).map(|name| directory.join(name));
    paths.filter(|path| path.is_file() && sources::EnvFile.reads(path, "")).collect()
}

fn is_history(path: &Path) -> bool {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words: Vec<&str> = stem.split(['-', '.']).collect();
    words.first().is_some_and(|first| HISTORY.contains(first))
        && path
            .extension()
            .is_none_or(|extension| extension == "md" || extension == "mdx" || extension == "txt")
}
