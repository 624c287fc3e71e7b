//! Why a program is not started.

use std::io;

/// A program cannot be started with this environment. Names variables, never values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `--only` or `--except` names a variable that is not there.
    #[error("{flag} names {name}, which this environment does not have")]
    UnknownName {
        /// The flag.
        flag: &'static str,
        /// The name, escaped.
        name: String,
        /// The closest one there is.
        suggestion: Option<String>,
    },
    /// The environment sets names that only the user may set.
    #[error("{}", hazards(.0))]
    Refused(Vec<(String, &'static str)>),
    /// A value holds NUL, which ends every text of an environment.
    #[error("{name} holds a NUL byte, which no environment can carry")]
    Nul {
        /// The variable.
        name: String,
    },
    /// `NAME=value` is longer than a kernel takes.
    #[error("{name} is too long to be handed to a program: NAME=value must stay under 131,072 bytes")]
    TooLong {
        /// The variable.
        name: String,
    },
    /// No such command.
    #[error("cannot find the command {name:?}")]
    NotFound {
        /// The command as given.
        name: String,
    },
    /// The file that was named as the command is not there.
    #[error("cannot find the command {name:?}: the file does not exist")]
    NoFile {
        /// The command as given.
        name: String,
    },
    /// What the command printed cannot be written, so that some of it is lost.
    #[error("cannot write what the command printed: {source}")]
    Output {
        /// The operating system's reason.
        source: io::Error,
    },
    /// The command is there but cannot be run.
    #[error("cannot run {name:?}: {source}")]
    Start {
        /// The command as given.
        name: String,
        /// The operating system's reason.
        source: io::Error,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownName { suggestion, .. } => {
                suggestion.as_ref().map(|name| format!("did you mean {name}?"))
            }
            Self::Refused(names) => {
                let flags: Vec<_> = names.iter().map(|(name, _)| format!("--allow-name {name}")).collect();
                Some(format!("if that is what you want, add: {}", flags.join(" ")))
            }
            Self::TooLong { .. } => Some("put the value into a file and hand over its path".to_owned()),
            Self::NotFound { name } | Self::NoFile { name } if name.contains(char::is_whitespace) => Some(
                "give the command and its arguments as separate words, without quotes round them".to_owned(),
            ),
            Self::NotFound { .. } => {
                Some("it was looked up in the PATH that envward was started with".to_owned())
            }
            Self::Start { source, .. } if source.kind() == io::ErrorKind::ArgumentListTooLong => {
                Some("hand over fewer variables with --only or --except".to_owned())
            }
            Self::NoFile { .. } | Self::Nul { .. } | Self::Output { .. } | Self::Start { .. } => None,
        }
    }
}

fn hazards(names: &[(String, &'static str)]) -> String {
    let each: Vec<_> = names.iter().map(|(name, why)| format!("{name} is refused: {why}")).collect();
    each.join("; ")
}
