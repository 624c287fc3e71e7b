//! Signals that envward gets in place of the program, and Ctrl-Z.

use std::io;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, getppid, getsid, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::Signals;

use super::terminal::Control;

/// Signals that are passed on.
const PASSED_ON: [i32; 8] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH];

/// How long a process that stops itself may take until it stands.
const STOPPING: Duration = Duration::from_millis(20);

/// Signals are kept until it is known whom they are for.
pub(super) struct Signalling(Signals);

/// Tells that the program has ended.
pub(super) struct Ended(Arc<AtomicBool>);

/// Who gets the signals.
struct Receiver {
    pid: Pid,
    /// Whether the program leads a group, which the terminal of envward sends nothing to.
    is_group: bool,
    control: Option<Control>,
    ended: Arc<AtomicBool>,
}

impl Signalling {
    /// Takes signals from now on.
    pub(super) fn begin() -> io::Result<Self> {
        Ok(Self(Signals::new(PASSED_ON)?))
    }

    /// Passes signals on as long as envward lives.
    pub(super) fn pass_on(mut self, child: &Child, control: Option<Control>, is_group: bool) -> Ended {
        let ended = Arc::new(AtomicBool::new(false));
        let told = Ended(Arc::clone(&ended));
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return told };
        let receiver = Receiver { pid, is_group, control, ended };
        thread::spawn(move || {
            for number in self.0.forever() {
                receiver.get(number);
            }
        });
        told
    }
}

impl Ended {
    /// From now on a signal that ends programs ends envward, which only waits for what was left in the background.
    pub(super) fn say(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Receiver {
    fn get(&self, number: i32) {
        let Some(signal) = Signal::from_named_raw(number) else { return };
        if self.ended.load(Ordering::SeqCst) && matches!(number, SIGHUP | SIGINT | SIGQUIT | SIGTERM) {
            self.end(number, signal);
        }
        // A signal to a process that has just ended reaches nobody.
        let _ = match number {
            SIGWINCH => self.control.as_ref().map_or(Ok(()), Control::update_size),
            SIGTSTP => self.stop(),
            SIGINT | SIGQUIT if self.is_group => kill_process_group(self.pid, signal),
            SIGINT | SIGQUIT => Ok(()),
            _ if self.ended.load(Ordering::SeqCst) => Ok(()),
            _ => kill_process(self.pid, signal),
        };
    }

    /// Ends envward as the signal would have.
    #[expect(clippy::disallowed_methods, reason = "the exit code is that of a signal")]
    fn end(&self, number: i32, signal: Signal) {
        if self.is_group {
            let _ = kill_process_group(self.pid, signal);
        }
        if let Some(control) = &self.control {
            control.restore();
        }
        std::process::exit(128 + number);
    }

    /// Stops the program and then envward, until somebody lets envward go on. In a session without anybody who would,
    /// the kernel stops nobody either.
    fn stop(&self) -> rustix::io::Result<()> {
        let session = getsid(None)?;
        if !getppid().is_some_and(|parent| getsid(Some(parent)) == Ok(session)) {
            return Ok(());
        }
        if self.is_group {
            // On a terminal of its own it is alone in a session, where no other signal stops it.
            let signal = if self.control.is_some() { Signal::STOP } else { Signal::TSTP };
            kill_process_group(self.pid, signal)?;
        }
        if let Some(control) = &self.control {
            control.restore();
        }
        kill_process(getpid(), Signal::STOP)?;
        thread::sleep(STOPPING);
        if let Some(control) = &self.control {
            control.take_again();
        }
        if self.is_group { kill_process_group(self.pid, Signal::CONT) } else { Ok(()) }
    }
}
