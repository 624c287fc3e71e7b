//! What envward asks git. It runs the user's own git, with everything off that a hostile repository could
//! turn into running a program.
#![expect(clippy::disallowed_methods, reason = "this room owns the git process")]

mod every;
mod log;
mod objects;
mod settings;
mod signatures;
mod staged;
mod versions;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{io, iter};

use jiff::Timestamp;

pub use self::every::{Kind, Whereabouts};
pub use self::log::{Blob, Commit, FileChange};
pub use self::objects::Objects;
pub use self::versions::FileVersion;
use crate::env_vars::{self, EnvSnapshot};

/// The path of a file that is empty, or not there.
const NO_FILE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// git is missing or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// git could not be started.
    #[error("cannot run git: {0}")]
    Start(#[source] io::Error),
    /// git refused.
    #[error("git {command} failed in {}", directory.display())]
    Failed {
        /// The subcommand.
        command: String,
        /// Where it ran.
        directory: PathBuf,
    },
    /// A file that is to hold plaintext secrets is in git's index.
    #[error("git tracks {}, so its secrets would be in the next commit", path.display())]
    Tracked {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Tracked { path } => Some(format!("run: git rm --cached {}", path.display())),
            Self::Start(_) | Self::Failed { .. } => None,
        }
    }
}

/// Refuses to write plaintext secrets to a file that git tracks.
pub fn refuse_tracked(path: &Path, env: &EnvSnapshot) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(path);
    match Git::discover(directory, env) {
        Some(git) if git.tracks(path)? => Err(Error::Tracked { path: path.to_owned() }),
        _ => Ok(()),
    }
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its full hash.
    pub commit: String,
    /// When its author made it, as the author says.
    pub at: Timestamp,
}

/// git in one directory.
pub struct Git {
    directory: PathBuf,
    path: Option<OsString>,
    home: Option<OsString>,
    /// The index, where it is another one than the repository's.
    index: Option<OsString>,
    /// The directory from the top of the work tree: empty, or with a slash at its end.
    prefix: String,
    is_shallow: bool,
}

impl Git {
    /// git for the repository that holds `directory`; `None` if there is no repository or no git.
    pub fn discover(directory: &Path, env: &EnvSnapshot) -> Option<Self> {
        let own = |name| env.get_os(name).map(OsStr::to_owned);
        // A relative entry would be looked up in the repository, which could then bring its own git.
        let absolute = |path: &OsString| {
            std::env::join_paths(std::env::split_paths(path).filter(|directory| directory.is_absolute()))
        };
        let path = own(env_vars::PATH).as_ref().and_then(|path| absolute(path).ok());
        let mut git = Self {
            directory: directory.to_owned(),
            path,
            home: own(env_vars::HOME),
            index: None,
            prefix: String::new(),
            is_shallow: false,
        };
        let questions = ["--is-inside-work-tree", "--is-shallow-repository", "--show-prefix"];
        let answers = git.text(iter::once("rev-parse").chain(questions)).ok()?;
        let mut answers = answers.lines();
        (answers.next() == Some("true")).then_some(())?;
        git.is_shallow = answers.next() == Some("true");
        answers.next().unwrap_or_default().clone_into(&mut git.prefix);
        Some(git)
    }

    /// The top of the work tree.
    pub fn root(&self) -> Result<PathBuf, Error> {
        Ok(PathBuf::from(self.text(["rev-parse", "--show-toplevel"])?))
    }

    /// Whether git would ignore that file.
    pub fn ignores(&self, path: &Path) -> Result<bool, Error> {
        let arguments: [&OsStr; 4] =
            [OsStr::new("check-ignore"), OsStr::new("-q"), OsStr::new("--no-index"), path.as_os_str()];
        Ok(self.output(arguments)?.0)
    }

    /// Whether git tracks that file.
    pub fn tracks(&self, path: &Path) -> Result<bool, Error> {
        let arguments: [&OsStr; 4] =
            [OsStr::new("ls-files"), OsStr::new("--error-unmatch"), OsStr::new("--"), path.as_os_str()];
        Ok(self.output(arguments)?.0)
    }

    /// A setting, such as `user.name`.
    pub fn config(&self, key: &str) -> Result<Option<String>, Error> {
        let (found, value) = self.output(["config", "--get", key])?;
        Ok(found.then(|| String::from_utf8_lossy(&value).trim_end().to_owned()))
    }

    /// The full hash of a commit by any of its names, such as a tag; `None` if there is none.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, Error> {
        let revision = format!("{revision}^{{commit}}");
        let (found, hash) =
            self.output(["rev-parse", "--verify", "--quiet", "--end-of-options", &revision])?;
        Ok(found.then(|| String::from_utf8_lossy(&hash).trim_end().to_owned()))
    }

    /// A file at a revision; `None` if it is not there.
    pub fn show(&self, revision: &str, path_from_root: &str) -> Result<Option<Vec<u8>>, Error> {
        let object = format!("{revision}:{path_from_root}");
        let (found, content) = self.output(["cat-file", "blob", &object])?;
        Ok(found.then_some(content))
    }

    /// A file of the repository, by its absolute path, as a commit has it; `None` if it is not there.
    pub fn show_file(&self, commit: &str, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        let path = path.strip_prefix(&self.directory).unwrap_or(path);
        // A path that begins with `./` is taken from the directory that git runs in.
        self.show(commit, &format!("./{}", path.display()))
    }

    /// Those of the files, each once, that the next `git add` would take: new or changed, and not ignored.
    pub fn to_add<'a>(&self, files: &'a [PathBuf]) -> Result<Vec<&'a Path>, Error> {
        let options =
            ["ls-files", "-z", "--modified", "--others", "--exclude-standard", "--"].map(OsStr::new);
        let text = self.text(options.into_iter().chain(files.iter().map(|file| file.as_os_str())))?;
        // git names them from the directory that it runs in.
        let mut listed: HashSet<PathBuf> = text.split('\0').map(|path| self.directory.join(path)).collect();
        Ok(files.iter().map(PathBuf::as_path).filter(|file| listed.remove(*file)).collect())
    }

    /// Every commit of every branch that changed a file, also where a merge dropped the change.
    pub fn revisions(&self, path: &Path) -> Result<Vec<Revision>, Error> {
        let mut arguments: Vec<&OsStr> =
            ["log", "--all", "--full-history", "--format=%H %at", "--"].map(OsStr::new).to_vec();
        arguments.push(path.as_os_str());
        let text = self.text(arguments)?;
        let revision = |line: &str| {
            let (commit, at) = line.split_once(' ')?;
            let at = Timestamp::from_second(at.parse().ok()?).ok()?;
            Some(Revision { commit: commit.to_owned(), at })
        };
        Ok(text.lines().filter_map(revision).collect())
    }

    /// Whether older commits are missing from this clone.
    pub fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    /// Whether this clone lacks contents that it would fetch when they are asked for.
    pub fn is_partial(&self) -> Result<bool, Error> {
        Ok(self.output(["config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$"])?.0)
    }

    fn text<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Result<String, Error> {
        let arguments: Vec<_> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        match self.output(&arguments)? {
            (true, output) => Ok(String::from_utf8_lossy(&output).trim_end().to_owned()),
            (false, _) => Err(Error::Failed {
                command: arguments
                    .first()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                directory: self.directory.clone(),
            }),
        }
    }

    /// Runs git; whether it succeeded, and its stdout.
    fn output<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        arguments: I,
    ) -> Result<(bool, Vec<u8>), Error> {
        let output = self.command(arguments).output().map_err(Error::Start)?;
        Ok((output.status.success(), output.stdout))
    }

    /// git with everything off, its stdin and stderr closed.
    fn command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = Command::new("git");
        command
            .args(["--no-optional-locks", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.pager=cat", "-c", "log.showSignature=false"])
            // A directory of the work tree that looks like a repository is not one.
            .args(["-c", "safe.bareRepository=explicit"])
            .args(arguments)
            .current_dir(&self.directory)
            // No GIT_* variable of the caller, and no credential of envward.
            .env_clear()
            .envs(self.path.as_ref().map(|path| (env_vars::PATH, path)))
            .envs(self.home.as_ref().map(|home| (env_vars::HOME, home)))
            .envs(self.index.as_ref().map(|index| (env_vars::GIT_INDEX_FILE, index)))
            // What a partial clone lacks is missing: fetching it would run the transport that the
            // repository's settings name.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            // History as it was committed: nobody's replacements of commits and their parents.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", NO_FILE)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}
