//! Everything that a repository holds, also what no branch reaches any more; what is staged; and where it came from.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{ChildStdout, Stdio};

use super::log::{COMMIT, change};
use super::{Blob, Error, Git};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The content of a file.
    Blob,
    /// A commit or a tag, with its message.
    Message,
    /// A directory: the names in it.
    Tree,
}

/// Where an object came into the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The first commit that has it; `None` if no branch, tag or stash reaches it.
    pub commit: Option<String>,
    /// Its path from the top of the work tree, for the content of a file.
    pub path: Option<String>,
}

impl Git {
    /// Hands over every file content, directory, commit and tag of the repository, each once, in no order.
    ///
    /// # Errors
    /// git fails or answers something else, or `read` fails.
    pub fn each_object(
        &self,
        mut read: impl FnMut(&str, Kind, &mut dyn Read) -> io::Result<()>,
    ) -> Result<(), Error> {
        let arguments = ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"];
        self.stream(arguments, |output| {
            let mut head = String::new();
            while output.read_line(&mut head)? > 0 {
                // `HASH TYPE SIZE`.
                let mut words = head.split_ascii_whitespace();
                let (Some(id), Some(kind), Some(size)) = (words.next(), words.next(), words.next()) else {
                    return Err(io::ErrorKind::InvalidData.into());
                };
                let size = size.parse().map_err(io::Error::other)?;
                let mut content = (&mut *output).take(size);
                match kind {
                    "blob" => read(id, Kind::Blob, &mut content)?,
                    "commit" | "tag" => read(id, Kind::Message, &mut content)?,
                    "tree" => read(id, Kind::Tree, &mut content)?,
                    _ => {}
                }
                io::copy(&mut content, &mut io::sink())?;
                output.read_exact(&mut [0])?;
                head.clear();
            }
            Ok(())
        })
    }

    /// What the next commit would change or add: path from the top of the work tree, and content.
    ///
    /// # Errors
    /// git fails.
    pub fn staged_blobs(&self) -> Result<Vec<(String, Blob)>, Error> {
        let arguments = [
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-relative",
            "--no-ext-diff",
        ];
        let mut staged = Vec::new();
        self.stream(arguments, |output| {
            let mut bytes = Vec::new();
            output.read_to_end(&mut bytes)?;
            let mut fields = bytes.split(|&byte| byte == 0);
            while let Some(modes) = fields.next().and_then(|field| std::str::from_utf8(field).ok()) {
                // The content of a submodule is a commit of another repository.
                let is_file = modes.split(' ').nth(1).is_some_and(|mode| mode != "160000");
                let Some(change) = change(modes, &mut fields) else { break };
                staged.extend(change.new.filter(|_| is_file).map(|blob| (change.path, blob)));
            }
            Ok(())
        })?;
        Ok(staged)
    }

    /// Where objects came into the history: file contents, commits and tags.
    ///
    /// # Errors
    /// git fails, such as in a clone that lacks the trees of older commits.
    pub fn whereabouts(&self, ids: &HashSet<String>) -> Result<HashMap<String, Whereabouts>, Error> {
        let mut known = HashMap::new();
        if ids.is_empty() {
            return Ok(known);
        }
        // A tag with a message, and the commit that it names.
        for line in self.text(["for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags"])?.lines()
        {
            let named = line.split_once(' ').filter(|(tag, commit)| !commit.is_empty() && ids.contains(*tag));
            if let Some((tag, commit)) = named {
                known.insert(tag.to_owned(), Whereabouts { commit: Some(commit.to_owned()), path: None });
            }
        }
        let mut arguments = vec![
            "log",
            "--all",
            "--reverse",
            "-z",
            "--raw",
            "--no-abbrev",
            "-m",
            "--root",
            "--format=%x01%H",
        ];
        arguments.extend(["--no-renames", "--no-relative", "--no-ext-diff", "--full-history"]);
        // A branch that is checked out by its commit is in none of the others.
        let is_born = self.output(["rev-parse", "--verify", "-q", "HEAD"])?.0;
        arguments.extend(is_born.then_some("HEAD"));
        self.stream(arguments, |output| {
            let mut commit = String::new();
            let mut field = Vec::new();
            while known.len() < ids.len() && output.read_until(0, &mut field)? > 0 {
                let text = String::from_utf8_lossy(&field).into_owned();
                let text = text.trim_end_matches('\0').trim_start();
                field.clear();
                if let Some(id) = text.strip_prefix(char::from(COMMIT)) {
                    id.clone_into(&mut commit);
                    if ids.contains(id) {
                        let whereabouts = Whereabouts { commit: Some(commit.clone()), path: None };
                        known.entry(commit.clone()).or_insert(whereabouts);
                    }
                } else if text.starts_with(':') {
                    output.read_until(0, &mut field)?;
                    let path = field.strip_suffix(b"\0").unwrap_or(&field);
                    let change = change(text, &mut std::iter::once(path));
                    if let Some(change) = change
                        && let Some(id) = change.new.filter(|id| ids.contains(id))
                    {
                        let path = Some(change.path);
                        known.entry(id).or_insert(Whereabouts { commit: Some(commit.clone()), path });
                    }
                    field.clear();
                }
            }
            Ok(())
        })?;
        Ok(known)
    }

    /// Hands over each path that a commit changed, from the top of the work tree, with the commit, the oldest first.
    ///
    /// # Errors
    /// git fails.
    pub fn changed_paths(&self, mut read: impl FnMut(&str, &str)) -> Result<(), Error> {
        let mut arguments =
            vec!["log", "--all", "--topo-order", "--reverse", "-z", "--name-only", "--diff-filter=d"];
        arguments.extend([
            "-m",
            "--root",
            "--format=%x01%H",
            "--no-renames",
            "--no-relative",
            "--no-ext-diff",
        ]);
        self.stream(arguments, |output| {
            let (mut commit, mut field) = (String::new(), Vec::new());
            while output.read_until(0, &mut field)? > 0 {
                let text = String::from_utf8_lossy(&field).into_owned();
                field.clear();
                let text = text.trim_end_matches('\0').trim_start_matches('\n');
                match text.strip_prefix(char::from(COMMIT)) {
                    Some(id) => id.clone_into(&mut commit),
                    None if text.is_empty() => {}
                    None => read(&commit, text),
                }
            }
            Ok(())
        })
    }

    /// The full names of all branches, tags and other references.
    ///
    /// # Errors
    /// git fails.
    pub fn references(&self) -> Result<Vec<String>, Error> {
        let text = self.text(["for-each-ref", "--format=%(refname)"])?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Runs git and hands over its output as it comes. A reader that stops early is no failure.
    fn stream<S: AsRef<OsStr> + Clone>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        read: impl FnOnce(&mut BufReader<ChildStdout>) -> io::Result<()>,
    ) -> Result<(), Error> {
        let arguments: Vec<S> = arguments.into_iter().collect();
        let mut child = self.command(&arguments).stdout(Stdio::piped()).spawn().map_err(Error::Start)?;
        let mut output =
            BufReader::with_capacity(1 << 16, child.stdout.take().expect("it was just asked for"));
        let result = read(&mut output);
        let is_read = output.fill_buf().is_ok_and(<[u8]>::is_empty);
        drop(output);
        let status = child.wait().map_err(Error::Start)?;
        result.map_err(Error::Start)?;
        if is_read && !status.success() {
            let command = arguments.first().map(|name| name.as_ref().to_string_lossy().into_owned());
            let directory = self.directory.clone();
            return Err(Error::Failed { command: command.unwrap_or_default(), directory });
        }
        Ok(())
    }
}
