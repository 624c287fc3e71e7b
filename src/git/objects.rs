//! The contents of objects, many through one process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{Error, Git};
use crate::fs;

/// A running `git cat-file --batch`.
pub struct Objects {
    child: Child,
    /// Closed before the child is waited for.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Git {
    /// Starts reading objects.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn objects(&self) -> Result<Objects, Error> {
        let mut command = self.command(["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(Error::Start)?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().expect("it was just asked for");
        Ok(Objects { child, requests, answers: BufReader::new(answers) })
    }
}

impl Objects {
    /// The content of an object by its full hash, or of a file as `COMMIT:./PATH`; `None` if this clone lacks it, or
    /// if it is larger than any file that is read elsewhere.
    ///
    /// # Errors
    /// git ended, or answered something else.
    pub fn read(&mut self, id: &str) -> Result<Option<Vec<u8>>, Error> {
        self.ask(id).map_err(Error::Start)
    }

    fn ask(&mut self, id: &str) -> io::Result<Option<Vec<u8>>> {
        if id.contains('\n') {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let requests = self.requests.as_mut().expect("it is open until this is dropped");
        writeln!(requests, "{id}")?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        // `HASH TYPE SIZE`, or what was asked for and `missing`.
        if head.ends_with(" missing\n") {
            return Ok(None);
        }
        let mut words = head.split_ascii_whitespace().skip(1);
        let size = match (words.next(), words.next()) {
            (Some(_), Some(size)) => size.parse::<u64>().map_err(io::Error::other)?,
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let mut content = Vec::new();
        let is_read = size <= fs::MAX_FILE;
        if is_read {
            (&mut self.answers).take(size).read_to_end(&mut content)?;
        } else {
            io::copy(&mut (&mut self.answers).take(size), &mut io::sink())?;
        }
        self.answers.read_exact(&mut [0])?;
        Ok(is_read.then_some(content))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        drop(self.requests.take());
        // How it ends says nothing: whatever was asked for has been answered.
        let _ = self.child.wait();
    }
}
