//! A write of one secret that fails if somebody else wrote in between.
//!
//! The service has one call that compares: moving a label fails if it is not on the version that the call says it
//! is on (API reference, UpdateSecretVersionStage, `RemoveFromVersionId`). So a value is first stored under a label
//! of ours, which nobody is served, and then `AWSCURRENT` is moved to it from the version that the write builds on.
//!
//! A version's id is the token that the write sends (`ClientRequestToken`), so that a write that is sent twice, after
//! an answer that was lost, makes one version. The token comes from path, base and value, under a key that this
//! process drew: everybody who may describe a secret sees the ids of its versions, and a hash without a key would
//! have them try guesses of the value.

use super::failure::Failure;
use super::operations::Description;
use super::service::Service;
use super::tags;
use crate::mac::Mac;
use crate::secret::{Key, Secret};
use crate::store::{Error, Mark, Version};

/// One secret, to be written on top of what it holds at one version.
pub struct Target<'a> {
    /// The service.
    pub service: &'a Service,
    /// The key of the versions' ids.
    pub key: &'a Key,
    /// The secret's name.
    pub path: &'a str,
    /// The version that the write builds on.
    pub base: &'a Version,
}

/// What a write did.
pub struct Written {
    /// The version that is served now.
    pub version: Version,
    /// Whether the secret was made for it, with the mark among its tags.
    pub is_created: bool,
}

impl Target<'_> {
    /// Whether the write can still build on what is there.
    ///
    /// # Errors
    /// [`Error::Moved`]; [`Error::Deleted`] if it is scheduled for deletion.
    pub fn check(&self, found: Option<&Description>) -> Result<(), Error> {
        match found {
            Some(found) if found.is_deleted => Err(deleted(self.path, found)),
            Some(found) if found.current != *self.base => Err(self.moved()),
            None if !self.base.is_none() => Err(self.moved()),
            _ => Ok(()),
        }
    }

    /// Writes the text. `found` is what was there just now.
    ///
    /// # Errors
    /// As [`crate::store::Store::write`].
    pub async fn write(
        &self,
        found: Option<&Description>,
        text: &Secret,
        mark: Option<&Mark>,
    ) -> Result<Written, Error> {
        self.check(found)?;
        let Some(found) = found else { return self.create(text, mark).await };
        let (version, is_served) = self.stage(found, text).await?;
        let promoted = if is_served { Ok(()) } else { self.promote(&version).await };
        // The label has done its work, or the version will never be served. Left behind it is in nobody's way: the
        // next write takes it.
        let _ = self.service.unstage(self.path, &version).await;
        promoted.map(|()| Written { version, is_created: false })
    }

    async fn create(&self, text: &Secret, mark: Option<&Mark>) -> Result<Written, Error> {
        let version = self.version(text);
        let own = self.service.settings.tags.iter().map(|(key, value)| tags::tag(key, value));
        let marked = mark.map(|mark| tags::from_mark(&version, mark)).unwrap_or_default();
        let tags: Vec<_> = own.chain(marked).collect();
        let Err(failure) = self.service.create(self.path, &version, text, &tags).await else {
            return Ok(Written { version, is_created: true });
        };
        match failure {
            // By another writer, or by this one, if the first answer was lost.
            Failure::Exists | Failure::State => match self.describe().await? {
                Some(found) if found.is_deleted => Err(deleted(self.path, &found)),
                Some(found) if found.current == version => Ok(Written { version, is_created: true }),
                Some(_) => Err(self.moved()),
                None => Err(self.service.error(failure, "create", self.path)),
            },
            Failure::Parameter => {
                let message = format!("AWS does not take the KMS key or a tag of {}", self.path);
                let help = "check kms_key and tags of the store in envward.toml".to_owned();
                Err(Error::Definition { message, help: Some(help) })
            }
            _ => Err(self.service.error_of_write(failure, "create", self.path)),
        }
    }

    /// Stores the text without serving it. Whether it is served all the same, as a first version is.
    async fn stage(&self, found: &Description, text: &Secret) -> Result<(Version, bool), Error> {
        // A write that was cut off between its two steps is taken up again, so that it leaves one version.
        if let Some(left) = &found.staged
            && self.holds(left, text).await
        {
            return Ok((left.clone(), false));
        }
        let version = self.version(text);
        match self.service.put(self.path, &version, text).await {
            Ok(is_served) => Ok((version, is_served)),
            Err(Failure::Exists) if self.holds(&version, text).await => Ok((version, false)),
            Err(Failure::State) => match self.describe().await? {
                Some(found) if found.is_deleted => Err(deleted(self.path, &found)),
                _ => Err(self.service.error(Failure::State, "write", self.path)),
            },
            // What becomes a first version is served at once; any other is not before it is promoted.
            Err(failure) if self.base.is_none() => {
                Err(self.service.error_of_write(failure, "write", self.path))
            }
            Err(failure) => Err(self.service.error(failure, "write", self.path)),
        }
    }

    /// Has the version served, if what it builds on still is.
    async fn promote(&self, version: &Version) -> Result<(), Error> {
        let Err(failure) = self.service.make_current(self.path, version, self.base).await else {
            return Ok(());
        };
        // The answer may have been lost, and the second call then found the label moved by the first.
        match self.service.describe(self.path).await {
            Ok(Some(found)) if found.current == *version => Ok(()),
            Ok(Some(found)) if found.is_deleted => Err(deleted(self.path, &found)),
            Ok(Some(found)) if found.current == *self.base && failure != Failure::Parameter => {
                Err(self.service.error(failure, "write", self.path))
            }
            Ok(_) => Err(self.moved()),
            Err(_) => Err(self.service.error_of_write(failure, "write", self.path)),
        }
    }

    /// Schedules the secret for deletion. The service cannot compare here: `found` has just been looked at.
    ///
    /// # Errors
    /// As [`Target::write`].
    pub async fn remove(&self, found: Option<&Description>) -> Result<(), Error> {
        if found.is_none_or(|found| found.is_deleted) {
            return Ok(());
        }
        self.check(found)?;
        match self.service.delete(self.path).await {
            Ok(()) | Err(Failure::NotFound) => Ok(()),
            Err(failure) => match self.service.describe(self.path).await {
                Ok(Some(found)) if found.is_deleted => Ok(()),
                _ => Err(self.service.error_of_write(failure, "delete", self.path)),
            },
        }
    }

    async fn describe(&self) -> Result<Option<Description>, Error> {
        let found = self.service.describe(self.path).await;
        found.map_err(|failure| self.service.error_of_write(failure, "describe", self.path))
    }

    async fn holds(&self, version: &Version, text: &Secret) -> bool {
        let found = self.service.value(self.path, Some(version)).await;
        found.is_ok_and(|value| value.text.as_ref() == Some(text))
    }

    fn version(&self, text: &Secret) -> Version {
        let mut mac = Mac::new(self.key, "envward/1/aws-version");
        mac.field(self.path);
        mac.field(self.base.as_str());
        mac.field(text.expose());
        Version::new(mac.finish_short())
    }

    fn moved(&self) -> Error {
        Error::Moved { path: self.path.to_owned() }
    }
}

/// A secret that is scheduled for deletion. When is left out: the service's own documents disagree whether its
/// `DeletedDate` is when it was asked to, or when it will.
pub fn deleted(path: &str, found: &Description) -> Error {
    let help = "it is scheduled for deletion; bring it back with: envward push --restore".to_owned();
    Error::Deleted { path: path.to_owned(), version: found.current.clone(), at: None, help }
}
