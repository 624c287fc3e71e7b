//! The user's editor on a plaintext that must not stay behind.
//!
//! Threat: the plaintext, or what an editor leaves beside it (`f~`, `.f.swp`), outlives the command. So it lies
//! alone in a directory of its own that only the user can enter, and the directory is removed whole, also
//! when the command is told to end. Not promised: what an editor writes elsewhere, such as undo files.
#![expect(clippy::disallowed_methods, reason = "this room starts the editor")]

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::env_vars::{self, EnvSnapshot};
use crate::fs;
use crate::rng::{self, Rng};

/// Why there is no edited text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No editor is named.
    #[error("no editor: neither VISUAL nor EDITOR is set")]
    NoEditor,
    /// The editor could not be started.
    #[error("cannot start the editor: {0}")]
    Start(#[source] io::Error),
    /// The editor said that it failed.
    #[error("the editor ended with an error; nothing was changed")]
    Failed,
    /// envward was told to end.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// The plaintext could not be written or read.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoEditor => Some("set EDITOR, such as: EDITOR=nano envward edit".to_owned()),
            Self::File(error) => error.hint(),
            _ => None,
        }
    }
}

/// A plaintext while it is edited. Removed when dropped.
pub struct Plaintext {
    directory: PathBuf,
    file: PathBuf,
}

impl Plaintext {
    /// A new directory below `base`, and in it the file `name`.
    pub fn create(base: &Path, name: &str, rng: &mut Rng) -> Result<Self, Error> {
        let directory = base.join(format!("envward-edit-{}", hex::encode(rng.bytes::<8>()?)));
        fs::create_private_dir(&directory)?;
        let file = directory.join(name);
        Ok(Self { directory, file })
    }

    /// Writes the text, lets the user edit it, and reads it back. `editor` is a shell command, as git takes it.
    pub fn edit(&self, text: &[u8], editor: &OsStr, env: &EnvSnapshot) -> Result<Zeroizing<Vec<u8>>, Error> {
        fs::write_private(&self.file, text)?;
        let signals = Signals::catch().map_err(Error::Start)?;
        let status = signals.wait(self.start(editor, env).map_err(Error::Start)?)?;
        if !status.success() {
            return Err(Error::Failed);
        }
        Ok(fs::read(&self.file)?)
    }

    fn start(&self, editor: &OsStr, env: &EnvSnapshot) -> io::Result<Child> {
        let mut script = editor.to_owned();
        script.push(" \"$@\"");
        let shared = |name: &&OsStr| !env_vars::CREDENTIALS.iter().any(|credential| *name == *credential);
        Command::new("sh")
            .arg("-c")
            .arg(script)
            .arg("editor")
            .arg(&self.file)
            .env_clear()
            .envs(env.iter().filter(|(name, _)| shared(name)))
            .spawn()
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // There is nobody to tell; the directory is private to the user.
        let _ = fs::remove_dir(&self.directory);
    }
}

/// Signals that would end the process before it has cleaned up.
struct Signals {
    interrupt: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        let signals = Self { interrupt: Arc::default(), end: Arc::default() };
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            // Ctrl-C at a terminal reaches the editor too, which decides what it means.
            signal_hook::flag::register(SIGINT, Arc::clone(&signals.interrupt))?;
            signal_hook::flag::register(SIGTERM, Arc::clone(&signals.end))?;
            signal_hook::flag::register(SIGHUP, Arc::clone(&signals.end))?;
        }
        Ok(signals)
    }

    /// Waits for the editor, or ends it when this process is told to end.
    fn wait(&self, mut editor: Child) -> Result<ExitStatus, Error> {
        loop {
            if let Some(status) = editor.try_wait().map_err(Error::Start)? {
                let interrupted = self.interrupt.load(Ordering::Relaxed) && !status.success();
                return if interrupted { Err(Error::Interrupted) } else { Ok(status) };
            }
            if self.end.load(Ordering::Relaxed) {
                // It may be gone already.
                let _ = editor.kill();
                let _ = editor.wait();
                return Err(Error::Interrupted);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
