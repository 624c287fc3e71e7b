//! `layout = "json"`: one secret, a JSON object of all variables.

use std::future::Future;

use futures_util::future::join;
use indexmap::IndexMap;

use super::compare_and_set::{Target, deleted};
use super::examine;
use super::failure::Failure;
use super::operations::{Description, text_of};
use super::service::{Runtime, Service};
use super::{PRICE, limits, tags};
use crate::secret::{Key, Secret};
use crate::store::json_object;
use crate::store::{
    Capabilities, Changes, Error, Finding, Held, Mark, Price, Revision, Snapshot, State, Store, Stored,
    Version,
};

/// A secret that holds a JSON object.
pub struct OneSecret {
    runtime: Runtime,
    work: Work,
    /// Whether the last read found a secret, though maybe without a value.
    exists: bool,
}

struct Work {
    service: Service,
    key: Key,
}

impl OneSecret {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// The operating system gives no more resources.
    pub fn new(service: Service, key: Key) -> Result<Self, Error> {
        Ok(Self { runtime: Runtime::new()?, work: Work { service, key }, exists: false })
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.runtime.run(&self.work.service, work)
    }
}

impl Work {
    fn path(&self) -> &str {
        &self.service.settings.name
    }

    /// What is there, and whether there is a secret at all.
    async fn read(&self) -> Result<(Snapshot, bool), Error> {
        let (value, found) =
            join(self.service.value(self.path(), None), self.service.describe(self.path())).await;
        // A login that may only read the value is enough to read; what it lacks then is the mark.
        let found = found.ok().flatten();
        let value = match value {
            Ok(value) => value,
            // No secret, or one without a value.
            Err(Failure::NotFound) => return Ok((Snapshot::empty(), found.is_some())),
            Err(failure) => return Err(self.unreadable(failure, found.as_ref())),
        };
        let text = text_of(self.path(), value.text)?;
        let snapshot = Snapshot {
            version: value.version,
            values: self.values(&text)?,
            versions: IndexMap::new(),
            mark: found.and_then(|found| tags::to_mark(&found.tags)),
            created: value.created,
            expires: None,
        };
        Ok((snapshot, true))
    }

    fn values(&self, text: &Secret) -> Result<IndexMap<String, Held>, Error> {
        json_object::parse(text.expose()).map_err(|_| {
            let what = format!("the secret {} is not a JSON object", self.path());
            let help = "name another secret, or use layout = \"per-variable\" for secrets of one value each";
            Error::Unsupported { what, help: Some(help.to_owned()) }
        })
    }

    fn unreadable(&self, failure: Failure, found: Option<&Description>) -> Error {
        match found {
            Some(found) if found.is_deleted => deleted(self.path(), found),
            _ => self.service.error(failure, "read", self.path()),
        }
    }

    async fn read_at(&self, version: &Version) -> Result<Snapshot, Error> {
        let no_version = || Error::NoVersion { path: self.path().to_owned(), version: version.clone() };
        // Others the service refuses as a malformed parameter (API model, `SecretVersionIdType`).
        if !(32..=64).contains(&version.as_str().len()) {
            return Err(no_version());
        }
        let value = match self.service.value(self.path(), Some(version)).await {
            Ok(value) => value,
            Err(Failure::NotFound | Failure::Parameter) => return Err(no_version()),
            Err(failure) => {
                let found = self.service.describe(self.path()).await.ok().flatten();
                return Err(self.unreadable(failure, found.as_ref()));
            }
        };
        let text = text_of(self.path(), value.text)?;
        let values = self.values(&text)?;
        let created = value.created;
        Ok(Snapshot { version: version.clone(), values, created, ..Snapshot::empty() })
    }

    async fn write(&self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        let mut text = json_object::changed(&base.values, changes);
        let text = Secret::new(std::mem::take(&mut *text));
        limits::check_value(
            self.path(),
            text.expose(),
            "use layout = \"per-variable\", or a store without this limit",
        )?;
        let found = self.service.describe(self.path()).await;
        let found = found.map_err(|failure| self.service.error(failure, "describe", self.path()))?;
        let target =
            Target { service: &self.service, key: &self.key, path: self.path(), base: &base.version };
        let written = target.write(found.as_ref(), &text, mark).await?;
        let marked = mark.filter(|_| !written.is_created);
        let (created, ()) = join(self.created(&written.version), async {
            if let Some(mark) = marked {
                // The values are written, and the mark is an aid: a login that may not tag has no place for one.
                let _ = self.service.tag(self.path(), &tags::from_mark(&written.version, mark)).await;
            }
        })
        .await;
        Ok(Stored { version: written.version, created })
    }

    /// When the version was made, which no answer to a write says.
    async fn created(&self, version: &Version) -> Option<jiff::Timestamp> {
        self.service.value(self.path(), Some(version)).await.ok()?.created
    }

    async fn restore(&self) -> Result<(), Error> {
        let found = self.service.describe(self.path()).await;
        let found = found.map_err(|failure| self.service.error(failure, "describe", self.path()))?;
        if !found.is_some_and(|found| found.is_deleted) {
            return Ok(());
        }
        let restored = self.service.restore(self.path()).await;
        restored.map_err(|failure| self.service.error_of_write(failure, "restore", self.path()))
    }

    async fn touched(&self) -> Result<Option<jiff::Timestamp>, Error> {
        let found = self.service.describe(self.path()).await;
        let found = found.map_err(|failure| self.service.error(failure, "describe", self.path()))?;
        Ok(found.and_then(|found| found.touched))
    }

    async fn history(&self) -> Result<Vec<Revision>, Error> {
        let kept = match self.service.versions(self.path()).await {
            Ok(kept) => kept,
            Err(Failure::NotFound) => Vec::new(),
            Err(failure) => return Err(self.service.error(failure, "list the versions of", self.path())),
        };
        let revisions = kept.into_iter().map(|kept| Revision {
            version: kept.version,
            name: None,
            created: kept.created,
            author: None,
            is_current: kept.is_current,
            state: State::Live,
        });
        Ok(revisions.collect())
    }
}

impl Store for OneSecret {
    fn capabilities(&mut self) -> Result<Capabilities, Error> {
        Ok(Capabilities { compare_and_set: true, versions: true, atomic: true })
    }

    fn location(&self) -> String {
        format!("{} at {}", self.work.path(), self.work.service.address())
    }

    fn read(&mut self) -> Result<Snapshot, Error> {
        let (snapshot, exists) = self.run(self.work.read())?;
        self.exists = exists;
        Ok(snapshot)
    }

    fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error> {
        self.run(self.work.read_at(version))
    }

    fn names(&mut self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = self.read()?.values.into_keys().collect();
        names.sort_unstable();
        Ok(names)
    }

    fn write(&mut self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        self.run(self.work.write(base, changes, mark))
    }

    fn price(&self, base: &Snapshot, changes: &Changes) -> Option<Price> {
        let is_created = base.version.is_none() && !self.exists && !changes.is_empty();
        is_created.then_some(Price { secrets: 1, each: PRICE })
    }

    fn restore(&mut self, _names: &[String]) -> Result<(), Error> {
        self.run(self.work.restore())
    }

    fn history(&mut self, _name: Option<&str>) -> Result<Vec<Revision>, Error> {
        self.run(self.work.history())
    }

    fn touched(&mut self) -> Result<Option<jiff::Timestamp>, Error> {
        self.run(self.work.touched())
    }

    fn examine(&mut self) -> Vec<Finding> {
        let paths = [self.work.path().to_owned()];
        self.runtime.wait(examine::findings(&self.work.service, &paths, None))
    }

    fn close(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
