//! What a command is handed: terminal, clock, randomness, the environment as it was at the start, paths.
//!
//! Nothing below `commands/` reads the world itself, so a test can put each of these in its place.
#![expect(clippy::disallowed_methods, reason = "this room reads the clock")]

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Globals;
use crate::env_vars::{self, EnvSnapshot};
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
