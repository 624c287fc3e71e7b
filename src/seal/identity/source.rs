//! Where identities come from, in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::key::Identity;
use super::{Error, Questions};
use crate::context::Context;
use crate::env_vars;
use crate::fs;
use crate::seal::recipients::{Plugins, Recipient};
use crate::seal::{age_file, keyring};
use crate::secret::Secret;
use crate::ui::escape;

/// The file with identities in envward's and in sops's own directory.
const KEY_FILE: &str = "keys.txt";

/// A place that may hold identities; it is not looked at before those in front of it have failed.
pub(super) struct Source {
    /// What messages call it.
    pub origin: String,
    place: Place,
    /// Whether the user named it, so that a problem with it is an error and not a reason to look further.
    required: bool,
}

enum Place {
    /// The identities themselves.
    Text(Secret),
    /// A key file.
    File(PathBuf),
    /// The OS keyring.
    Keyring,
}

/// Where envward keeps a user's identity on a machine without an OS keyring.
pub fn key_file(context: &Context) -> Option<PathBuf> {
    context.config_dir().map(|directory| directory.join(KEY_FILE))
}

/// The user's sources in their order. Never from the project's files: a repository must not choose the key
/// that opens it.
pub(super) fn of_user(flag: Option<&Path>, context: &Context) -> Vec<Source> {
    let mut sources = Vec::new();
    if let Some(path) = flag {
        sources.push(Source::named("--identity", path, context));
    }
    if let Some(value) = context.env.get(env_vars::ENVWARD_IDENTITY) {
        sources.push(if holds_private_key(value) {
            Source::text(env_vars::ENVWARD_IDENTITY, value)
        } else {
            Source::named(env_vars::ENVWARD_IDENTITY, Path::new(value), context)
        });
    }
    if let Some(value) = context.env.get(env_vars::SOPS_AGE_KEY) {
        sources.push(Source::text(env_vars::SOPS_AGE_KEY, value));
    }
    if let Some(value) = context.env.get_os(env_vars::SOPS_AGE_KEY_FILE) {
        sources.push(Source::named(env_vars::SOPS_AGE_KEY_FILE, Path::new(value), context));
    }
    if let Some(own) = key_file(context) {
        let sops = own.parent().and_then(Path::parent).map(|dir| dir.join("sops/age").join(KEY_FILE));
        sources.push(Source::usual_file(own));
        sources.extend(sops.map(Source::usual_file));
    }
    if !keyring::is_off(&context.env) {
        sources.push(Source::keyring());
    }
    if let Some(home) = context.env.get_os(env_vars::HOME) {
        sources.push(Source::usual_file(Path::new(home).join(".ssh/id_ed25519")));
    }
    sources
}

impl Source {
    pub(super) fn text(origin: &str, text: &str) -> Self {
        Self { origin: origin.to_owned(), place: Place::Text(Secret::new(text)), required: true }
    }

    /// A file that the user named. A public key in its place is read as what it is, to be refused as such.
    fn named(by: &str, path: &Path, context: &Context) -> Self {
        if let Some(text) = path.to_str().filter(|text| is_public_key(text)) {
            return Self::text(by, text);
        }
        let path = context.resolve(path);
        Self { origin: format!("{by} {}", shown(&path)), place: Place::File(path), required: true }
    }

    fn usual_file(path: PathBuf) -> Self {
        Self { origin: shown(&path), place: Place::File(path), required: false }
    }

    pub(super) fn keyring() -> Self {
        Self { origin: "the OS keyring".to_owned(), place: Place::Keyring, required: false }
    }

    /// Whether a problem with it ends the search.
    pub(super) fn is_required(&self) -> bool {
        self.required
    }

    /// Its identities; none if it is a usual place that holds nothing.
    pub(super) fn load(&self, questions: &Arc<dyn Questions>) -> Result<Vec<Identity>, Error> {
        match &self.place {
            Place::Text(text) => parse(text.expose().as_bytes(), &self.origin, questions),
            Place::Keyring => match keyring::load()? {
                Some(text) => parse(text.expose().as_bytes(), &self.origin, questions),
                None => Ok(Vec::new()),
            },
            Place::File(path) => match read_key_file(path) {
                Err(Error::File(error)) if error.is_not_found() && !self.required => Ok(Vec::new()),
                Err(error) => Err(error),
                Ok(text) => {
                    refuse_readable_by_others(path)?;
                    parse(&text, &self.origin, questions)
                }
            },
        }
    }
}

/// Reads a file that may hold a private key.
///
/// # Errors
/// [`Error::KeyAsPath`] for the key itself, which an error of the file system would show.
pub fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    if holds_private_key(&path.to_string_lossy()) { Err(Error::KeyAsPath) } else { Ok(fs::read(path)?) }
}

/// Whether a text holds an identity: anywhere, since that of a whole key file begins with a comment, and in any
/// case, since one in lower case is still the key (BIP 173).
fn holds_private_key(text: &str) -> bool {
    let upper = Zeroizing::new(text.to_ascii_uppercase());
    ["AGE-SECRET-KEY-", "AGE-PLUGIN-"].iter().any(|mark| upper.contains(mark))
}

fn is_public_key(text: &str) -> bool {
    Recipient::parse(text, Plugins::Allowed).is_ok()
}

/// Reads identities: an SSH key, an age file under a passphrase, or lines with `#` comments. `origin` is what
/// messages call the text.
pub fn parse(text: &[u8], origin: &str, questions: &Arc<dyn Questions>) -> Result<Vec<Identity>, Error> {
    if text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") || text.starts_with(b"age-encryption.org/") {
        let passphrase = questions
            .secret(&format!("passphrase of {origin}"))
            .ok_or_else(|| Error::Locked { origin: origin.to_owned() })?;
        let opened = age_file::unwrap_with_passphrase(text, &passphrase)
            .map_err(|source| Error::Unlock { origin: origin.to_owned(), source })?;
        return parse_lines(&opened, origin);
    }
    if text.starts_with(b"-----BEGIN ") {
        return Ok(vec![Identity::parse_ssh(text, origin)?]);
    }
    parse_lines(text, origin)
}

/// Identities separated by blanks and line ends, as in sops's variable; a line that starts with `#` is a
/// comment.
fn parse_lines(text: &[u8], origin: &str) -> Result<Vec<Identity>, Error> {
    let mut identities = Vec::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let bad = || Error::NotAnIdentity { origin: origin.to_owned(), line: index + 1 };
        let line = std::str::from_utf8(line).map_err(|_| bad())?.trim();
        if line.starts_with('#') {
            continue;
        }
        if is_public_key(line) {
            return Err(Error::PublicKey { origin: origin.to_owned(), line: index + 1 });
        }
        for word in line.split_whitespace() {
            identities.push(Identity::parse_line(word).ok_or_else(bad)?);
        }
    }
    if identities.is_empty() { Err(Error::Empty { origin: origin.to_owned() }) } else { Ok(identities) }
}

/// As ssh does: a private key that others can read is not used.
fn refuse_readable_by_others(path: &Path) -> Result<(), Error> {
    match fs::mode(path) {
        Some(mode) if mode & 0o077 != 0 => {
            Err(fs::Error::WorldReadable { path: path.to_owned(), mode }.into())
        }
        _ => Ok(()),
    }
}

/// A path as messages show it.
pub(super) fn shown(path: &Path) -> String {
    escape(&path.display().to_string()).into_owned()
}
