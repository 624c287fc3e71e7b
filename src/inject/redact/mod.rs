//! Starting a program, instead of becoming it, and masking the values in what it prints.
//!
//! The program gets pipes where envward has none, and a terminal of its own where envward has one, so that it behaves
//! as it would alone. Signals are passed on, and its exit code is envward's: 128 and the signal, if one ended it.

mod filter;
mod relay;
mod terminal;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::Signals;

use self::filter::Filter;
use self::relay::{Source, relay};
use self::terminal::Terminal;
use super::{Error, Program};
use crate::exit_code::ExitCode;
use crate::needles::Needles;

/// Signals that are passed on.
const PASSED_ON: [i32; 7] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH];

/// Which of envward's own streams are terminals.
#[derive(Clone, Copy)]
struct Terminals {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

/// Starts the program with exactly this environment, masks the values in its output, waits, and ends with its exit
/// code. Returns only if it could not be started.
///
/// # Errors
/// There is no such program, or it or a terminal for it cannot be started.
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
    let status = start_and_wait(command, Arc::new(needles)).map_err(|source| program.failed(source))?;
    std::process::exit(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
}

fn start_and_wait(command: Command, needles: Arc<Needles>) -> io::Result<ExitStatus> {
    let terminals = Terminals {
        stdin: io::stdin().is_terminal(),
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
    };
    // Before the start, so that none that comes meanwhile ends envward alone.
    let signals = Signals::new(PASSED_ON)?;
    let (ended, on_end) = io::pipe()?;
    let mut relays = Relays { needles, ended: Arc::new(ended), threads: Vec::new() };
    let (mut child, terminal, group) = if terminals.stdout || terminals.stderr {
        let (child, terminal) = Terminal::start(command, terminals)?;
        let shown = if terminals.stdout { Output::Stdout } else { Output::Stderr };
        relays.add(terminal.reader()?, shown);
        (child, Some(terminal), true)
    } else {
        let (child, group) = start_on_pipes(command, terminals)?;
        (child, None, group)
    };
    if let Some(stdout) = child.stdout.take() {
        relays.add(stdout.into(), Output::Stdout);
    }
    if let Some(stderr) = child.stderr.take() {
        relays.add(stderr.into(), Output::Stderr);
    }
    pass_on(signals, &child, terminal.as_ref().map(Terminal::sizes).transpose()?, group);
    let status = child.wait()?;
    drop(on_end);
    relays.finish();
    // Before the process ends, which runs no destructors.
    drop(terminal);
    Ok(status)
}

/// Starts the program on pipes. Whether it is in a group of its own: then the terminal sends it nothing, and Ctrl-C
/// reaches it through envward once. With the terminal as its input it has to stay in envward's group, to be allowed to
/// read; the terminal then sends Ctrl-C to both.
fn start_on_pipes(mut command: Command, terminals: Terminals) -> io::Result<(Child, bool)> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if !terminals.stdin {
        command.process_group(0);
    }
    Ok((command.spawn()?, !terminals.stdin))
}

/// Passes signals on as long as envward lives.
fn pass_on(mut signals: Signals, child: &Child, sizes: Option<terminal::Sizes>, is_group: bool) {
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    thread::spawn(move || {
        for number in signals.forever() {
            let Some(signal) = Signal::from_named_raw(number) else { continue };
            // A signal to a process that has just ended reaches nobody.
            let _ = match number {
                SIGWINCH => sizes.as_ref().map_or(Ok(()), terminal::Sizes::update),
                SIGINT | SIGQUIT if is_group => kill_process_group(pid, signal),
                SIGINT | SIGQUIT => Ok(()),
                _ => kill_process(pid, signal),
            };
        }
    });
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
    /// Closed at its other end when the program has ended.
    ended: Arc<io::PipeReader>,
    threads: Vec<JoinHandle<()>>,
}

impl Relays {
    fn add(&mut self, source: Source, output: Output) {
        let filter = Filter::new(Arc::clone(&self.needles));
        let ended = Arc::clone(&self.ended);
        self.threads.push(thread::spawn(move || {
            let out: &mut dyn Write = match output {
                Output::Stdout => &mut io::stdout(),
                Output::Stderr => &mut io::stderr(),
            };
            relay(&source, out, filter, &ended);
        }));
    }

    fn finish(self) {
        for thread in self.threads {
            // One that failed has nothing left to show.
            let _ = thread.join();
        }
    }
}
