//! What a command is handed: terminal, clock, randomness, the environment as it was at the start, paths.
//!
//! Nothing below `commands/` reads the world itself, so a test can put each of these in its place.
#![expect(clippy::disallowed_methods, reason = "this room takes the one snapshot of the world")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Globals;
use crate::env_vars;
use crate::rng::Rng;
use crate::ui::Ui;

/// Everything a command may use of the world around it.
pub struct Context {
    /// Where it talks and asks.
    pub ui: Ui,
    /// What time it is.
    pub clock: Clock,
    /// Where random bytes come from.
    pub rng: Rng,
    /// The environment variables it was started with.
    pub env: EnvSnapshot,
    /// The directory it works in (`-C`, else the current directory), absolute.
    pub cwd: PathBuf,
    /// The flags that every command has.
    pub globals: Globals,
}

impl Context {
    /// The user's configuration directory for envward (`$XDG_CONFIG_HOME/envward`), if there is a home.
    pub fn config_dir(&self) -> Option<PathBuf> {
        self.user_dir(env_vars::XDG_CONFIG_HOME, ".config").map(|dir| dir.join("envward"))
    }

    /// The user's state directory for envward (`$XDG_STATE_HOME/envward`): what this machine has seen.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.user_dir(env_vars::XDG_STATE_HOME, ".local/state").map(|dir| dir.join("envward"))
    }

    /// A path as the user gave it, made absolute against [`Context::cwd`].
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    fn user_dir(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        match self.env.get_os(variable) {
            // The XDG base directory specification says to ignore relative paths.
            Some(dir) if Path::new(dir).is_absolute() => Some(PathBuf::from(dir)),
            _ => Some(Path::new(self.env.get_os(env_vars::HOME)?).join(below_home)),
        }
    }
}

/// The environment variables at the start of the process. Changing them later has no effect on it.
#[derive(Clone, Default)]
pub struct EnvSnapshot(BTreeMap<OsString, OsString>);

impl EnvSnapshot {
    /// Takes the snapshot; called once, in `main`.
    pub fn take() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable if it is set, not empty, and valid UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_os(name)?.to_str()
    }

    /// The value of a variable if it is set and not empty.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Every variable, empty ones too, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

impl FromIterator<(OsString, OsString)> for EnvSnapshot {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// The time, from the operating system or fixed by a test.
#[derive(Clone, Copy)]
pub struct Clock {
    fixed: Option<Timestamp>,
}

impl Clock {
    /// The operating system's clock. Debug builds obey [`env_vars::TEST_ONLY_NOW`]; release builds do not
    /// know the variable.
    pub fn system(env: &EnvSnapshot) -> Self {
        let fixed = if cfg!(debug_assertions) {
            env.get(env_vars::TEST_ONLY_NOW).and_then(|text| text.parse().ok())
        } else {
            None
        };
        Self { fixed }
    }

    /// A clock that stands still, for tests.
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed: Some(at) }
    }

    /// Now, in UTC.
    pub fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }
}
