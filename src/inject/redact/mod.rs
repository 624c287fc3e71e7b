//! Starting a program, instead of becoming it, and masking the values in what it prints.
//!
//! The program gets pipes where envward has none, and a terminal of its own where envward has one, so that it behaves
//! as it would alone. Signals are passed on, and its exit code is envward's: 128 and the signal, if one ended it.

mod filter;
mod pending;
mod relay;
mod signals;
mod terminal;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use signal_hook::consts::SIGPIPE;

use self::filter::Filter;
use self::relay::{Source, relay};
use self::signals::Signalling;
use self::terminal::Terminal;
use super::{Error, Program};
use crate::exit_code::ExitCode;
use crate::needles::Needles;

/// Which of envward's own streams are terminals.
#[derive(Clone, Copy)]
struct Terminals {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

/// Starts the program with exactly this environment, masks the values in its output, waits, and ends with its exit
/// code. Returns only if that is not to be.
///
/// # Errors
/// There is no such program, it or a terminal for it cannot be started, or its output cannot be written.
#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "the exit code is the command's, not one of envward's"
)]
pub fn run_masked(
    program: &Program<'_>,
    environment: &BTreeMap<&OsStr, &OsStr>,
    needles: Needles,
) -> Result<ExitCode, Error> {
    let command = program.command(environment)?;
    let (status, written) =
        start_and_wait(command, Arc::new(needles)).map_err(|source| program.failed(source))?;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    match written {
        // The program would have been ended by it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && code == 0 => {
            std::process::exit(128 + SIGPIPE)
        }
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output { source: error }),
        _ => std::process::exit(code),
    }
}

/// How the program ended, and whether all that it printed was written.
fn start_and_wait(command: Command, needles: Arc<Needles>) -> io::Result<(ExitStatus, io::Result<()>)> {
    let terminals = Terminals {
        stdin: io::stdin().is_terminal(),
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
    };
    // Before the start, so that none that comes meanwhile ends envward alone.
    let signalling = Signalling::begin()?;
    let mut relays = Relays { needles, threads: Vec::new() };
    let (mut child, terminal, is_group) = if terminals.stdout || terminals.stderr {
        let (child, terminal) = Terminal::start(command, terminals)?;
        let shown = if terminals.stdout { Output::Stdout } else { Output::Stderr };
        relays.add(terminal.reader()?, shown);
        (child, Some(terminal), true)
    } else {
        let (child, both, is_group) = start_on_pipes(command, terminals)?;
        if let Some(both) = both {
            relays.add(both, Output::Stdout);
        }
        (child, None, is_group)
    };
    if let Some(stdout) = child.stdout.take() {
        relays.add(stdout.into(), Output::Stdout);
    }
    if let Some(stderr) = child.stderr.take() {
        relays.add(stderr.into(), Output::Stderr);
    }
    let ended = signalling.pass_on(&child, terminal.as_ref().map(Terminal::control).transpose()?, is_group);
    let status = child.wait()?;
    ended.say();
    let written = relays.finish();
    // Before the process ends, which runs no destructors.
    drop(terminal);
    Ok((status, written))
}

/// Starts the program on pipes, on one for both streams if envward's are the same file, which keeps their order; gives
/// that. Also whether the program is in a group of its own: then the terminal sends it nothing, and Ctrl-C reaches it
/// through envward once. With the terminal as its input it has to stay in envward's group, to be allowed to read; the
/// terminal then sends Ctrl-C to both.
fn start_on_pipes(mut command: Command, terminals: Terminals) -> io::Result<(Child, Option<Source>, bool)> {
    let both = if is_one_file() {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        Some(reader.into())
    } else {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        None
    };
    if !terminals.stdin {
        command.process_group(0);
    }
    // The command, which is dropped here, still has the ends to write to.
    Ok((command.spawn()?, both, !terminals.stdin))
}

/// Whether what envward writes to stdout and to stderr goes to the same place.
fn is_one_file() -> bool {
    let (stdout, stderr) = (rustix::fs::fstat(io::stdout()), rustix::fs::fstat(io::stderr()));
    stdout.is_ok_and(|out| stderr.is_ok_and(|err| (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino)))
}

/// Where masked output goes.
#[derive(Clone, Copy)]
enum Output {
    Stdout,
    Stderr,
}

/// The threads that mask what comes.
struct Relays {
    needles: Arc<Needles>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Relays {
    fn add(&mut self, source: Source, output: Output) {
        let filter = Filter::new(Arc::clone(&self.needles));
        self.threads.push(thread::spawn(move || {
            let out: &mut dyn Write = match output {
                Output::Stdout => &mut io::stdout(),
                Output::Stderr => &mut io::stderr(),
            };
            relay(&source, out, filter)
        }));
    }

    /// Waits for all; the worst that happened to one of them.
    fn finish(self) -> io::Result<()> {
        let mut written = Ok(());
        for thread in self.threads {
            let result = thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed")));
            let is_worse = |error: &io::Error| error.kind() != io::ErrorKind::BrokenPipe;
            if written.is_ok() || result.as_ref().is_err_and(is_worse) {
                written = result;
            }
        }
        written
    }
}
