//! age files: armoured, to recipients or to a passphrase.
//!
//! The errors of the age library are mapped without their text: their kinds say enough, and nothing that was
//! decrypted gets into a message.

use std::io::{self, Read, Write};
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use super::recipients::{self, Recipient};
use crate::secret::Secret;

/// log2 of scrypt's N for files that envward writes: what age itself uses, about a second.
const WORK_FACTOR: u8 = 18;

/// The most work, as log2 of scrypt's N, that opening a file may ask for: 1 GiB of memory, some seconds. A
/// file from elsewhere could otherwise name a factor that never ends.
pub const MAX_WORK_FACTOR: u8 = 20;

/// An age file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not an age file, or it is damaged.
    #[error("it is not an age file, or it was changed")]
    Damaged,
    /// No identity that was tried is a recipient of it.
    #[error("the identity is not one of its recipients")]
    NoMatch,
    /// The passphrase is wrong.
    #[error("the passphrase does not open it")]
    WrongPassphrase,
    /// Its passphrase would take too much work.
    #[error("its passphrase asks for a work factor of 2^{required}; at most 2^{MAX_WORK_FACTOR} is allowed")]
    TooMuchWork {
        /// log2 of the work factor it asks for.
        required: u8,
    },
    /// A plugin failed or is not installed.
    #[error("the age plugin of the identity failed or is not installed")]
    Plugin,
}

/// Encrypts bytes to the recipients, as one armoured age file with a stanza for each.
pub fn wrap_to(recipients: &[Recipient], bytes: &[u8]) -> Result<String, recipients::Error> {
    let keys: Vec<_> = recipients.iter().map(Recipient::to_age).collect::<Result<_, _>>()?;
    wrap(keys.iter().map(|key| &**key as &dyn age::Recipient), bytes)
}

/// Encrypts bytes to a passphrase.
pub fn wrap_to_passphrase(passphrase: &Secret, bytes: &[u8]) -> Result<String, recipients::Error> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose().to_owned()));
    recipient.set_work_factor(WORK_FACTOR);
    wrap(iter::once(&recipient as &dyn age::Recipient), bytes)
}

/// Opens an age file, armoured or not, with age identities that are at hand.
pub fn unwrap_with<'a>(
    file: &[u8],
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|error| kind(&error))?;
    let mut reader = decryptor.decrypt(identities).map_err(|error| kind(&error))?;
    // The plaintext is shorter than the file, so the buffer never moves and leaves no copy behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut plaintext).map_err(|_| Error::Damaged)?;
    Ok(plaintext)
}

/// Opens an age file with its passphrase.
pub fn unwrap_with_passphrase(file: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.expose().to_owned()));
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    match unwrap_with(file, iter::once(&identity as &dyn age::Identity)) {
        Err(Error::NoMatch) => Err(Error::WrongPassphrase),
        result => result,
    }
}

/// Whether the file is encrypted to a passphrase rather than to recipients.
pub fn needs_passphrase(file: &[u8]) -> Result<bool, Error> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|error| kind(&error))?;
    Ok(decryptor.is_scrypt())
}

fn wrap<'a>(
    recipients: impl Iterator<Item = &'a dyn age::Recipient>,
    bytes: &[u8],
) -> Result<String, recipients::Error> {
    let encryptor = Encryptor::with_recipients(recipients).map_err(|_| recipients::Error::Wrap)?;
    let file = (|| {
        let mut writer =
            encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
        writer.write_all(bytes)?;
        writer.finish()?.finish()
    })();
    let file = file.map_err(|_: io::Error| recipients::Error::Wrap)?;
    String::from_utf8(file).map_err(|_| recipients::Error::Wrap)
}

fn kind(error: &DecryptError) -> Error {
    match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed => Error::NoMatch,
        DecryptError::ExcessiveWork { required, .. } => Error::TooMuchWork { required: *required },
        DecryptError::Plugin(_) | DecryptError::PluginResolve(_) => Error::Plugin,
        DecryptError::KeyDecryptionFailed => Error::WrongPassphrase,
        _ => Error::Damaged,
    }
}
