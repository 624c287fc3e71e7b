//! Finding the manifest: upwards, but never into somebody else's directory.

use std::path::{Path, PathBuf};

use super::{Error, FILE_NAME};
use crate::fs;

/// The manifest of the project that holds `start`. The search goes up and ends at the first manifest, at the
/// top of a git work tree, at the home directory, or where the owner of the directories changes, so that a
/// file planted in `/tmp` or in another user's directory is never taken for the project's.
pub fn discover(start: &Path, home: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let owner = fs::owner(start);
    for directory in start.ancestors().take_while(|directory| fs::owner(directory) == owner) {
        let manifest = directory.join(FILE_NAME);
        if fs::exists(&manifest) {
            return if is_trusted(&manifest, owner) {
                Ok(Some(manifest))
            } else {
                Err(Error::ForeignOwner { path: manifest })
            };
        }
        if fs::exists(&directory.join(".git")) || Some(directory) == home {
            break;
        }
    }
    Ok(None)
}

/// Whether a manifest belongs to the owner of its directory or to the user of this process: anybody can put
/// one into a directory such as `/tmp`.
fn is_trusted(manifest: &Path, directory_owner: Option<u32>) -> bool {
    let owner = fs::owner(manifest);
    owner == directory_owner || owner == fs::current_user()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir_all(tree.path().join("top/middle/low")).expect("directories");
        tree
    }

    fn put(path: &Path) {
        fs::write_shared(path, b"").expect("a file");
    }

    #[test]
    fn the_nearest_manifest_above_is_found() {
        let tree = tree();
        put(&tree.path().join("envward.toml"));
        put(&tree.path().join("top/envward.toml"));
        let found = discover(&tree.path().join("top/middle/low"), None).expect("a search");
        assert_eq!(found, Some(tree.path().join("top/envward.toml")));
    }

    #[test]
    fn the_search_ends_at_the_git_root() {
        let tree = tree();
        put(&tree.path().join("envward.toml"));
        put(&tree.path().join("top/.git"));
        assert_eq!(discover(&tree.path().join("top/middle/low"), None).expect("a search"), None);
        put(&tree.path().join("top/envward.toml"));
        assert!(discover(&tree.path().join("top/middle/low"), None).expect("a search").is_some());
    }

    #[test]
    fn the_search_ends_at_home() {
        let tree = tree();
        put(&tree.path().join("envward.toml"));
        let home = tree.path().join("top");
        assert_eq!(discover(&tree.path().join("top/middle/low"), Some(&home)).expect("a search"), None);
    }
}
