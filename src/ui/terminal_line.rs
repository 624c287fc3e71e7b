//! Reads one line from the terminal, and gives the terminal back as it was, also after Ctrl-C.
//!
//! While the question is open, Ctrl-C and Ctrl-\ end the line instead of the process: the command learns of
//! it, keeps what was answered before, and never leaves a terminal behind that does not show what is typed.

use std::fs::File;
use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::PromptError;
use crate::secret::Secret;

/// The longest line, with its end, that a terminal hands over; what is typed beyond is lost (`N_TTY_BUF_SIZE`).
const LONGEST: usize = 4096;

/// Ctrl-C and Ctrl-\, which end the line without an answer.
const INTERRUPTS: [u8; 2] = [0x03, 0x1c];

/// Puts a question and reads one line, without its end; `hidden`: not shown while it is typed.
pub(super) fn ask(terminal: &mut File, question: &str, hidden: bool) -> Result<Secret, PromptError> {
    let mut buffer = Zeroizing::new([0; LONGEST]);
    let length = {
        // Before the question is shown, so that no answer can be too early for it.
        let _mode = Mode::enter(terminal, hidden)?;
        terminal.write_all(question.as_bytes())?;
        // A terminal gives at most one line at a time.
        terminal.read(&mut *buffer)?
    };
    let line = buffer.get(..length).unwrap_or_default();
    match line.last() {
        None => return Err(PromptError::Declined),
        Some(last) if INTERRUPTS.contains(last) => {
            // What is said next begins on a line of its own.
            terminal.write_all(b"\n")?;
            return Err(PromptError::Declined);
        }
        Some(_) if length >= LONGEST - 1 => {
            return Err(PromptError::BadAnswer("is too long for a line of a terminal"));
        }
        Some(_) => {}
    }
    let text = std::str::from_utf8(line).map_err(|_| PromptError::BadAnswer("is not UTF-8"))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// The terminal's mode while a question is open; the former one comes back when it is dropped.
struct Mode {
    terminal: File,
    before: rustix::termios::Termios,
}

impl Mode {
    fn enter(terminal: &File, hidden: bool) -> Result<Self, PromptError> {
        use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
        let before = tcgetattr(terminal).map_err(std::io::Error::from)?;
        let mut mode = before.clone();
        mode.local_modes.remove(LocalModes::ISIG);
        let [interrupt, quit] = INTERRUPTS;
        mode.special_codes[SpecialCodeIndex::VEOL] = interrupt;
        mode.special_codes[SpecialCodeIndex::VEOL2] = quit;
        if hidden {
            mode.local_modes.remove(LocalModes::ECHO);
            // Only Enter is shown, so that what follows begins on a line of its own.
            mode.local_modes.insert(LocalModes::ECHONL);
        }
        tcsetattr(terminal, OptionalActions::Now, &mode).map_err(std::io::Error::from)?;
        Ok(Self { terminal: terminal.try_clone()?, before })
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ =
            rustix::termios::tcsetattr(&self.terminal, rustix::termios::OptionalActions::Now, &self.before);
    }
}
