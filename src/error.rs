//! The only place where an error becomes an exit code.

use std::io;
use std::path::{Path, PathBuf};

use crate::exit_code::ExitCode;
use crate::ui::{self, PromptError};
use crate::{
    approvals, dotenv, editor, export, fs, generate, git, import, inject, manifest, rng, rotation, scan,
    schema, seal, store, sync,
};

/// Why a command failed. Each room has an error type of its own; this one gathers them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line asks for something that makes no sense.
    #[error("{message}")]
    Usage {
        /// What is wrong with it.
        message: String,
        /// What to do instead.
        help: Option<String>,
    },
    /// A question was declined or could not be asked.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The result could not be written to stdout.
    #[error("cannot write the result: {0}")]
    Output(#[source] io::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// An env file cannot be used.
    #[error(transparent)]
    EnvFile(#[from] dotenv::Error),
    /// An environment has neither an env file nor a sealed file.
    #[error(
        "environment {environment} has no values: neither {} nor {} exists",
        escaped(env_file),
        escaped(sealed)
    )]
    NoValues {
        /// The environment.
        environment: String,
        /// Where its env file would be.
        env_file: PathBuf,
        /// Where its sealed file would be.
        sealed: PathBuf,
    },
    /// The manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    /// The schema cannot be used.
    #[error(transparent)]
    Schema(#[from] schema::Error),
    /// A sealed file cannot be opened, believed or written.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// A store did not do what it was asked to.
    #[error("store {name}: {error}")]
    Store {
        /// The store's name in the manifest.
        name: String,
        /// What happened.
        #[source]
        error: Box<store::Error>,
    },
    /// An environment and a store were not synced.
    #[error(transparent)]
    Sync(#[from] sync::Error),
    /// What the user has confirmed cannot be read or written.
    #[error(transparent)]
    Approvals(#[from] approvals::Error),
    /// Something about rotation failed.
    #[error(transparent)]
    Rotation(#[from] rotation::Error),
    /// The environment cannot be written in a form.
    #[error(transparent)]
    Export(#[from] export::Error),
    /// A file of another tool cannot be taken over.
    #[error(transparent)]
    Import(#[from] import::Error),
    /// The baseline of `scan` cannot be used.
    #[error(transparent)]
    Baseline(#[from] scan::baseline::Error),
    /// A program was not started.
    #[error(transparent)]
    Inject(#[from] inject::Error),
    /// The text was not edited.
    #[error(transparent)]
    Editor(#[from] editor::Error),
    /// git is missing or failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
    /// No value was made.
    #[error(transparent)]
    Generate(#[from] generate::Error),
}

impl Error {
    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }

    /// A mistake on the command line, with what to do instead.
    pub fn usage_with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// The exit code it ends the process with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage { .. }
            | Self::Prompt(_)
            | Self::Manifest(manifest::Error::UnknownEnvironment { .. } | manifest::Error::NoEnvironment) => {
                ExitCode::Usage
            }
            Self::File(fs::Error::Locked { .. } | fs::Error::Changed { .. }) => ExitCode::Conflict,
            Self::EnvFile(dotenv::Error::Unportable { .. }) => ExitCode::Findings,
            Self::Export(error) => export_exit_code(error),
            Self::Seal(error) => sealed_exit_code(error),
            Self::Store { error, .. } => store_exit_code(error),
            Self::Approvals(error) => approvals_exit_code(error),
            Self::Sync(error) => sync_exit_code(error),
            Self::Import(error) => import_exit_code(error),
            Self::Inject(error) => inject_exit_code(error),
            Self::Generate(error) => generate_exit_code(error),
            Self::Rotation(error) => rotation_exit_code(error),
            Self::File(_)
            | Self::EnvFile(_)
            | Self::NoValues { .. }
            | Self::Manifest(_)
            | Self::Schema(_)
            | Self::Git(_)
            | Self::Output(_)
            | Self::Baseline(_)
            | Self::Editor(editor::Error::File(_)) => ExitCode::Unreadable,
            Self::Editor(editor::Error::Random(_)) | Self::Random(_) => ExitCode::Bug,
            Self::Editor(_) => ExitCode::Usage,
        }
    }

    /// The next step, if there is one to name.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Usage { help, .. } => help.clone(),
            Self::Prompt(PromptError::NoInput | PromptError::NoTerminal) => {
                Some("see --help for the flags that answer it in advance".to_owned())
            }
            Self::File(error) => error.hint(),
            Self::NoValues { environment, .. } => Some(format!("run: envward bootstrap -e {environment}")),
            Self::EnvFile(error) => error.hint(),
            Self::Manifest(error) => error.hint(),
            Self::Schema(error) => error.hint(),
            Self::Seal(error) => error.hint(),
            Self::Store { error, .. } => error.hint(),
            Self::Sync(error) => error.hint(),
            Self::Generate(error) => error.hint(),
            Self::Inject(error) => error.hint(),
            Self::Git(error) => error.hint(),
            Self::Editor(error) => error.hint(),
            Self::Approvals(error) => error.hint(),
            Self::Rotation(error) => error.hint(),
            Self::Export(error) => error.hint(),
            Self::Import(error) => error.hint(),
            Self::Baseline(error) => error.hint(),
            Self::Prompt(_) | Self::Output(_) | Self::Random(_) => None,
        }
    }

    /// Whether stdout was closed by its reader, which ends a command without a word.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn escaped(path: &Path) -> String {
    ui::escape(&path.display().to_string()).into_owned()
}

fn sealed_exit_code(error: &seal::Error) -> ExitCode {
    use seal::{Error, sops};
    match error {
        Error::In { error, .. } | Error::InSeries(error) => sealed_exit_code(error),
        Error::Approvals(error) => approvals_exit_code(error),
        Error::Conflict { .. }
        | Error::MergedKeys { .. }
        | Error::MergedRecipients { .. }
        | Error::EnvFileChanged { .. }
        | Error::File(fs::Error::Locked { .. } | fs::Error::Changed { .. }) => ExitCode::Conflict,
        Error::Random(_) | Error::Sops(sops::Error::Random(_)) => ExitCode::Bug,
        Error::File(_)
        | Error::Missing { .. }
        | Error::EnvFile(_)
        | Error::Git(_)
        | Error::Ledger(_)
        | Error::State { .. }
        | Error::Plaintext { .. }
        | Error::Sops(
            sops::Error::Name { .. } | sops::Error::NotStorable { .. } | sops::Error::CommentBreak,
        ) => ExitCode::Unreadable,
        Error::Recipient(_)
        | Error::Identity(
            seal::identity::Error::KeyFileExists { .. }
            | seal::identity::Error::InKeyring
            | seal::identity::Error::KeyAsPath
            | seal::identity::Error::NoHome,
        )
        | Error::MalformedPin
        | Error::NamedRecipient { .. }
        | Error::NoRecipients { .. }
        | Error::Exists { .. }
        | Error::NoVariable { .. }
        | Error::VariableExists { .. }
        | Error::Secret { .. }
        | Error::ForeignSelector { .. }
        | Error::UnknownRecipients { .. }
        | Error::Revision => ExitCode::Usage,
        _ => ExitCode::CannotDecrypt,
    }
}

fn store_exit_code(error: &store::Error) -> ExitCode {
    use store::Error;
    match error {
        Error::Moved { .. } => ExitCode::Conflict,
        Error::Seal(error) => sealed_exit_code(error),
        Error::FormerKey { .. } => ExitCode::CannotDecrypt,
        Error::Definition { .. } | Error::Configuration { .. } => ExitCode::Unreadable,
        Error::OtherAddress { .. } | Error::Unsupported { .. } => ExitCode::Usage,
        Error::Random(_) => ExitCode::Bug,
        _ => ExitCode::Store,
    }
}

fn approvals_exit_code(error: &approvals::Error) -> ExitCode {
    match error {
        approvals::Error::File(fs::Error::Locked { .. }) => ExitCode::Conflict,
        approvals::Error::NoHome | approvals::Error::NotHashes => ExitCode::Usage,
        _ => ExitCode::Unreadable,
    }
}

fn sync_exit_code(error: &sync::Error) -> ExitCode {
    use sync::Error;
    match error {
        Error::Conflict { .. } | Error::Outdated { .. } | Error::File(fs::Error::Locked { .. }) => {
            ExitCode::Conflict
        }
        Error::State { .. } | Error::NotAPlan { .. } | Error::File(_) => ExitCode::Unreadable,
        Error::Store(error) => store_exit_code(error),
        Error::Seal(error) => sealed_exit_code(error),
        Error::Random(_) => ExitCode::Bug,
    }
}

fn rotation_exit_code(error: &rotation::Error) -> ExitCode {
    match error {
        rotation::Error::Seal(error) => sealed_exit_code(error),
        rotation::Error::File(fs::Error::Locked { .. })
        | rotation::Error::Busy { .. }
        | rotation::Error::Unsealed { .. }
        | rotation::Error::Foreign { .. } => ExitCode::Conflict,
        rotation::Error::Partial { .. } => ExitCode::Store,
        rotation::Error::Recorded { .. } | rotation::Error::NoWayBack { .. } => ExitCode::Usage,
        rotation::Error::Driver { error, .. }
        | rotation::Error::NotEnded { error, .. }
        | rotation::Error::NotTakenBack { error, .. } => driver_exit_code(error),
        _ => ExitCode::Unreadable,
    }
}

fn driver_exit_code(error: &rotation::drivers::Error) -> ExitCode {
    use rotation::drivers::Error;
    match error {
        Error::Setup { .. } => ExitCode::Unreadable,
        Error::Generate(error) => generate_exit_code(error),
        _ => ExitCode::Store,
    }
}

fn import_exit_code(error: &import::Error) -> ExitCode {
    use import::Error;
    match error {
        Error::In { error, .. } => import_exit_code(error),
        Error::Unknown | Error::Ambiguous { .. } | Error::Service { .. } => ExitCode::Usage,
        Error::Conflict { .. } => ExitCode::Conflict,
        Error::Seal(error) => sealed_exit_code(error),
        Error::NoPrivateKey { .. }
        | Error::LockedKey { .. }
        | Error::NotAPrivateKey { .. }
        | Error::ForeignKeys { .. }
        | Error::Undecryptable { .. } => ExitCode::CannotDecrypt,
        _ => ExitCode::Unreadable,
    }
}

fn export_exit_code(error: &export::Error) -> ExitCode {
    match error {
        export::Error::Option { .. } => ExitCode::Usage,
        export::Error::File(_) => ExitCode::Unreadable,
        export::Error::NotReadBack { .. } => ExitCode::Bug,
        export::Error::Refused { .. } | export::Error::Whole { .. } => ExitCode::Findings,
    }
}

fn inject_exit_code(error: &inject::Error) -> ExitCode {
    match error {
        inject::Error::Refused(_) | inject::Error::Nul { .. } | inject::Error::TooLong { .. } => {
            ExitCode::Findings
        }
        inject::Error::UnknownName { .. }
        | inject::Error::NotFound { .. }
        | inject::Error::NoFile { .. }
        | inject::Error::Start { .. } => ExitCode::Usage,
        inject::Error::Output { .. } => ExitCode::Unreadable,
    }
}

fn generate_exit_code(error: &generate::Error) -> ExitCode {
    match error {
        generate::Error::NotOfType { .. } => ExitCode::Unreadable,
        generate::Error::Random(_) | generate::Error::Failed { .. } => ExitCode::Bug,
        _ => ExitCode::Usage,
    }
}
