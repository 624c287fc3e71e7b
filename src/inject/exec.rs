//! Finding the program and becoming it.
#![expect(clippy::disallowed_methods, reason = "this room starts the command of `run`")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;
use crate::exit_code::ExitCode;

/// A program to become.
pub struct Program<'a> {
    /// The command as the user gave it.
    pub name: &'a OsStr,
    /// Its arguments.
    pub arguments: &'a [OsString],
    /// The directory it works in.
    pub directory: &'a Path,
    /// Where commands are looked up: the caller's PATH, never one that a file set.
    pub path: Option<&'a OsStr>,
}

impl Program<'_> {
    fn is_path(&self) -> bool {
        Path::new(self.name).components().count() > 1
    }

    /// The file to run: the name itself if it holds a slash, else the first executable of that name in PATH.
    fn locate(&self) -> Result<PathBuf, Error> {
        if self.is_path() {
            return Ok(self.directory.join(self.name));
        }
        let candidates = std::env::split_paths(self.path.unwrap_or_default());
        let candidates: Vec<_> = candidates
            .map(|directory| self.directory.join(directory).join(self.name))
            .filter(|file| file.is_file())
            .collect();
        let runnable = candidates.iter().find(|file| is_executable(file));
        match runnable.or(candidates.first()) {
            Some(file) => Ok(file.clone()),
            None => Err(self.not_found()),
        }
    }

    /// The program with exactly this environment, not yet started.
    pub(super) fn command(&self, environment: &BTreeMap<&OsStr, &OsStr>) -> Result<Command, Error> {
        let mut command = Command::new(self.locate()?);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, self.name);
        command.args(self.arguments).env_clear().envs(environment).current_dir(self.directory);
        Ok(command)
    }

    fn not_found(&self) -> Error {
        let name = self.name.to_string_lossy().into_owned();
        if self.is_path() { Error::NoFile { name } } else { Error::NotFound { name } }
    }

    pub(super) fn failed(&self, source: io::Error) -> Error {
        let is_there = || self.locate().is_ok_and(|file| file.exists());
        let source = match source.kind() {
            io::ErrorKind::NotFound if is_there() => {
                io::Error::other("the program that its first line names, or its loader, does not exist")
            }
            io::ErrorKind::NotFound => return self.not_found(),
            _ => source,
        };
        Error::Start { name: self.name.to_string_lossy().into_owned(), source }
    }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_executable(_file: &Path) -> bool {
    true
}

/// Becomes the program with exactly this environment. Returns only if that failed.
#[cfg(unix)]
pub fn become_program(
    program: &Program<'_>,
    environment: &BTreeMap<&OsStr, &OsStr>,
) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;
    Err(program.failed(program.command(environment)?.exec()))
}

/// Starts the program with exactly this environment, waits, and ends with its exit code.
#[cfg(not(unix))]
pub fn become_program(
    program: &Program<'_>,
    environment: &BTreeMap<&OsStr, &OsStr>,
) -> Result<ExitCode, Error> {
    let status = program.command(environment)?.status().map_err(|source| program.failed(source))?;
    // The code is the command's and not one of envward's, so it cannot be returned as an ExitCode.
    std::process::exit(status.code().unwrap_or(ExitCode::Bug as i32))
}
