//! Questions, asked on the terminal itself so that stdin stays free for data.
#![expect(clippy::disallowed_methods, reason = "the terminal is opened as a file")]

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};

use zeroize::Zeroizing;

use super::escape;
#[cfg(unix)]
use super::terminal_line::ask;
use crate::fs::MAX_FILE;
use crate::secret::Secret;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// `--no-input` was given.
    #[error("a question would have to be asked, and --no-input forbids it")]
    NoInput,
    /// There is no terminal to ask on.
    #[error("a question would have to be asked, and there is no terminal")]
    NoTerminal,
    /// The person ended it: Ctrl-C, Ctrl-D.
    #[error("the question was not answered")]
    Declined,
    /// What was typed cannot be a value.
    #[error("the answer {0}")]
    BadAnswer(&'static str),
    /// What came on standard input cannot be a value.
    #[error("the value on standard input {0}")]
    NotAValue(&'static str),
    /// The terminal failed.
    #[error("cannot ask on the terminal: {0}")]
    Io(#[from] io::Error),
}

/// Standard input to its end, less one line end.
pub(super) fn piped_secret() -> Result<Secret, PromptError> {
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(PromptError::NotAValue("is larger than 16 MiB"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| PromptError::NotAValue("is not UTF-8"))?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Secret::new(line))
}

/// Asks on the controlling terminal.
pub struct Prompter {
    no_input: bool,
}

impl Prompter {
    /// With `no_input` every question fails at once.
    pub fn new(no_input: bool) -> Self {
        Self { no_input }
    }

    /// Whether a question can be asked.
    pub fn can_ask(&self) -> bool {
        self.terminal().is_ok()
    }

    /// One line, shown while typed, without its line end. An empty line gives the default, if there is one.
    pub fn line(&self, question: &str, default: Option<&str>) -> Result<String, PromptError> {
        let mut terminal = self.terminal()?;
        let default_shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        let line = ask(&mut terminal, &format!("{question}{default_shown}: "), false)?;
        Ok(if line.is_empty() { default.unwrap_or_default().to_owned() } else { line.expose().to_owned() })
    }

    /// One line that is not shown.
    pub fn secret(&self, question: &str) -> Result<Secret, PromptError> {
        ask(&mut self.terminal()?, &format!("{question} (not shown): "), true)
    }

    /// Yes or no; Enter is no.
    pub fn confirm(&self, question: &str) -> Result<bool, PromptError> {
        let answer = self.line(&format!("{question} [y/N]"), None)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Shows a line that calls for something off the keyboard, such as touching a security key.
    pub fn show(&self, message: &str) -> Result<(), PromptError> {
        Ok(writeln!(self.terminal()?, "{}", escape(message))?)
    }

    fn terminal(&self) -> Result<File, PromptError> {
        if self.no_input {
            return Err(PromptError::NoInput);
        }
        // On Windows the console has two names; answers are read through stdin, or by the crate that hides them.
        let path = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
        let terminal =
            OpenOptions::new().read(true).write(true).open(path).map_err(|_| PromptError::NoTerminal)?;
        if terminal.is_terminal() { Ok(terminal) } else { Err(PromptError::NoTerminal) }
    }
}

/// Puts a question and reads one line, without its end; `hidden`: not shown while it is typed.
#[cfg(not(unix))]
fn ask(terminal: &mut File, question: &str, hidden: bool) -> Result<Secret, PromptError> {
    terminal.write_all(question.as_bytes())?;
    if hidden {
        return Ok(Secret::new(rpassword::read_password()?));
    }
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(PromptError::Declined);
    }
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
