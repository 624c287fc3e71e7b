//! The exit codes: part of the command line's promise of compatibility.

/// How a command ended. `run` uses these until it becomes the command it starts.
/// The greater of two is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Done, nothing found.
    Done = 0,
    /// Done, and it found something: invalid, missing, drift, overdue, leaked.
    Findings = 1,
    /// The command line was wrong; a question was declined or could not be asked.
    Usage = 2,
    /// The manifest, schema or env file cannot be read.
    Unreadable = 3,
    /// Cannot decrypt, no identity fits, or the seal is broken.
    CannotDecrypt = 4,
    /// A store or server refused or is unreachable.
    Store = 5,
    /// Someone else changed it; nothing was written.
    Conflict = 6,
    /// A bug in envward.
    Bug = 70,
}

impl ExitCode {
    /// [`ExitCode::Findings`] if anything was found, else [`ExitCode::Done`].
    pub fn from_findings(found: bool) -> Self {
        if found { Self::Findings } else { Self::Done }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
