//! Everything a person sees.
//!
//! The rules:
//! - stdout is the result, stderr is the talk. What a script would read goes to stdout, complete or not at all.
//! - Sentences begin in lower case after `error: `, `warning: `, `note: `, have no final period, and name the
//!   next step in a line of its own that starts with `help: `.
//! - Values are never handed to this room except as a result that was asked for by name.
//! - Text that comes from a file, an environment or a server goes through [`escape()`] before a person sees it.
//! - Everything can be understood without colour.
//! - A question is asked on the terminal itself, never on stdin, and not at all with `--no-input`.

mod escape;
mod json;
mod names;
mod progress;
mod prompt;
mod relative;
mod table;
#[cfg(unix)]
mod terminal_line;

use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

pub use escape::escape;
pub use json::write_json;
pub use progress::Progress;
pub use prompt::{PromptError, Prompter};
pub use relative::relative;
pub use table::Table;

use crate::secret::Secret;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The terminal, as far as a command may touch it.
pub struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    color_out: bool,
    color_err: bool,
    verbosity: i8,
    speaker: Option<&'static str>,
    prompter: Prompter,
}

impl Ui {
    /// Standard output and error of this process. `verbosity` is -1 for `-q`, else the number of `-v`.
    pub fn new(color: ColorChoice, no_color: bool, verbosity: i8, no_input: bool) -> Self {
        let wants = |terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !no_color,
        };
        Self {
            color_out: wants(io::stdout().is_terminal()),
            color_err: wants(io::stderr().is_terminal()),
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            verbosity,
            speaker: None,
            prompter: Prompter::new(no_input),
        }
    }

    /// From now on every line of the talk begins with that name, where other programs talk too.
    pub fn speak_as(&mut self, name: &'static str) {
        self.speaker = Some(name);
    }

    /// Whether the result may be coloured.
    pub fn colors_result(&self) -> bool {
        self.color_out
    }

    /// Writes a part of the result to stdout as it is. The error is an [`io::Error`] so that the caller can
    /// tell a closed pipe, which ends a command quietly, from a full disk.
    pub fn result(&mut self, text: &str) -> io::Result<()> {
        self.result_bytes(text.as_bytes())
    }

    /// Writes a part of the result to stdout, byte for byte.
    pub fn result_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// Where a result goes that is too long to be held, beside the bar of the work that makes it.
    pub fn result_stream(&self, progress: &Progress) -> Box<dyn Write> {
        Box::new(BufWriter::new(progress.aside_of(io::stdout())))
    }

    /// Begins to show how far work on so many things is. Not with `-q`.
    pub fn progress(&self, total: usize, things: &'static str) -> Progress {
        Progress::new(total, things, self.verbosity >= 0)
    }

    /// Says what was done. Not with `-q`.
    pub fn say(&mut self, text: &str) {
        if self.verbosity >= 0 {
            self.talk(None, text);
        }
    }

    /// Says names under a heading of at most nine characters, if there are any. Not with `-q`.
    pub fn say_names(&mut self, heading: &str, names: &[String]) {
        if !names.is_empty() {
            let intro = format!("  {heading:<9} ");
            self.say(&names::wrapped(&intro, names, intro.chars().count(), columns()));
        }
    }

    /// A note that ends in names. Not with `-q`.
    pub fn note_names(&mut self, intro: &str, names: &[String]) {
        self.note(&names_after(&format!("{intro}: "), names));
    }

    /// Says a detail, with `-v` only.
    pub fn detail(&mut self, text: &str) {
        if self.verbosity >= 1 {
            self.talk(None, text);
        }
    }

    /// Something the reader may want to know. Not with `-q`.
    pub fn note(&mut self, text: &str) {
        if self.verbosity >= 0 {
            self.talk(Some(("note", AnsiColor::Cyan)), text);
        }
    }

    /// Something that is probably not what the reader wants. Also with `-q`.
    pub fn warn(&mut self, text: &str) {
        self.talk(Some(("warning", AnsiColor::Yellow)), text);
    }

    /// Why the command failed. Also with `-q`.
    pub fn error(&mut self, text: &str) {
        self.talk(Some(("error", AnsiColor::Red)), text);
    }

    /// The next step, below an error, a warning or a note.
    pub fn help(&mut self, text: &str) {
        self.talk(Some(("help", AnsiColor::Green)), text);
    }

    /// Asks for one line in the clear. `default` is what Enter gives.
    pub fn ask(&mut self, question: &str, default: Option<&str>) -> Result<String, PromptError> {
        self.prompter.line(question, default)
    }

    /// Asks for a secret; what is typed is not shown.
    pub fn ask_secret(&mut self, question: &str) -> Result<Secret, PromptError> {
        self.prompter.secret(question)
    }

    /// A value as data: standard input if that is not a terminal, less one line end; else asked for like
    /// [`Ui::ask_secret`]. Standard input may hold at most 16 MiB of UTF-8.
    pub fn secret_from_stdin_or_prompt(&mut self, question: &str) -> Result<Secret, PromptError> {
        if io::stdin().is_terminal() { self.prompter.secret(question) } else { prompt::piped_secret() }
    }

    /// Asks yes or no. Enter is no.
    pub fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        self.prompter.confirm(question)
    }

    /// Whether the result goes to a person rather than into a file or another program.
    pub fn result_is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether the result goes into a file.
    pub fn result_is_file(&self) -> bool {
        #[cfg(unix)]
        return rustix::fs::fstat(io::stdout())
            .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file());
        #[cfg(not(unix))]
        false
    }

    /// Whether a question can be asked at all.
    pub fn can_ask(&self) -> bool {
        self.prompter.can_ask()
    }

    /// Whatever the text quotes, such as a path, no character of it does anything to a terminal.
    fn talk(&mut self, label: Option<(&str, AnsiColor)>, text: &str) {
        let text = text.split('\n').map(escape).collect::<Vec<_>>().join("\n");
        let line = match label {
            None => format!("{text}\n"),
            Some((label, color)) if self.color_err => {
                let style = Style::new().bold().fg_color(Some(color.into()));
                format!("{style}{label}{style:#}: {text}\n")
            }
            Some((label, _)) => format!("{label}: {text}\n"),
        };
        let line = match self.speaker {
            Some(speaker) => format!("{speaker}: {line}"),
            None => line,
        };
        // Nobody is left to be told that stderr is gone.
        let _ = self.err.write_all(line.as_bytes());
    }
}

/// `intro` and the names after it, as lines of the talk; all but the first begin two blanks in.
pub fn names_after(intro: &str, names: &[String]) -> String {
    names::wrapped(intro, names, 2, columns())
}

/// A text in lines that fit the terminal, `indent` blanks in.
pub fn paragraph(text: &str, indent: usize) -> String {
    names::paragraph(text, indent, columns())
}

/// How wide a line of the talk may be.
fn columns() -> usize {
    terminal_columns().unwrap_or(names::COLUMNS)
}

/// The width of the terminal that stderr is; `None` if it is none, or one that does not say.
#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0).then(|| size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}
