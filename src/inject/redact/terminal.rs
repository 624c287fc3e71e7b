//! The terminal of a program whose output is masked: it has the size and the settings of envward's own, which passes
//! every key on as it is.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use pty_process::Size;
use pty_process::blocking::Pty;
use rustix::process::{Signal, getpgrp, kill_process_group};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};

use super::Terminals;
use super::relay::Source;

/// The terminal of a program. When it is dropped, envward's own is as it was.
pub(super) struct Terminal {
    pty: Arc<Pty>,
    /// How envward's own terminal was, if it is the program's input.
    before: Option<Termios>,
}

/// What follows envward's own terminal, and gives it back for a while.
pub(super) struct Control {
    pty: Arc<Pty>,
    /// The terminal that has the size.
    own: OwnedFd,
    before: Option<Termios>,
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
        let _ = terminal.control()?.update_size();
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
            terminal.pass_keys_on(before, child.id())?;
        }
        Ok((child, terminal))
    }

    /// Another handle for what the program writes.
    pub(super) fn reader(&self) -> io::Result<Source> {
        self.pty.as_fd().try_clone_to_owned()
    }

    /// What follows envward's own terminal.
    pub(super) fn control(&self) -> io::Result<Control> {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let own = if tcgetwinsize(&stdout).is_ok() { stdout.as_fd() } else { stderr.as_fd() };
        let own = own.try_clone_to_owned()?;
        Ok(Control { pty: Arc::clone(&self.pty), own, before: self.before.clone() })
    }

    /// Passes on what is typed, byte for byte: it is the program's terminal that makes a signal of Ctrl-C. Only the key
    /// that stops programs is envward's own: in a session of its own nothing that the terminal sends stops the program.
    fn pass_keys_on(&mut self, before: Termios, child: u32) -> io::Result<()> {
        let raw = raw(&before);
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
                let keys = &keys[..count];
                let stop = stop_key(&pty, child).and_then(|key| keys.iter().position(|it| *it == key));
                let (before, after) = keys.split_at(stop.unwrap_or(count));
                let written = io::Write::write_all(&mut &*pty, before);
                if stop.is_some() {
                    // As the terminal would have: to whoever stands with envward in a pipeline, too.
                    let _ = kill_process_group(getpgrp(), Signal::TSTP);
                }
                let after = after.get(1..).unwrap_or_default();
                if written.and_then(|()| io::Write::write_all(&mut &*pty, after)).is_err() {
                    break;
                }
            }
        });
        Ok(())
    }
}

/// The key with which the terminal would stop the program itself; `None` while it makes no signals of keys, and while
/// another program has it, which a shell that knows how to stop it has started.
fn stop_key(pty: &Pty, child: u32) -> Option<u8> {
    let settings = tcgetattr(pty).ok().filter(|it| it.local_modes.contains(LocalModes::ISIG))?;
    let is_in_front = tcgetpgrp(pty).ok().and_then(|it| u32::try_from(it.as_raw_nonzero().get()).ok());
    let key = settings.special_codes[SpecialCodeIndex::VSUSP];
    // 0 says that there is none.
    (is_in_front == Some(child) && key != 0 && !ignores_stops(child)).then_some(key)
}

/// Whether the program has said that it does not want to be stopped, as shells do. Only Linux tells.
fn ignores_stops(child: u32) -> bool {
    let status = crate::fs::read_text(Path::new(&format!("/proc/{child}/status"))).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask >> (Signal::TSTP.as_raw() - 1) & 1 == 1
}

fn raw(settings: &Termios) -> Termios {
    let mut raw = settings.clone();
    raw.make_raw();
    raw
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // A terminal that is gone needs no restoring.
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
        }
    }
}

impl Control {
    /// Takes envward's own size over, which tells the program.
    pub(super) fn update_size(&self) -> rustix::io::Result<()> {
        let size = tcgetwinsize(&self.own)?;
        let size = Size::new_with_pixel(size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
        // The size is no more than a hint to the program.
        let _ = self.pty.resize(size);
        Ok(())
    }

    /// Leaves envward's own terminal as it was.
    pub(super) fn restore(&self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
        }
    }

    /// Takes it again, in whatever size it has now.
    pub(super) fn take_again(&self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &raw(before));
        }
        let _ = self.update_size();
    }
}
