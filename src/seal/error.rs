//! What can be wrong with a sealed file, its keys or its seal.

use std::path::{Path, PathBuf};

use super::{age_file, identity, keyring, recipients, sops};
use crate::suggest::closest;
use crate::ui::escape;
use crate::{approvals, dotenv, fs, git, ledger, rng};

/// A sealed file cannot be opened, is not to be believed, or cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// There is no sealed file.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The sealed file.
        path: PathBuf,
    },
    /// There is a sealed file already.
    #[error("{} exists already", path.display())]
    Exists {
        /// The sealed file.
        path: PathBuf,
    },
    /// The same variables were changed by someone else; nothing was written.
    #[error("changed on both sides: {}; nothing was written", escaped(names))]
    Conflict {
        /// The variables.
        names: Vec<String>,
    },
    /// Someone else changed the env file meanwhile; it was left alone.
    #[error("{} was changed meanwhile by someone else", path.display())]
    EnvFileChanged {
        /// The env file.
        path: PathBuf,
    },
    /// git tracks a file that is to hold plaintext, or failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The env file cannot be read.
    #[error(transparent)]
    EnvFile(#[from] dotenv::Error),
    /// A file in SOPS format cannot be read or written.
    #[error(transparent)]
    Sops(#[from] sops::Error),
    /// A file in age format does not open.
    #[error(transparent)]
    AgeFile(#[from] age_file::Error),
    /// No identity opens it.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// A recipient cannot be used.
    #[error(transparent)]
    Recipient(#[from] recipients::Error),
    /// The OS keyring cannot be used.
    #[error(transparent)]
    Keyring(#[from] keyring::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// What the user has confirmed cannot be read.
    #[error(transparent)]
    Approvals(#[from] approvals::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
    /// Any of these, about one file.
    #[error("{}: {error}", path.display())]
    In {
        /// The sealed file or key file.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// A recipient of the manifest cannot be used.
    #[error("recipient {name:?}: {error}")]
    NamedRecipient {
        /// Its name in the manifest, or the key itself.
        name: String,
        /// What is wrong with it.
        error: recipients::Error,
    },
    /// Nobody could open the file.
    #[error("nobody could open {}: it has no recipients", path.display())]
    NoRecipients {
        /// The sealed file.
        path: PathBuf,
    },
    /// A project's sealed file has no seal record.
    #[error("{} has no seal record, so nothing proves who wrote it", path.display())]
    NoRecord {
        /// The sealed file.
        path: PathBuf,
    },
    /// The seal record cannot be read.
    #[error("the seal record of {} is damaged", path.display())]
    Record {
        /// The sealed file.
        path: PathBuf,
    },
    /// The format is one of a newer envward.
    #[error("{} was written by a newer envward", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// The file belongs to another environment or project.
    #[error("{} was sealed for {environment:?} of project {project:?}, and was copied here", path.display())]
    OtherEnvironment {
        /// The sealed file.
        path: PathBuf,
        /// The project it was sealed for.
        project: String,
        /// The environment it was sealed for.
        environment: String,
    },
    /// The file was changed after it was sealed.
    #[error("the seal of {} is broken: it was changed without envward", path.display())]
    Altered {
        /// The sealed file.
        path: PathBuf,
    },
    /// The file was sealed by someone who does not know the project key.
    #[error("{} was not sealed by anyone who knows the project key of {environment}", path.display())]
    Forged {
        /// The sealed file.
        path: PathBuf,
        /// The environment.
        environment: String,
    },
    /// The file was sealed under a project key that was replaced since.
    #[error(
        "{} is stale: it was sealed under project key {key}, and the environment has key {current}",
        path.display()
    )]
    OldKey {
        /// The sealed file.
        path: PathBuf,
        /// Number of the key it was sealed under.
        key: u32,
        /// Number of the present one.
        current: u32,
    },
    /// The file with the project key is missing.
    #[error("the project key {} is missing", path.display())]
    NoProjectKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file with the project key does not hold one.
    #[error("{} does not hold a project key", path.display())]
    ProjectKey {
        /// The file.
        path: PathBuf,
    },
    /// The project key is another one than this machine knows, and nothing links the two.
    #[error(
        "{} holds project key {found}, but this machine knows {environment} by {}",
        path.display(),
        expected.join(" or ")
    )]
    ProjectKeyReplaced {
        /// The file with the project key.
        path: PathBuf,
        /// The environment.
        environment: String,
        /// The pins that would be right.
        expected: Vec<String>,
        /// The pin of the key that is there.
        found: String,
    },
    /// What stands in `ENVWARD_PROJECT_PIN` can be no pin.
    #[error("ENVWARD_PROJECT_PIN is not a pin: 32 digits from 0123456789abcdef")]
    MalformedPin,
    /// The ledger knows a newer file.
    #[error(
        "{} is stale: it is generation {generation}, and the ledger knows generation {newest}",
        path.display()
    )]
    Stale {
        /// The sealed file.
        path: PathBuf,
        /// Its generation.
        generation: u64,
        /// The newest generation that the ledger knows.
        newest: u64,
    },
    /// Any of these, about one file of a series.
    #[error(transparent)]
    InSeries(Box<Self>),
    /// A file of a series was sealed as another one of it.
    #[error("{} was sealed as number {number} and was copied here", path.display())]
    Renumbered {
        /// The file.
        path: PathBuf,
        /// What it was sealed as.
        number: u64,
    },
    /// A file in which envward remembers something is damaged.
    #[error("{} is damaged or was written by a newer envward", path.display())]
    State {
        /// The file.
        path: PathBuf,
    },
    /// The variable that was named is not there.
    #[error("there is no variable {}", escape(name))]
    NoVariable {
        /// Its name.
        name: String,
        /// The closest one there is.
        suggestion: Option<String>,
    },
    /// A variable of that name is there already.
    #[error("there is a variable {name} already")]
    VariableExists {
        /// Its name.
        name: String,
    },
    /// The schema says that the variable is secret.
    #[error("{name} is secret by the schema, so it stays encrypted")]
    Secret {
        /// Its name.
        name: String,
    },
    /// The file decides in its own way which variables are encrypted.
    #[error("{} says by another rule than a list of names what it encrypts", path.display())]
    ForeignSelector {
        /// The sealed file.
        path: PathBuf,
    },
    /// The file does not say who can open it, so it cannot be written for the same people.
    #[error("{} does not say who can open it", path.display())]
    UnknownRecipients {
        /// The sealed file.
        path: PathBuf,
    },
    /// One side of a merge replaced the project key, and the other went on with the old one.
    #[error("{} cannot be merged: {newer} has a new project key", path.display())]
    MergedKeys {
        /// The sealed file.
        path: PathBuf,
        /// The side with the newer key, as git calls it: ours or theirs.
        newer: &'static str,
        /// What the other side changed; empty where that cannot be told.
        names: Vec<String>,
    },
    /// Both sides of a merge changed who can open the file.
    #[error("{} cannot be merged: both sides changed who can read what", path.display())]
    MergedRecipients {
        /// The sealed file.
        path: PathBuf,
    },
    /// An older revision, which is no file that could be written.
    #[error("an older revision cannot be written")]
    Revision,
    /// The plaintext of an age file is not an env file.
    #[error("what {} decrypts to is not an env file", path.display())]
    Plaintext {
        /// The sealed file.
        path: PathBuf,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let adopt = "`envward seal --adopt` shows by name what another tool changed, and takes it in";
        match self {
            Self::File(error) => error.hint(),
            Self::EnvFile(error) => error.hint(),
            Self::Git(error) => error.hint(),
            Self::Sops(error) => error.hint(),
            Self::Identity(error) => error.hint(),
            Self::Recipient(error) | Self::NamedRecipient { error, .. } => error.hint(),
            Self::Keyring(error) => error.hint(),
            Self::Ledger(error) => error.hint(),
            Self::Approvals(error) => error.hint(),
            Self::In { error, .. } => error.hint(),
            Self::NoVariable { suggestion, .. } => {
                suggestion.as_ref().map(|name| format!("did you mean {}?", escape(name)))
            }
            Self::Missing { .. } => Some("run: envward seal".to_owned()),
            Self::Conflict { .. } => Some("decide with --take env or --take sealed".to_owned()),
            Self::EnvFileChanged { .. } => Some("run the command again".to_owned()),
            Self::NoRecord { .. } => Some(adopt.to_owned()),
            Self::Altered { path } => {
                Some(format!("take it back with `git checkout -- {}`; {adopt}", path.display()))
            }
            Self::Record { path }
            | Self::Forged { path, .. }
            | Self::OtherEnvironment { path, .. }
            | Self::NoProjectKey { path }
            | Self::ProjectKey { path } => {
                Some(format!("take it back with `git checkout -- {}`, or ask who changed it", path.display()))
            }
            Self::Stale { path, .. } | Self::OldKey { path, .. } => {
                Some(format!("take the newest {} from git; {adopt}", path.display()))
            }
            Self::ProjectKeyReplaced { found, .. } => Some(format!(
                "ask its author for the pin; if it is {found}, run once with ENVWARD_PROJECT_PIN={found}"
            )),
            Self::MalformedPin => Some("the last line of the author's `envward verify` shows it".to_owned()),
            Self::Newer { .. } => Some("install a newer envward".to_owned()),
            Self::State { path } => Some(format!("install a newer envward, or remove {}", path.display())),
            Self::InSeries(error) => match &**error {
                Self::Newer { .. } => error.hint(),
                _ => {
                    Some("take it back from git, or remove it: the version before it counts then".to_owned())
                }
            },
            Self::ForeignSelector { .. } => Some("change the rule with sops".to_owned()),
            Self::MergedKeys { path, newer, names } => Some(format!(
                "keep it whole: git checkout --{newer} -- {}; then make again what the other side changed{}{}",
                path.display(),
                if names.is_empty() { "" } else { ": " },
                escaped(names)
            )),
            Self::MergedRecipients { path } => Some(format!(
                "keep one side whole, with its .key.age: git checkout --ours or --theirs -- {}; then make again what the \
                 other side changed",
                path.display()
            )),
            Self::NoRecipients { .. } => Some("name them in the manifest, or with --recipient".to_owned()),
            Self::UnknownRecipients { .. } => Some("seal it anew with --recipient".to_owned()),
            Self::AgeFile(_)
            | Self::Random(_)
            | Self::Exists { .. }
            | Self::VariableExists { .. }
            | Self::Secret { .. }
            | Self::Revision
            | Self::Renumbered { .. }
            | Self::Plaintext { .. } => None,
        }
    }

    /// Whether it is only that the user has no identity that opens the file.
    pub fn lacks_identity(&self) -> bool {
        use identity::Error::{NoIdentity, NoneFits};
        match self {
            Self::In { error, .. } => error.lacks_identity(),
            Self::Identity(error) | Self::Sops(sops::Error::Identity(error)) => {
                matches!(error, NoIdentity { .. } | NoneFits { .. })
            }
            _ => false,
        }
    }

    /// A name that is none of the known ones.
    pub(super) fn no_variable<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let suggestion = closest(name, known).map(str::to_owned);
        Self::NoVariable { name: name.to_owned(), suggestion }
    }

    /// Says which file an error is about.
    pub(super) fn at<E: Into<Self>>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_owned();
        move |error| Self::In { path, error: Box::new(error.into()) }
    }
}

fn escaped(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}
