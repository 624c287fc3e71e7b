//! Where paths lead.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::Error;

/// The absolute path with every link followed; the file must be there.
pub fn canonicalize(path: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(path).map_err(Error::io("read", path))
}

/// Whether something is at that path, following links.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a path, which need not exist yet, lies below `root`, which is canonical, once all symbolic links are
/// followed.
pub fn lies_inside(path: &Path, root: &Path) -> bool {
    if is_plainly_inside(path, root) {
        return true;
    }
    let existing = path.ancestors().find_map(|ancestor| fs::canonicalize(ancestor).ok());
    existing.is_some_and(|existing| existing.starts_with(root))
}

/// Whether a path leads straight down from `root`, without a link on the way: told without looking at what is above.
fn is_plainly_inside(path: &Path, root: &Path) -> bool {
    let Ok(below) = path.strip_prefix(root) else { return false };
    let mut reached = root.to_owned();
    for component in below.components() {
        let Component::Normal(name) = component else { return false };
        reached.push(name);
        match fs::symlink_metadata(&reached) {
            Ok(metadata) if metadata.is_symlink() => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::NotFound,
        }
    }
    true
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_links_lead_to_counts() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = fs::canonicalize(directory.path()).expect("it is there").join("root");
        fs::create_dir_all(root.join("low")).expect("writable");
        fs::write(root.join("file"), "").expect("writable");
        for (link, target) in [("out", ".."), ("in", "low"), ("nowhere", "none")] {
            symlink(target, root.join(link)).expect("links can be made");
        }
        for inside in
            ["low", "low/none/yet", "none", "file", "file/none", "in", "in/none", "nowhere", "low/../file"]
        {
            assert!(lies_inside(&root.join(inside), &root), "{inside}");
        }
        for outside in ["out", "out/none", "..", "low/../../none", "in/../../none"] {
            assert!(!lies_inside(&root.join(outside), &root), "{outside}");
        }
        assert!(lies_inside(&root.join("out").join("root/file"), &root));
    }
}
