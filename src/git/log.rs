//! The commits behind HEAD that changed some files, and what they had before and after.

use std::ffi::OsString;
use std::path::Path;

use jiff::Timestamp;

use super::{Error, Git};

/// The id of the content of a file.
pub type Blob = String;

/// Begins what [`FORMAT`] prints: no path and no hash can hold it.
pub(super) const COMMIT: u8 = 1;

/// Hash, dates of committer and author in seconds, hashes of the parents.
const FORMAT: &str = "--format=%x01%H %ct %at %P";

/// How much of a file has to stay for it to be renamed, and not another one: of a small sealed file, little stays
/// when it is sealed again. And how many new and gone files of a commit are compared with each other.
const RENAMES: [&str; 2] = ["-M20%", "-l100"];

/// A commit, and how it differs from one of its parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its full hash.
    pub id: String,
    /// When it was made: the older one of what author and committer say. A rebase leaves the author's date.
    pub at: Timestamp,
    /// When it was committed, as the committer says.
    pub committed: Timestamp,
    /// Whether it has no parents, or those were cut off.
    pub is_first: bool,
    /// What it changed against that parent, also files that were not asked for.
    pub changes: Vec<FileChange>,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path from the top of the work tree.
    pub path: String,
    /// Its path before, if the commit renamed it.
    pub renamed_from: Option<String>,
    /// What it was; `None` if it was not there.
    pub old: Option<Blob>,
    /// What it is; `None` if it is gone.
    pub new: Option<Blob>,
}

impl Git {
    /// The path of a file of the work tree, given from where git runs, from its top.
    pub fn path_from_top(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.directory).unwrap_or(path);
        format!("{}{}", self.prefix, path.display())
    }

    /// Every commit that HEAD descends from and that changed one of the files, children before
    /// their parents; one that merges, once
    /// for each parent that it differs from. Paths are given from the top of the work tree.
    ///
    /// # Errors
    /// git fails, such as in a clone that lacks the trees of older commits.
    pub fn log(&self, paths: &[String]) -> Result<Vec<Commit>, Error> {
        match self.raw_log(paths, &RENAMES) {
            Ok(commits) => Ok(commits),
            Err(_) if !self.output(["rev-parse", "--verify", "-q", "HEAD"])?.0 => Ok(Vec::new()),
            // To compare the contents of files, git needs them: a partial clone may not have them.
            Err(_) => self.raw_log(paths, &["--no-renames"]),
        }
    }

    fn raw_log(&self, paths: &[String], renames: &[&str]) -> Result<Vec<Commit>, Error> {
        // Settings of the repository that would leave something out.
        let settings = ["log.follow=false", "log.showRoot=true", "log.diffMerges=separate"];
        let mut arguments: Vec<OsString> = Vec::new();
        for setting in settings {
            arguments.extend(["-c".into(), setting.into()]);
        }
        arguments
            .extend(["log", "-z", "--raw", "--no-abbrev", "-m", "--topo-order", FORMAT].map(OsString::from));
        // `--full-diff`: a file that was renamed is found by its old name too.
        arguments
            .extend(["--full-history", "--full-diff", "--no-relative", "--no-ext-diff"].map(OsString::from));
        arguments.extend(renames.iter().map(OsString::from));
        arguments.extend(["HEAD", "--"].map(OsString::from));
        arguments.extend(paths.iter().map(|path| format!(":(top,literal){path}").into()));
        let (succeeded, output) = self.output(arguments)?;
        let failed = || Error::Failed { command: "log".to_owned(), directory: self.directory.clone() };
        let commits = succeeded.then(|| parse(&output)).flatten();
        commits.ok_or_else(failed)
    }
}

/// Reads what `git log -z --raw` prints in [`FORMAT`]; `None` if it is something else.
fn parse(output: &[u8]) -> Option<Vec<Commit>> {
    let mut commits: Vec<Commit> = Vec::new();
    let mut fields = output.split(|&byte| byte == 0).map(<[u8]>::trim_ascii_start);
    while let Some(field) = fields.next() {
        match field {
            [] => {}
            [COMMIT, head @ ..] => commits.push(commit(std::str::from_utf8(head).ok()?)?),
            [b':', modes @ ..] => {
                let change = change(std::str::from_utf8(modes).ok()?, &mut fields)?;
                commits.last_mut()?.changes.push(change);
            }
            _ => return None,
        }
    }
    Some(commits)
}

fn commit(head: &str) -> Option<Commit> {
    let mut words = head.split_ascii_whitespace();
    let id = words.next()?.to_owned();
    let mut date = || Timestamp::from_second(words.next()?.parse().ok()?).ok();
    let (committed, authored) = (date()?, date()?);
    let at = committed.min(authored);
    Some(Commit { id, at, committed, is_first: words.next().is_none(), changes: Vec::new() })
}

/// One file: two modes, two blobs, a letter, and the path, or two paths for one that was renamed.
pub(super) fn change<'a>(modes: &str, fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<FileChange> {
    let mut words = modes.split_ascii_whitespace().skip(2);
    let mut blob = || {
        let id = words.next()?;
        Some((!id.bytes().all(|digit| digit == b'0')).then(|| id.to_owned()))
    };
    let (old, new) = (blob()?, blob()?);
    let kind = words.next()?;
    let mut path = || Some(String::from_utf8_lossy(fields.next()?).into_owned());
    let first = path()?;
    let (path, renamed_from) = if kind.starts_with('R') { (path()?, Some(first)) } else { (first, None) };
    Some(FileChange { path, renamed_from, old, new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_a_rename_and_a_first_commit_are_read() {
        let (a, b, none) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let output = format!(
            "\x01{a} 86400 3600 {b} {b}\0\n:100644 100644 {a} {b} R096\0old\nname\0new\0:100644 000000 {a} {none} D\0gone\0\
             \x01{b} 0 3600 \0\n:000000 100644 {none} {a} A\0old\nname\0"
        );
        let commits = parse(output.as_bytes()).expect("what git prints");
        let renamed = FileChange {
            path: "new".to_owned(),
            renamed_from: Some("old\nname".to_owned()),
            old: Some(a.clone()),
            new: Some(b.clone()),
        };
        let gone =
            FileChange { path: "gone".to_owned(), renamed_from: None, old: Some(a.clone()), new: None };
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert_eq!(
            commits[0],
            Commit {
                id: a.clone(),
                at: at(3600),
                committed: at(86400),
                is_first: false,
                changes: vec![renamed, gone]
            }
        );
        assert_eq!((commits[1].at, commits[1].committed), (at(0), at(0)));
        assert_eq!((commits[1].is_first, commits[1].changes[0].old.clone()), (true, None));
        assert_eq!(parse(b"fatal: something"), None);
        assert_eq!(parse(b""), Some(Vec::new()));
    }
}
