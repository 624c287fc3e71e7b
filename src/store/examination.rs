//! What `doctor` finds about a store, and the least it needs to be allowed.

/// Something that was found out about a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found, without any value or credential.
    pub text: String,
    /// The next step.
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, but the user should know.
    Notice,
    /// Does not work.
    Bad,
}

impl Finding {
    /// As it should be.
    pub fn good(text: impl Into<String>) -> Self {
        Self { level: Level::Good, text: text.into(), help: None }
    }

    /// Works, but the user should know.
    pub fn notice(text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { level: Level::Notice, text: text.into(), help: Some(help.into()) }
    }

    /// Does not work.
    pub fn bad(text: impl Into<String>, help: Option<String>) -> Self {
        Self { level: Level::Bad, text: text.into(), help }
    }
}

/// The least that the login has to be allowed for what the manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What it is written in, such as `HCL policy of Vault` or `IAM policy`.
    pub language: &'static str,
    /// Its text, ready to be given to the server.
    pub text: String,
}
