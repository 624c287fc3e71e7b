//! Who opens sealed files: the user's identities, and what this machine has seen before.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::author::author;
use super::identity::{self, Identities, Questions};
use super::recipients::{self, Plugins, Recipient};
use super::{Error, age_file, content, project_key};
use crate::approvals::{Approvals, Claim};
use crate::context::Context;
use crate::env_vars::{self, EnvSnapshot};
use crate::git;
use crate::ledger::Author;
use crate::secret::Secret;
use crate::ui::Prompter;

/// The user, as far as sealed files are concerned. Made once by a command and handed to everything that
/// opens or writes. Nothing is read or asked until a file has to be opened.
pub struct Access {
    pub(super) identities: Identities,
    /// What stands in `ENVWARD_PROJECT_PIN`.
    pins: Vec<String>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) now: Timestamp,
    passphrase: Option<Secret>,
    questions: Prompter,
    env: EnvSnapshot,
}

impl Access {
    /// Identities in their order of preference (`identity` is the value of `--identity`), the pin of
    /// `ENVWARD_PROJECT_PIN`, the user's state directory, and the time.
    pub fn from_context(context: &Context, identity: Option<&Path>) -> Self {
        let pins = context.env.get(env_vars::ENVWARD_PROJECT_PIN).unwrap_or_default();
        Self {
            identities: Identities::from_user(identity, context),
            pins: pins.split([',', ' ']).filter(|pin| !pin.is_empty()).map(str::to_owned).collect(),
            state_dir: context.state_dir(),
            now: context.clock.now(),
            passphrase: context.env.get(env_vars::ENVWARD_PASSPHRASE).map(Secret::new),
            questions: Prompter::new(context.globals.no_input),
            env: context.env.clone(),
        }
    }

    /// The time of what it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Reads a public key that a file of the project at `root` names; `name` is for the message. One that needs
    /// a plugin is taken if the user has confirmed the plugin.
    pub(super) fn recipient(&self, root: &Path, name: &str, key: &str) -> Result<Recipient, Error> {
        let named = |error| Error::NamedRecipient { name: name.to_owned(), error };
        let recipient = Recipient::parse(key, Plugins::Allowed).map_err(named)?;
        let Some(plugin) = recipient.plugin() else { return Ok(recipient) };
        let approvals = Approvals::read(root, self.state_dir.as_deref(), &self.env)?;
        if !approvals.covers(&Claim::plugin(plugin)) {
            return Err(named(recipients::Error::Plugin { name: plugin.to_owned() }));
        }
        // The program is looked up by its name: a relative directory would let the repository bring it.
        let path = self.env.get_os(env_vars::PATH).unwrap_or_default();
        if std::env::split_paths(path).any(|directory| !directory.is_absolute()) {
            return Err(named(recipients::Error::RelativePath { plugin: plugin.to_owned() }));
        }
        Ok(recipient)
    }

    /// Reads public keys that a file of the project at `root` names.
    pub(super) fn recipients(&self, root: &Path, keys: &[String]) -> Result<Vec<Recipient>, Error> {
        keys.iter().map(|key| self.recipient(root, key, key)).collect()
    }

    /// Whether the user opened files with the private key of this recipient, and would be shut out if only
    /// `remaining` could open them.
    pub fn is_shut_out(&self, leaving: &Recipient, remaining: &[String]) -> bool {
        self.identities.has_used(&leaving.to_string())
            && !remaining.iter().any(|key| self.identities.has_used(key))
    }

    /// The pins that `ENVWARD_PROJECT_PIN` names; empty if it is not set.
    ///
    /// # Errors
    /// One of them is none: it would never be found, and nothing could be opened.
    pub(super) fn pins(&self) -> Result<&[String], Error> {
        if self.pins.iter().all(|pin| project_key::is_pin(pin)) {
            Ok(&self.pins)
        } else {
            Err(Error::MalformedPin)
        }
    }

    /// Decrypts an age file with an identity, or with the passphrase if it was sealed with one.
    pub(super) fn open_age(&mut self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !content::has_passphrase(bytes)? {
            return Ok(self.identities.unwrap(bytes)?);
        }
        let passphrase = match &self.passphrase {
            Some(passphrase) => passphrase.clone(),
            None => Questions::secret(&self.questions, "passphrase of the file")
                .ok_or_else(|| identity::Error::Locked { origin: "the file".to_owned() })?,
        };
        let plaintext = age_file::unwrap_with_passphrase(bytes, &passphrase)?;
        // The same passphrase again, when a write reads the file under its lock.
        self.passphrase = Some(passphrase);
        Ok(plaintext)
    }

    /// Refuses to write plaintext secrets to a file that git tracks.
    pub(super) fn refuse_tracked(&self, path: &Path) -> Result<(), Error> {
        Ok(git::refuse_tracked(path, &self.env)?)
    }

    /// Who writes: the CI system's word in a job, else git's. `id_tokens` are the variables in which a job may have
    /// its id token.
    pub fn author(&self, root: &Path, id_tokens: &[String]) -> Author {
        author(root, &self.env, id_tokens)
    }
}
