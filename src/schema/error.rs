//! What can be wrong with a schema.

use std::fmt;
use std::path::PathBuf;

use crate::fs;
use crate::toml_text::Problem;
use crate::ui;

/// How many faults are reported at most.
pub(super) const MAX_FAULTS: usize = 50;

/// A schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// No built-in schema has that name.
    #[error("there is no built-in schema {:?}", ui::escape(name))]
    UnknownBuiltin {
        /// The name that was asked for.
        name: String,
        /// The closest one there is.
        suggestion: Option<&'static str>,
    },
    /// It is not what a schema must be. Every fault that was found, in the order of the files.
    #[error(transparent)]
    Invalid(Faults),
}

/// One thing that is wrong in a schema. Holds none of the file's text but names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it should be shown; `builtin:NAME` for a built-in schema.
    pub file: PathBuf,
    /// Where, what, and what to write instead.
    pub problem: Problem,
}

/// At least one fault. Shown one per line, with the help of each but the last below it; that of the last is
/// the [`Error::hint`].
#[derive(Debug, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::UnknownBuiltin { suggestion, .. } => {
                suggestion.map(|name| format!("did you mean \"builtin:{name}\"?"))
            }
            Self::Invalid(Faults(faults)) => faults.last()?.problem.help.clone(),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                if let Some(help) = &self.0[index - 1].problem.help {
                    write!(formatter, "\n  help: {help}")?;
                }
                writeln!(formatter)?;
            }
            fault.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { line, column, message, .. } = &self.problem;
        let file = self.file.display().to_string();
        write!(formatter, "{}:{line}:{column}: {message}", ui::escape(&file))
    }
}
