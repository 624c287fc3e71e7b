//! One identity: an age key, a plugin's, or an SSH key.

use std::io::{BufReader, Read};
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::secrecy::{ExposeSecret, SecretString};
use age::{plugin, ssh, x25519};
use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Error, Questions};
use crate::seal::age_file;
use crate::secret::Secret;

/// A private key that can be tried on a file.
pub enum Identity {
    /// `AGE-SECRET-KEY-1…`
    X25519(x25519::Identity),
    /// `AGE-PLUGIN-NAME-1…`
    Plugin(plugin::Identity),
    /// An SSH key, possibly under a passphrase.
    Ssh(ssh::Identity),
}

impl Identity {
    /// The public key, if it can be told from the private one: not for plugins.
    pub fn public(&self) -> Option<String> {
        match self {
            Self::X25519(key) => Some(key.to_public().to_string()),
            Self::Plugin(_) => None,
            Self::Ssh(key) => ssh_recipient(key).map(|key| key.to_string()),
        }
    }

    /// The private key as text, if it has a one-line form: not for SSH keys.
    pub fn secret(&self) -> Option<Secret> {
        match self {
            Self::X25519(key) => Some(Secret::new(key.to_string().expose_secret())),
            Self::Plugin(key) => Some(Secret::new(key.to_string())),
            Self::Ssh(_) => None,
        }
    }

    /// Reads the one-line forms.
    pub(super) fn parse_line(line: &str) -> Option<Self> {
        if let Ok(key) = line.parse() {
            return Some(Self::X25519(key));
        }
        line.parse().ok().map(Self::Plugin)
    }

    /// Reads an SSH private key in OpenSSH or PKCS#1 PEM form.
    pub(super) fn parse_ssh(text: &[u8], origin: &str) -> Result<Self, Error> {
        let unusable = || Error::SshKind { origin: origin.to_owned() };
        match ssh::Identity::from_buffer(BufReader::new(text), None) {
            Ok(ssh::Identity::Unsupported(_)) | Err(_) => Err(unusable()),
            Ok(key) => Ok(Self::Ssh(key)),
        }
    }

    /// Tries it on an age file. `Ok(None)`: it is not a recipient of that file.
    pub(super) fn open(
        &mut self,
        file: &[u8],
        origin: &str,
        questions: &Arc<dyn Questions>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let opened = match self {
            Self::X25519(key) => open_with(file, key),
            Self::Plugin(key) => {
                let callbacks = Callbacks(Arc::clone(questions));
                let name = key.plugin().to_owned();
                match plugin::IdentityPluginV1::new(&name, std::slice::from_ref(key), callbacks) {
                    Ok(plugin) => open_with(file, &plugin),
                    Err(_) => Err(age_file::Error::Plugin),
                }
            }
            Self::Ssh(key) => {
                if let ssh::Identity::Encrypted(_) = key {
                    // The library would ask for the passphrase of a key that has nothing to do with the file.
                    if !is_addressed(file, key) {
                        return Ok(None);
                    }
                    *key = unlock(key, origin, questions)?;
                }
                open_with(file, key)
            }
        };
        match opened {
            Ok(plaintext) => Ok(Some(plaintext)),
            Err(age_file::Error::NoMatch) => Ok(None),
            Err(source @ age_file::Error::Plugin) => Err(Error::Unlock { origin: origin.to_owned(), source }),
            Err(error) => Err(Error::Sealed(error)),
        }
    }
}

fn open_with(file: &[u8], key: &dyn age::Identity) -> Result<Zeroizing<Vec<u8>>, age_file::Error> {
    age_file::unwrap_with(file, std::iter::once(key))
}

fn ssh_recipient(key: &ssh::Identity) -> Option<ssh::Recipient> {
    ssh::Recipient::try_from(key.clone()).ok()
}

/// Asks for the passphrase of an SSH key.
fn unlock(key: &ssh::Identity, origin: &str, questions: &Arc<dyn Questions>) -> Result<ssh::Identity, Error> {
    let ssh::Identity::Encrypted(locked) = key else { return Ok(key.clone()) };
    let passphrase = questions
        .secret(&format!("passphrase of {origin}"))
        .ok_or_else(|| Error::Locked { origin: origin.to_owned() })?;
    let key = locked
        .decrypt(SecretString::from(passphrase.expose().to_owned()))
        .map_err(|_| Error::Unlock { origin: origin.to_owned(), source: age_file::Error::WrongPassphrase })?;
    Ok(key.into())
}

/// Whether the header of an age file names this SSH key: its stanzas begin with the kind of key and the first
/// four bytes of the SHA-256 of the public key (age's SSH recipient types).
fn is_addressed(file: &[u8], key: &ssh::Identity) -> bool {
    let Some(public) = ssh_recipient(key).map(|key| key.to_string()) else { return false };
    let Some((kind, key)) = public.split_once(' ') else { return false };
    let Ok(key) = BASE64.decode(key.as_bytes()) else { return false };
    let stanza = format!("-> {kind} {}", BASE64_NOPAD.encode(&Sha256::digest(key)[..4]));
    let mut plain = Vec::new();
    // A damaged file is reported when it is opened.
    let _ = ArmoredReader::new(file).read_to_end(&mut plain);
    plain
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.starts_with(b"---"))
        .filter_map(|line| line.strip_prefix(stanza.as_bytes()))
        .any(|rest| rest.is_empty() || rest.starts_with(b" "))
}

/// Lets a plugin of the user's own identity talk to the user.
#[derive(Clone)]
struct Callbacks(Arc<dyn Questions>);

impl age::Callbacks for Callbacks {
    fn display_message(&self, message: &str) {
        self.0.show(message);
    }

    fn confirm(&self, message: &str, _yes: &str, _no: Option<&str>) -> Option<bool> {
        self.0.confirm(message)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.line(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.secret(description).map(|secret| SecretString::from(secret.expose().to_owned()))
    }
}
