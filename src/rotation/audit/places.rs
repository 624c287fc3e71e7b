//! Where projects are: in trees of directories, and in lists.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::{fs, manifest, ui};

/// How many directories deep a tree is searched.
const MAX_DEPTH: usize = 32;

/// Marks a directory whose content can be made again, such as what a build leaves ("Cache Directory Tagging
/// Specification").
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// Directories that hold other people's projects.
const FOREIGN: [&str; 1] = ["node_modules"];

/// A place that an audit looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory, absolute.
    pub path: PathBuf,
    /// What to call it while its project's name is not known: its path below the tree, or its own name.
    pub label: String,
    /// Why it cannot be looked at.
    pub problem: Option<String>,
}

/// The places of an audit, in the order in which they were added; those of a tree by path.
#[derive(Debug, Default)]
pub struct Places {
    places: Vec<Place>,
}

impl Places {
    /// Adds every directory with a manifest in a tree. Links are not followed; hidden directories, caches and
    /// `node_modules` are passed over.
    pub fn add_tree(&mut self, top: &Path) {
        let before = self.places.len();
        match fs::canonicalize(top) {
            Ok(canonical) => self.walk(&canonical),
            Err(error) => self.add_problem(top, top, &error.to_string()),
        }
        if self.places.len() == before {
            self.add_problem(top, top, &format!("{} holds no {}", top.display(), manifest::FILE_NAME));
        }
    }

    /// Adds a directory that has to have a manifest.
    pub fn add_project(&mut self, root: &Path) {
        match fs::canonicalize(root) {
            Ok(canonical) if fs::exists(&canonical.join(manifest::FILE_NAME)) => {
                self.add(&canonical, &canonical);
            }
            Ok(_) => {
                self.add_problem(root, root, &format!("{} has no {}", root.display(), manifest::FILE_NAME));
            }
            Err(error) => self.add_problem(root, root, &error.to_string()),
        }
    }

    /// The places, each once.
    pub fn into_vec(mut self) -> Vec<Place> {
        let mut known = HashSet::with_capacity(self.places.len());
        self.places.retain(|place| known.insert((place.path.clone(), place.problem.is_some())));
        self.places
    }

    fn walk(&mut self, top: &Path) {
        let mut open = vec![(top.to_owned(), 0)];
        while let Some((directory, depth)) = open.pop() {
            let entries = match fs::entries(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    self.add_problem(top, &directory, &error.to_string());
                    continue;
                }
            };
            let has = |name: &str| entries.iter().any(|entry| !entry.is_dir && entry.name == name);
            if depth > 0 && has(CACHE_TAG) {
                continue;
            }
            if has(manifest::FILE_NAME) {
                self.add(top, &directory);
            }
            let below: Vec<_> = entries.into_iter().filter(is_searched).collect();
            if depth == MAX_DEPTH && !below.is_empty() {
                let problem =
                    format!("{} is {MAX_DEPTH} directories deep, and not searched", directory.display());
                self.add_problem(top, &directory, &problem);
                continue;
            }
            // The last one that is pushed comes next.
            open.extend(below.iter().rev().map(|entry| (directory.join(&entry.name), depth + 1)));
        }
    }

    fn add(&mut self, top: &Path, path: &Path) {
        self.places.push(Place { path: path.to_owned(), label: label(top, path), problem: None });
    }

    fn add_problem(&mut self, top: &Path, path: &Path, problem: &str) {
        let problem = Some(ui::escape(problem).into_owned());
        self.places.push(Place { path: path.to_owned(), label: label(top, path), problem });
    }
}

fn is_searched(entry: &fs::Entry) -> bool {
    let is_hidden = entry.name.as_encoded_bytes().starts_with(b".");
    entry.is_dir && !is_hidden && FOREIGN.iter().all(|foreign| entry.name != *foreign)
}

fn label(top: &Path, path: &Path) -> String {
    let below = path.strip_prefix(top).unwrap_or(path);
    let own = path.file_name().map_or(path, Path::new);
    let shown = if below.as_os_str().is_empty() { own } else { below };
    shown.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with these files.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a temporary directory");
        for file in files {
            fs::write_shared(&tree.path().join(file), b"").expect("a file");
        }
        tree
    }

    /// What is found below a tree: labels, and `!` before those with a problem.
    fn found(tree: &tempfile::TempDir) -> Vec<String> {
        let mut places = Places::default();
        places.add_tree(tree.path());
        let shown = |place: Place| match place.problem {
            None => place.label,
            Some(_) => format!("!{}", place.label),
        };
        places.into_vec().into_iter().map(shown).collect()
    }

    #[test]
    fn projects_are_found_at_any_depth_and_below_each_other() {
        let tree = tree(&["b/envward.toml", "b/apps/web/envward.toml", "a/x/y/envward.toml", "c/readme.md"]);
        assert_eq!(found(&tree), ["a/x/y", "b", "b/apps/web"]);
    }

    #[test]
    fn what_is_hidden_or_made_again_is_passed_over() {
        let tree = tree(&[
            ".git/envward.toml",
            "node_modules/a/envward.toml",
            "target/CACHEDIR.TAG",
            "target/package/envward.toml",
            "shops/target/envward.toml",
        ]);
        assert_eq!(found(&tree), ["shops/target"]);
    }

    #[test]
    fn a_tree_without_a_project_is_a_problem() {
        assert!(found(&tree(&["a/readme.md"]))[0].starts_with('!'));
    }

    #[test]
    fn a_directory_that_is_too_deep_is_a_problem() {
        let path = format!("{}envward.toml", "a/".repeat(MAX_DEPTH + 1));
        let found = found(&tree(&[&path]));
        assert_eq!(found, [format!("!{}a", "a/".repeat(MAX_DEPTH - 1))]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let tree = tree(&["a/envward.toml"]);
        std::os::unix::fs::symlink(tree.path(), tree.path().join("a/up")).expect("a link");
        std::os::unix::fs::symlink("a", tree.path().join("b")).expect("a link");
        assert_eq!(found(&tree), ["a"]);
    }

    #[test]
    fn a_place_that_is_named_twice_is_looked_at_once() {
        let tree = tree(&["a/envward.toml", "a/b/envward.toml"]);
        let mut places = Places::default();
        places.add_tree(tree.path());
        places.add_project(&tree.path().join("a/b/../b"));
        places.add_project(&tree.path().join("gone"));
        let places = places.into_vec();
        assert_eq!(places.len(), 3);
        assert!(places[2].problem.as_ref().is_some_and(|problem| problem.starts_with("cannot read ")));
    }
}
