//! Identities: the private keys of the user, tried in order until one opens the file.
//!
//! The order is that of closeness to the command: the flag, the variables, the key files, the OS keyring, the
//! SSH key. The first identity that opens the file is used, and what comes after it is not even asked: no
//! keyring prompt, no passphrase.

mod error;
mod keep;
mod key;
mod source;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

pub(super) use error::reasons;
pub use error::{Error, Skipped};
pub use keep::{Kept, keep, new_identity};
pub use key::Identity;
pub use source::{key_file, parse, read_key_file};

use self::source::Source;
use crate::context::Context;
use crate::secret::Secret;
use crate::ui::Prompter;

/// The command that makes an identity, for messages.
const NEW_IDENTITY: &str = "envward identity new";

/// What an identity may need from the user. `None`: it was not or could not be answered.
pub trait Questions: Send + Sync {
    /// A passphrase or PIN; what is typed is not shown.
    fn secret(&self, question: &str) -> Option<Secret>;
    /// A line of text.
    fn line(&self, question: &str) -> Option<String>;
    /// Yes or no.
    fn confirm(&self, question: &str) -> Option<bool>;
    /// Something the user has to do, such as touching a key.
    fn show(&self, message: &str);
}

impl Questions for Prompter {
    fn secret(&self, question: &str) -> Option<Secret> {
        Prompter::secret(self, question).ok()
    }

    fn line(&self, question: &str) -> Option<String> {
        Prompter::line(self, question, None).ok()
    }

    fn confirm(&self, question: &str) -> Option<bool> {
        Prompter::confirm(self, question).ok()
    }

    fn show(&self, message: &str) {
        // Nobody is there to read it where there is no terminal.
        let _ = Prompter::show(self, message);
    }
}

/// For where nobody can be asked: every answer is missing.
pub struct NoQuestions;

impl Questions for NoQuestions {
    fn secret(&self, _question: &str) -> Option<Secret> {
        None
    }

    fn line(&self, _question: &str) -> Option<String> {
        None
    }

    fn confirm(&self, _question: &str) -> Option<bool> {
        None
    }

    fn show(&self, _message: &str) {}
}

/// The user's identities, loaded as they are needed.
pub struct Identities {
    waiting: VecDeque<Source>,
    loaded: Vec<Loaded>,
    skipped: Vec<Error>,
    questions: Arc<dyn Questions>,
}

/// The identities of one source.
struct Loaded {
    origin: String,
    identities: Vec<Identity>,
}

impl Identities {
    /// The identities of the person who runs the command: `--identity`, `ENVWARD_IDENTITY`, `SOPS_AGE_KEY`,
    /// `SOPS_AGE_KEY_FILE`, envward's and then sops's key file in the configuration directory, the OS keyring,
    /// `~/.ssh/id_ed25519`.
    pub fn from_user(flag: Option<&Path>, context: &Context) -> Self {
        let questions = Arc::new(Prompter::new(context.globals.no_input));
        Self::new(source::of_user(flag, context), questions)
    }

    /// These identities only, as the text of a key file.
    pub fn fixed(text: &str, questions: Arc<dyn Questions>) -> Self {
        Self::new(vec![Source::text("the given identities", text)], questions)
    }

    fn new(sources: Vec<Source>, questions: Arc<dyn Questions>) -> Self {
        Self { waiting: sources.into(), loaded: Vec::new(), skipped: Vec::new(), questions }
    }

    /// Opens an age file.
    pub fn unwrap(&mut self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.unwrap_any(&[file])
    }

    /// Opens whichever of several age files an identity fits, as in a SOPS file, which has one for each
    /// recipient. A damaged one counts only if no other opens.
    pub fn unwrap_any(&mut self, files: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut damaged = None;
        let mut next = 0;
        while next < self.loaded.len() || self.load_next()? {
            let Loaded { origin, identities } = &mut self.loaded[next];
            next += 1;
            for identity in identities {
                for file in files {
                    match identity.open(file, origin, &self.questions) {
                        Ok(Some(plaintext)) => return Ok(plaintext),
                        Ok(None) => {}
                        Err(error @ Error::Sealed(_)) => damaged = Some(error),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Err(damaged.unwrap_or_else(|| self.none_fits()))
    }

    /// The first place that holds identities: what to call it, and what it holds.
    pub fn first(&mut self) -> Result<(&str, &[Identity]), Error> {
        if self.loaded.is_empty() && !self.load_next()? {
            return Err(self.none_fits());
        }
        let Loaded { origin, identities } = &self.loaded[0];
        Ok((origin, identities))
    }

    /// Whether one of the identities that were needed so far belongs to this public key.
    pub fn has_used(&self, public: &str) -> bool {
        let identities = self.loaded.iter().flat_map(|loaded| &loaded.identities);
        identities.filter_map(Identity::public).any(|own| own == public)
    }

    /// Loads the next source that holds anything; whether there was one.
    fn load_next(&mut self) -> Result<bool, Error> {
        while let Some(source) = self.waiting.pop_front() {
            match source.load(&self.questions) {
                Ok(identities) if identities.is_empty() => {}
                Ok(identities) => {
                    self.loaded.push(Loaded { origin: source.origin, identities });
                    return Ok(true);
                }
                Err(error) if source.is_required() => return Err(error),
                Err(error) => self.skipped.push(error),
            }
        }
        Ok(false)
    }

    fn none_fits(&self) -> Error {
        let skip = |error: &Error| Skipped { reason: error.to_string(), hint: error.hint() };
        let skipped = self.skipped.iter().map(skip).collect();
        let tried: Vec<String> = self
            .loaded
            .iter()
            .map(|loaded| format!("{} from {}", loaded.identities.len(), loaded.origin))
            .collect();
        if tried.is_empty() { Error::NoIdentity { skipped } } else { Error::NoneFits { tried, skipped } }
    }
}
