//! What lies beside a sealed file for the same people: encrypted to those who can open it, and proven to be from one
//! of them.

use std::path::Path;

use zeroize::Zeroizing;

use super::{Access, Error, Opened, age_file, commit};
use crate::mac::Mac;

impl Opened {
    /// Encrypts bytes to those who can open the file, as one armoured age file.
    ///
    /// # Errors
    /// Nobody is named who could: the file has a passphrase instead.
    pub fn encrypt_beside(&self, bytes: &[u8], access: &Access) -> Result<String, Error> {
        let recipients = match self.place.site() {
            Some(site) if self.recipients.is_empty() => site.recipients(access)?,
            _ => commit::recipients(self, access)?,
        };
        Ok(age_file::wrap_to(&recipients, bytes)?)
    }

    /// A tag that only someone who knows the environment's project key can make. `purpose` is its own for each use.
    pub fn tag_beside(&self, purpose: &str, bytes: &[u8]) -> Option<String> {
        let keys = self.keys.as_ref()?;
        Some(tag(&keys.current().key, purpose, bytes).finish())
    }

    /// Whether a tag was made with one of the environment's project keys.
    pub fn is_tag_beside(&self, purpose: &str, bytes: &[u8], text: &str) -> bool {
        self.project_keys().iter().any(|(_, key)| tag(key, purpose, bytes).matches(text))
    }
}

fn tag(key: &crate::secret::Key, purpose: &str, bytes: &[u8]) -> Mac {
    let mut mac = Mac::new(key, purpose);
    mac.field(bytes);
    mac
}

/// Decrypts what was encrypted with [`Opened::encrypt_beside`]; `path` is for the message.
///
/// # Errors
/// No identity opens it, or it is damaged.
pub fn decrypt_beside(path: &Path, bytes: &[u8], access: &mut Access) -> Result<Zeroizing<Vec<u8>>, Error> {
    access.open_age(bytes).map_err(Error::at(path))
}
