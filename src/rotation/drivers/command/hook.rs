//! Running one of the commands: a cleared environment, a process group that ends with it, and nothing of what it
//! prints.
#![expect(clippy::disallowed_methods, reason = "this room starts the commands of a project")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::rotation::drivers::Error;
use crate::secret::Secret;

/// The longest value that a command may print, in bytes: no program could be given more.
const LONGEST: usize = 131_072;

/// One of the commands, and what it is told.
pub(super) struct Hook<'a> {
    /// Which of the four it is.
    pub(super) step: &'static str,
    /// The variable.
    pub(super) variable: String,
    /// The program and its arguments.
    pub(super) words: &'a [String],
    /// Where it runs; a program with a slash in its name is looked for there.
    pub(super) directory: &'a Path,
    /// All of its environment.
    pub(super) environment: BTreeMap<OsString, OsString>,
    /// The longest time it may take.
    pub(super) timeout: Duration,
}

impl Hook<'_> {
    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be started, says that it failed, or takes too long.
    pub(super) fn run(&self) -> Result<(), Error> {
        let mut child = self.start(Stdio::null())?;
        self.wait(&mut child)
    }

    /// Runs it to its end; what it printed, less one newline at the end.
    ///
    /// # Errors
    /// As of [`Hook::run`]; it printed nothing, too much, or no text.
    pub(super) fn output(&self) -> Result<Secret, Error> {
        let mut child = self.start(Stdio::piped())?;
        let printed = reading(&mut child);
        self.wait(&mut child)?;
        // Everything that could write to the pipe has ended.
        let printed =
            printed.recv().ok().and_then(Result::ok).ok_or_else(|| self.failed("cannot be read"))?;
        if printed.len() > LONGEST {
            return Err(self.failed("printed more than a value can be"));
        }
        let text =
            std::str::from_utf8(&printed).map_err(|_| self.failed("printed something that is no text"))?;
        let value = text.strip_suffix('\n').unwrap_or(text);
        let value = value.strip_suffix('\r').unwrap_or(value);
        if value.is_empty() { Err(self.failed("printed no value")) } else { Ok(Secret::new(value)) }
    }

    fn start(&self, stdout: Stdio) -> Result<Child, Error> {
        let (program, arguments) = self.words.split_first().ok_or_else(|| self.failed("is empty"))?;
        let inside = self.directory.join(program);
        let program = if program.contains('/') { inside.as_os_str() } else { program.as_ref() };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.directory)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map_err(|error| self.failed(format!("cannot be started: {}", error.kind())))
    }

    fn wait(&self, child: &mut Child) -> Result<(), Error> {
        let ended = self.wait_for(child);
        // Also what it started and left behind: that could still change the target, or hold on to its output.
        end_group(child);
        match ended {
            Ok(Some(status)) if status.success() => Ok(()),
            Ok(Some(status)) => Err(self.failed(described(status))),
            Ok(None) => {
                // It was ended just now, so this does not block.
                let _ = child.wait();
                Err(self.failed(format!("took longer than {}s and was ended", self.timeout.as_secs())))
            }
            Err(error) => Err(self.failed(format!("cannot be waited for: {}", error.kind()))),
        }
    }

    /// How it ended; `None` if it is still running when its time is over.
    fn wait_for(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            let ended = child.try_wait()?;
            if ended.is_some() || started.elapsed() >= self.timeout {
                return Ok(ended);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    fn failed(&self, message: impl Into<String>) -> Error {
        Error::Hook { hook: self.step, variable: self.variable.clone(), message: message.into() }
    }
}

/// Reads what it prints in a thread of its own, so that a full pipe stops nobody.
fn reading(child: &mut Child) -> Receiver<io::Result<Zeroizing<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            // Room for all of it, so that no copy stays behind when it grows.
            let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
            let read = stdout.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
            // Nobody waits for it after a failure.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    receiver
}

/// Ends everything of its process group that is still running.
#[cfg(unix)]
fn end_group(child: &Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // Best effort: as a rule there is nothing left of it.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

/// Ends it, if it is still running; this platform has no process groups.
#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    // Best effort: as a rule it has ended.
    let _ = child.kill();
}

fn described(status: ExitStatus) -> String {
    status.code().map_or_else(|| "was ended by a signal".to_owned(), |code| format!("ended with {code}"))
}
