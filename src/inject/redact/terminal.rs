//! The terminal of a program whose output is masked: it has the size and the settings of envward's own, which passes
//! every key on as it is.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use pty_process::Size;
use pty_process::blocking::Pty;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::Terminals;
use super::relay::Source;

/// The terminal of a program. When it is dropped, envward's own is as it was.
pub(super) struct Terminal {
    pty: Arc<Pty>,
    /// How envward's own terminal was, if it is the program's input.
    before: Option<Termios>,
}

/// Keeps the size of the program's terminal that of envward's own.
pub(super) struct Sizes {
    pty: Arc<Pty>,
    own: OwnedFd,
}

impl Terminal {
    /// Starts the program on a terminal of its own; what envward has no terminal for is a pipe, or its own input.
    pub(super) fn start(command: Command, terminals: Terminals) -> io::Result<(Child, Self)> {
        let (pty, pts) = pty_process::blocking::open().map_err(io::Error::other)?;
        let mut terminal = Self { pty: Arc::new(pty), before: None };
        let before = if terminals.stdin { Some(tcgetattr(io::stdin())?) } else { None };
        if let Some(before) = &before {
            tcsetattr(&*terminal.pty, OptionalActions::Now, before)?;
        }
        // One that does not tell its size is none that anything is drawn on.
        let _ = terminal.sizes()?.update();
        let mut command = pty_process::blocking::Command::from(command);
        if !terminals.stdin {
            command = command.stdin(Stdio::inherit());
        }
        if !terminals.stdout {
            command = command.stdout(Stdio::piped());
        }
        if !terminals.stderr {
            command = command.stderr(Stdio::piped());
        }
        let child = command.spawn(pts).map_err(|error| match error {
            pty_process::Error::Io(source) => source,
            other @ pty_process::Error::Rustix(_) => io::Error::other(other),
        })?;
        if let Some(before) = before {
            terminal.pass_keys_on(before)?;
        }
        Ok((child, terminal))
    }

    /// Another handle for what the program writes.
    pub(super) fn reader(&self) -> io::Result<Source> {
        self.pty.as_fd().try_clone_to_owned()
    }

    /// What keeps its size that of envward's own.
    pub(super) fn sizes(&self) -> io::Result<Sizes> {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let own = if tcgetwinsize(&stdout).is_ok() { stdout.as_fd() } else { stderr.as_fd() };
        Ok(Sizes { pty: Arc::clone(&self.pty), own: own.try_clone_to_owned()? })
    }

    /// Passes on what is typed, byte for byte: it is the program's terminal that makes a signal of Ctrl-C.
    fn pass_keys_on(&mut self, before: Termios) -> io::Result<()> {
        let mut raw = before.clone();
        raw.make_raw();
        // A panic ends the process without destructors.
        let hook = std::panic::take_hook();
        let restored = before.clone();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &restored);
            hook(panic);
        }));
        self.before = Some(before);
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let pty = Arc::clone(&self.pty);
        thread::spawn(move || {
            let mut keys = [0; 4096];
            while let Ok(count @ 1..) = rustix::io::retry_on_intr(|| rustix::io::read(io::stdin(), &mut keys))
            {
                if io::Write::write_all(&mut &*pty, &keys[..count]).is_err() {
                    break;
                }
            }
        });
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // A terminal that is gone needs no restoring.
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
        }
    }
}

impl Sizes {
    /// Takes envward's own size over, which tells the program.
    pub(super) fn update(&self) -> rustix::io::Result<()> {
        let size = tcgetwinsize(&self.own)?;
        let size = Size::new_with_pixel(size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
        // The size is no more than a hint to the program.
        let _ = self.pty.resize(size);
        Ok(())
    }
}
