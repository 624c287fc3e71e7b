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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::recipients::Plugins;

    const ALICE: &str = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";
    const CANARY: &[u8] = b"TOKEN=canary-3f9a\n";

    fn alice() -> age::x25519::Identity {
        ALICE.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn sealed() -> Vec<u8> {
        let public = alice().to_public().to_string();
        let recipient = Recipient::parse(&public, Plugins::Refused).unwrap_or_else(|error| panic!("{error}"));
        wrap_to(&[recipient], CANARY).unwrap_or_else(|error| panic!("{error}")).into_bytes()
    }

    fn open(file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        unwrap_with(file, iter::once(&alice() as &dyn age::Identity))
    }

    #[test]
    fn what_is_sealed_opens() {
        let file = sealed();
        assert!(file.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(open(&file).is_ok_and(|text| *text == CANARY));
        assert_eq!(needs_passphrase(&file), Ok(false));
    }

    #[test]
    fn a_changed_or_cut_file_is_an_error_or_says_the_same() {
        let file = sealed();
        for position in 0..file.len() {
            let mut changed = file.clone();
            changed[position] ^= 0x01;
            assert!(open(&changed).is_err(), "byte {position}");
            // The last line end may be missing.
            assert!(position + 1 == file.len() || open(&file[..position]).is_err(), "cut at {position}");
        }
        assert!(open(b"").is_err() && open(b"TOKEN=1\n").is_err());
    }

    #[test]
    fn a_passphrase_opens_its_file_and_no_other_does() {
        let passphrase = Secret::new("correct horse");
        let file = wrap_to_passphrase(&passphrase, CANARY).unwrap_or_else(|error| panic!("{error}"));
        let file = file.as_bytes();
        assert_eq!(needs_passphrase(file), Ok(true));
        assert!(unwrap_with_passphrase(file, &passphrase).is_ok_and(|text| *text == CANARY));
        let wrong = unwrap_with_passphrase(file, &Secret::new("wrong")).err();
        assert_eq!(wrong, Some(Error::WrongPassphrase));
    }

    #[test]
    fn a_work_factor_that_would_never_end_is_refused() {
        for factor in [21, 40, 63] {
            let header = format!(
                "age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw {factor}\n\
                 ZV/AhotwSGqaPCU43cepl4WYUouAa17a3xpu4G2yi5k\n\
                 --- fgMiVLJHMlg9fW7CVG/hPS5EAU4Zeg19LyCP7SoH5nA\n0123456789abcdef"
            );
            let error = unwrap_with_passphrase(header.as_bytes(), &Secret::new("x")).err();
            assert_eq!(error, Some(Error::TooMuchWork { required: factor }));
        }
    }
}
