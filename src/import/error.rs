//! Why a file of another tool cannot be read.

use crate::ui::{escape, names_after};
use crate::{dotenv, seal};

/// A file cannot be taken over. Holds no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Any of these, about one file.
    #[error("{}: {error}", escape(file))]
    In {
        /// The file, as it is to be shown.
        file: String,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// The text is not of its form.
    #[error("line {line}: {message}")]
    Malformed {
        /// Line, from 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// It is not UTF-8.
    #[error("is not valid UTF-8 (first bad byte at offset {offset})")]
    NotUtf8 {
        /// Offset of the first bad byte, from 0.
        offset: usize,
    },
    /// No kind of file looks like it.
    #[error("cannot tell which tool it is from")]
    Unknown,
    /// More than one kind of file looks like it.
    #[error("it could be from {}", kinds.join(" or "))]
    Ambiguous {
        /// The kinds.
        kinds: Vec<&'static str>,
    },
    /// It is not what `--as` says.
    #[error("it is no file of {kind}: {problem}")]
    NotOfKind {
        /// The kind.
        kind: &'static str,
        /// What is missing.
        problem: &'static str,
    },
    /// There are several services, and none was chosen; or not the one that was.
    #[error("{}", names_after("which service? it has ", services))]
    Service {
        /// The services with an environment.
        services: Vec<String>,
    },
    /// More variables than any environment has.
    #[error("it has more than 200,000 variables")]
    TooMany,
    /// A program does not read it.
    #[error("{reader} {problem}")]
    Reader {
        /// The program.
        reader: String,
        /// What it does instead.
        problem: &'static str,
    },
    /// It is no dotenv file.
    #[error("{0}")]
    Dotenv(dotenv::Problems),
    /// sops sealed it, and it does not open.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// dotenvx encrypted it, and there is no private key.
    #[error("there is no private key for it")]
    NoPrivateKey {
        /// The variables that could hold one.
        names: Vec<String>,
    },
    /// The private key itself is locked.
    #[error("the private key in {name} is locked with a passphrase")]
    LockedKey {
        /// The variable that holds it.
        name: String,
    },
    /// What should be a private key is none.
    #[error("{name} is not a private key of dotenvx")]
    NotAPrivateKey {
        /// The variable that holds it.
        name: String,
    },
    /// Another user's file lies where the private keys would be.
    #[error("{} belongs to another user, whose keys are not used", escape(file))]
    ForeignKeys {
        /// The file.
        file: String,
    },
    /// The environment has other values.
    #[error("{}", names_after("the environment has other values; nothing was written: ", names))]
    Conflict {
        /// The variables.
        names: Vec<String>,
    },
    /// Values do not open with the private key.
    #[error("{}", names_after("cannot be decrypted with the private key: ", names))]
    Undecryptable {
        /// The variables.
        names: Vec<String>,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::In { error, .. } => return error.hint(),
            Self::Unknown | Self::Ambiguous { .. } => {
                "say so with --as KIND; `envward import --help` has them all"
            }
            Self::Service { .. } => "choose one with --service NAME",
            Self::Dotenv(_) => "--reader NAME reads it as another program does, such as --reader ruby-dotenv",
            Self::Seal(error) => return error.hint(),
            Self::NoPrivateKey { names } => {
                return Some(format!(
                    "set {}, or have .env.keys beside the file",
                    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(" or ")
                ));
            }
            Self::LockedKey { .. } => "unlock it with dotenvx, and import the file then",
            Self::NotAPrivateKey { .. } => "it has 64 hexadecimal digits",
            Self::ForeignKeys { .. } => "hand the key over in DOTENV_PRIVATE_KEY…, if you trust it",
            Self::Conflict { .. } => "take those of the file with --overwrite NAME,… or --overwrite all",
            Self::Undecryptable { .. } => "they were encrypted to another key, or changed",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
