//! What can go wrong with a store. No message holds a value, a token, or the body of an answer.

use jiff::Timestamp;

use super::Version;
use crate::{rng, seal};

/// A store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer: no such host, refused, timed out, TLS failed.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// The server.
        address: String,
        /// Why, in a few words.
        reason: String,
    },
    /// The server sends the request on to another address, to which no credential is sent.
    #[error("{address} sends requests on to {to}")]
    Redirected {
        /// The server.
        address: String,
        /// Where it points to, safe to be shown.
        to: String,
    },
    /// The server is sealed, or not initialised.
    #[error("{address} is sealed: it serves nothing before it is unsealed")]
    Sealed {
        /// The server.
        address: String,
    },
    /// The login was refused, or the token is not good any more.
    #[error("{what} was refused: {reason}")]
    Unauthenticated {
        /// What was refused, such as `the token of VAULT_TOKEN`.
        what: String,
        /// Why, in a few words of our own.
        reason: String,
        /// What to do.
        help: Option<String>,
    },
    /// No credential was found.
    #[error("no credential for {address}: {tried}")]
    NoCredential {
        /// The server.
        address: String,
        /// What was looked for and where.
        tried: String,
    },
    /// What was obtained for the work is still good.
    #[error("the token of {what} could not be given back: {error}")]
    NotGivenBack {
        /// What it was obtained by.
        what: String,
        /// Why not.
        error: Box<Error>,
    },
    /// The login is good, but may not do this.
    #[error("the login may not {action} {path}")]
    Forbidden {
        /// `read`, `write`, `list`, …
        action: &'static str,
        /// The path or resource.
        path: String,
    },
    /// The current version was deleted, and can be brought back.
    #[error("version {} of {path} was deleted{}", version.as_str(), since(at.as_ref()))]
    Deleted {
        /// The path or resource.
        path: String,
        /// The deleted version, on which a write has to build.
        version: Version,
        /// Since when.
        at: Option<Timestamp>,
        /// How to bring it back.
        help: String,
    },
    /// The newest version of a directory store was sealed under a project key that was replaced since. A write that
    /// takes none of its values over may build on it.
    #[error(
        "version {} of {path} is sealed under a former project key, which whoever left the project knows",
        version.as_str()
    )]
    FormerKey {
        /// The directory.
        path: String,
        /// The version.
        version: Version,
    },
    /// The version was destroyed for good.
    #[error("version {} of {path} was destroyed", version.as_str())]
    Destroyed {
        /// The path or resource.
        path: String,
        /// The version.
        version: Version,
    },
    /// There is no such version, or it is not kept any more.
    #[error("{path} has no version {}", version.as_str())]
    NoVersion {
        /// The path or resource.
        path: String,
        /// The version.
        version: Version,
    },
    /// Another version is there than the write builds on. Nothing was written.
    #[error("{path} was changed by someone else; nothing was written")]
    Moved {
        /// The path or resource.
        path: String,
    },
    /// The outcome of a write is not known.
    #[error("it is not known whether {path} was written: {reason}")]
    Unknown {
        /// The path or resource.
        path: String,
        /// Why, in a few words.
        reason: String,
    },
    /// Some names were written and some were not.
    #[error("{} of {} names were written", done.len(), done.len() + failed.len())]
    Partial {
        /// The names that were written.
        done: Vec<String>,
        /// The names that were not.
        failed: Vec<String>,
        /// Why the first of them was not.
        error: Box<Error>,
    },
    /// The server said to come back later, more often than we did.
    #[error("{address} is throttling requests")]
    Throttled {
        /// The server.
        address: String,
    },
    /// It does not fit.
    #[error("{path} cannot hold this: {limit}")]
    TooLarge {
        /// The path or resource.
        path: String,
        /// Which limit, and by how much.
        limit: String,
        /// What to do.
        help: String,
    },
    /// The answer is not what such a server answers.
    #[error("{address} gave an answer that is none of {expected}: {problem}")]
    Garbage {
        /// The server.
        address: String,
        /// What kind of server it should be.
        expected: &'static str,
        /// What is wrong with it; nothing of its text.
        problem: String,
    },
    /// The server failed.
    #[error("{address} failed with status {status}")]
    Failed {
        /// The server.
        address: String,
        /// Its HTTP status.
        status: u16,
        /// What the user can do.
        help: Option<String>,
    },
    /// The store has no way to do this.
    #[error("{what}")]
    Unsupported {
        /// What it cannot do.
        what: String,
        /// What to do instead.
        help: Option<String>,
    },
    /// The manifest's definition cannot be used.
    #[error("{message}")]
    Definition {
        /// What is wrong with it.
        message: String,
        /// What to write.
        help: Option<String>,
    },
    /// Something of the user's own configuration cannot be used: a CA file, a client certificate, a token file.
    #[error("{message}")]
    Configuration {
        /// What is wrong with it.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// The user's environment names another server than the manifest.
    #[error("the manifest names {manifest}, and {variable} names {user}")]
    OtherAddress {
        /// The manifest's address.
        manifest: String,
        /// The variable that names another.
        variable: &'static str,
        /// Its address.
        user: String,
    },
    /// A sealed file of a directory store cannot be opened or written.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
}

fn since(at: Option<&Timestamp>) -> String {
    at.map_or_else(String::new, |at| format!(" at {at}"))
}

impl Error {
    /// The next step.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreachable { .. } => {
                Some("check the address, the network and the server: envward doctor".into())
            }
            Self::Redirected { .. } => Some(
                "credentials are not sent on: if that server is yours, write its address into envward.toml"
                    .into(),
            ),
            Self::Sealed { .. } => Some("ask an operator to unseal it".into()),
            Self::Unauthenticated { help, .. }
            | Self::Unsupported { help, .. }
            | Self::Definition { help, .. }
            | Self::Configuration { help, .. }
            | Self::Failed { help, .. } => help.clone(),
            Self::NotGivenBack { .. } => Some("it ends by itself; revoke it sooner at the server".into()),
            Self::NoCredential { .. } => Some("log in, or set one of them".into()),
            Self::Forbidden { .. } => Some("see what the login lacks with: envward doctor --policy".into()),
            Self::Deleted { help, .. } | Self::TooLarge { help, .. } => Some(help.clone()),
            Self::FormerKey { version, .. } => Some(format!(
                "if `envward history` shows that it is right, take it over: envward rollback --to {}",
                version.as_str()
            )),
            Self::NoVersion { .. } | Self::Destroyed { .. } => {
                Some("see which versions there are with: envward history".into())
            }
            Self::Moved { .. } | Self::Unknown { .. } => {
                Some("see what is there now with: envward diff".into())
            }
            Self::Partial { error, .. } => error.hint(),
            Self::Throttled { .. } => Some("wait a minute and run the command again".into()),
            Self::Garbage { .. } => Some("check that the address is that of the server itself".into()),
            Self::OtherAddress { variable, .. } => {
                Some(format!("unset {variable}, or change the address in envward.toml"))
            }
            Self::Seal(error) => error.hint(),
            Self::Random(_) => None,
        }
    }
}
