//! `layout = "per-variable"`: the secret `NAME/VARIABLE` for each variable.
//!
//! There is no version of the whole, so one is made of all the secrets' versions; a write compares only those that it
//! changes. The mark is on one of the secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use indexmap::IndexMap;

use super::batch;
use super::compare_and_set::Target;
use super::examine;
use super::failure::Failure;
use super::operations::{Description, Value, each, text_of};
use super::service::{Runtime, Service};
use super::{PRICE, limits, tags};
use crate::mac::sha256;
use crate::manifest::AwsDefinition;
use crate::project::Project;
use crate::schema::ValueSource;
use crate::secret::Key;
use crate::store::{
    Capabilities, Changes, Error, Finding, Held, Mark, Price, Revision, Snapshot, State, Store, Stored,
    Version,
};

/// Secrets of one value each, below one name.
pub struct PerVariable {
    runtime: Runtime,
    work: Work,
}

struct Work {
    service: Service,
    key: Key,
    /// What the schema says may be there, by the store's own names: a secret that was made a moment ago may not be
    /// listed yet.
    known: BTreeSet<String>,
}

/// What is there without the values.
struct Listing {
    names: BTreeSet<String>,
    /// The name whose secret seems to hold the mark.
    marked: Option<String>,
}

/// The names that the schema of the project knows, as the store calls them.
///
/// # Errors
/// [`Error::Definition`] if the schema cannot be loaded.
pub fn known_names(project: &Project, definition: &AwsDefinition) -> Result<BTreeSet<String>, Error> {
    let schema = project.schema().map_err(|error| Error::Definition {
        message: format!("the names of the variables cannot be told: {error}"),
        help: error.hint(),
    })?;
    let synced = schema.vars.values().filter(|variable| variable.source != ValueSource::Environment);
    let name = |variable: &String| definition.names.get(variable).unwrap_or(variable).clone();
    Ok(synced.map(|variable| name(&variable.name)).collect())
}

impl PerVariable {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// The operating system gives no more resources.
    pub fn new(service: Service, key: Key, known: BTreeSet<String>) -> Result<Self, Error> {
        Ok(Self { runtime: Runtime::new()?, work: Work { service, key, known } })
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.runtime.run(&self.work.service, work)
    }
}

impl Work {
    fn prefix(&self) -> String {
        format!("{}/", self.service.settings.name)
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.service.settings.name)
    }

    /// The names that may be there. What the list does not show yet, or any more, the secrets themselves tell.
    async fn listing(&self) -> Result<Listing, Error> {
        let prefix = self.prefix();
        let listed = match self.service.list(&prefix).await {
            Ok(listed) => listed,
            // Listing cannot be allowed for some secrets only, so many logins may not: the schema's names remain.
            Err(Failure::Denied) => Vec::new(),
            Err(failure) => return Err(self.service.error(failure, "list", &prefix)),
        };
        let name = |path: &str| path.strip_prefix(&prefix).map(str::to_owned);
        let marked = listed.iter().find(|listed| listed.has_mark).and_then(|listed| name(&listed.path));
        let names = self.known.iter().cloned();
        let names = names.chain(listed.iter().filter_map(|listed| name(&listed.path))).collect();
        Ok(Listing { names, marked })
    }

    async fn read(&self) -> Result<Snapshot, Error> {
        let listing = self.listing().await?;
        let paths: Vec<String> = listing.names.iter().map(|name| self.path(name)).collect();
        let mut found = batch::values(&self.service, &paths).await;
        let mut snapshot = Snapshot::empty();
        for name in &listing.names {
            let path = self.path(name);
            let Some(value) = found.remove(&path) else { continue };
            if let Some(value) = self.held(name, &path, value)? {
                snapshot.versions.insert(name.clone(), value.version);
                snapshot.created = snapshot.created.max(value.created);
                snapshot.values.insert(name.clone(), value.held);
            }
        }
        snapshot.version = version_of(&snapshot.versions);
        if let Some(path) = marked_path(self, &snapshot, listing.marked) {
            let description = self.service.describe(&path).await.ok().flatten();
            snapshot.mark = description.and_then(|found| tags::to_mark(&found.tags));
        }
        Ok(snapshot)
    }

    /// What a read of one secret found; `None` for nothing, and for what is not the schema's and cannot be read: that
    /// is other people's, and left alone.
    fn held(&self, name: &str, path: &str, value: Result<Value, Failure>) -> Result<Option<HeldAt>, Error> {
        let is_known = self.known.contains(name);
        match value {
            // Not there, without a value, or scheduled for deletion.
            Err(Failure::NotFound | Failure::State) => Ok(None),
            Ok(Value { text: None, .. }) | Err(Failure::Denied | Failure::Key) if !is_known => Ok(None),
            Ok(value) => {
                let held = Held::Text(text_of(path, value.text)?);
                Ok(Some(HeldAt { held, version: value.version, created: value.created }))
            }
            Err(failure) => Err(self.service.error(failure, "read", path)),
        }
    }

    async fn read_at(&self, version: &Version) -> Result<Snapshot, Error> {
        let no_version = || Error::NoVersion { path: self.prefix(), version: version.clone() };
        let Some((name, id)) = version.as_str().split_once(':') else {
            // The whole can be read as it is now, and only as it is now.
            let now = self.read().await?;
            return if now.version == *version && !version.is_none() { Ok(now) } else { Err(no_version()) };
        };
        let path = self.path(name);
        if !(32..=64).contains(&id.len()) || limits::check_name(&path).is_err() {
            return Err(no_version());
        }
        let id = Version::new(id);
        let value = match self.service.value(&path, Some(&id)).await {
            Ok(value) => value,
            Err(Failure::NotFound | Failure::Parameter) => return Err(no_version()),
            Err(failure) => return Err(self.service.error(failure, "read", &path)),
        };
        let held = Held::Text(text_of(&path, value.text)?);
        Ok(Snapshot {
            version: version.clone(),
            values: IndexMap::from([(name.to_owned(), held)]),
            versions: IndexMap::from([(name.to_owned(), id)]),
            created: value.created,
            ..Snapshot::empty()
        })
    }

    /// The secrets of these names as they are, without their values.
    async fn describe(&self, names: Vec<String>) -> Result<BTreeMap<String, Option<Description>>, Error> {
        let found = each(names, async |name: String| {
            let path = self.path(&name);
            match self.service.describe(&path).await {
                Ok(found) => Ok((name, found)),
                Err(failure) => Err(self.service.error(failure, "describe", &path)),
            }
        });
        found.await.into_iter().collect()
    }

    async fn names(&self) -> Result<Vec<String>, Error> {
        let listing = self.listing().await?;
        let found = self.describe(listing.names.into_iter().collect()).await?;
        let is_there = |found: &Description| !found.is_deleted && !found.current.is_none();
        let there = found.into_iter().filter(|(_, found)| found.as_ref().is_some_and(is_there));
        Ok(there.map(|(name, _)| name).collect())
    }

    async fn write(&self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        for (name, value) in changes {
            let path = self.path(name);
            limits::check_name(&path)?;
            if let Some(value) = value {
                limits::check_value(&path, value.expose(), "a file or an object store can hold this")?;
            }
        }
        // All are looked at before the first is written, so that a conflict mostly shows while nothing is.
        let found = self.describe(changes.keys().cloned().collect()).await?;
        for (name, value) in changes {
            let found = found[name].as_ref();
            if value.is_some() || found.is_some_and(|found| !found.is_deleted) {
                self.target(&self.path(name), &base_of(base, name)).check(found)?;
            }
        }
        let versions = self.apply(base, changes, &found).await?;
        let version = version_of(&versions);
        if let Some(mark) = mark {
            self.leave(mark, base, &versions, &version).await;
        }
        Ok(Stored { version, created: None })
    }

    /// Writes every change; the versions of all names afterwards.
    async fn apply(
        &self,
        base: &Snapshot,
        changes: &Changes,
        found: &BTreeMap<String, Option<Description>>,
    ) -> Result<IndexMap<String, Version>, Error> {
        let results = each(changes, async |(name, value)| {
            let (path, base) = (self.path(name), base_of(base, name));
            let (target, found) = (self.target(&path, &base), found[name].as_ref());
            let result = match value {
                Some(text) => target.write(found, text, None).await.map(|written| Some(written.version)),
                None => target.remove(found).await.map(|()| None),
            };
            (name.clone(), result)
        });
        let mut versions = base.versions.clone();
        let (mut done, mut failed, mut first) = (Vec::new(), Vec::new(), None);
        for (name, result) in results.await {
            match result {
                Ok(version) => {
                    versions.shift_remove(&name);
                    versions.extend(version.map(|version| (name.clone(), version)));
                    done.push(name);
                }
                Err(error) => {
                    failed.push(name);
                    first.get_or_insert(error);
                }
            }
        }
        match first {
            None => Ok(versions),
            Some(error) if done.is_empty() => Err(error),
            Some(error) => Err(Error::Partial { done, failed, error: Box::new(error) }),
        }
    }

    /// Leaves the mark where it was, or else on the first secret. It is an aid, and the values are written: a login that
    /// may not tag has no place for one.
    async fn leave(
        &self,
        mark: &Mark,
        base: &Snapshot,
        versions: &IndexMap<String, Version>,
        version: &Version,
    ) {
        let before = match self.listing().await {
            Ok(listing) => listing.marked,
            Err(_) => None,
        };
        let stays = before.as_ref().filter(|name| versions.contains_key(*name));
        let Some(name) = stays.or_else(|| versions.keys().min()) else { return };
        let _ = self.service.tag(&self.path(name), &tags::from_mark(version, mark)).await;
        let elsewhere =
            before.as_ref().filter(|before| *before != name && base.versions.contains_key(*before));
        if let Some(before) = elsewhere {
            let _ = self.service.untag(&self.path(before)).await;
        }
    }

    async fn restore(&self, names: &[String]) -> Result<(), Error> {
        let found = self.describe(names.to_vec()).await?;
        let gone =
            found.into_iter().filter(|(_, found)| found.as_ref().is_some_and(|found| found.is_deleted));
        let results = each(gone, async |(name, _)| {
            let path = self.path(&name);
            let restored = self.service.restore(&path).await;
            restored.map_err(|failure| self.service.error_of_write(failure, "restore", &path))
        });
        results.await.into_iter().collect()
    }

    async fn history(&self, name: Option<&str>) -> Result<Vec<Revision>, Error> {
        let names = match name {
            Some(name) => vec![name.to_owned()],
            None => self.names().await?,
        };
        let histories = each(names, async |name: String| {
            let path = self.path(&name);
            let kept = match self.service.versions(&path).await {
                Ok(kept) => kept,
                Err(Failure::NotFound) => Vec::new(),
                Err(failure) => return Err(self.service.error(failure, "list the versions of", &path)),
            };
            let revisions = kept.into_iter().map(|kept| Revision {
                version: Version::new(format!("{name}:{}", kept.version.as_str())),
                name: Some(name.clone()),
                created: kept.created,
                author: None,
                is_current: kept.is_current,
                state: State::Live,
            });
            Ok(revisions.collect::<Vec<_>>())
        });
        let histories: Vec<Vec<Revision>> = histories.await.into_iter().collect::<Result<_, _>>()?;
        let mut revisions = histories.concat();
        revisions.sort_by_key(|revision| std::cmp::Reverse(revision.created));
        Ok(revisions)
    }

    fn target<'a>(&'a self, path: &'a str, base: &'a Version) -> Target<'a> {
        Target { service: &self.service, key: &self.key, path, base }
    }
}

struct HeldAt {
    held: Held,
    version: Version,
    created: Option<jiff::Timestamp>,
}

/// The version that a write of one name builds on.
fn base_of(base: &Snapshot, name: &str) -> Version {
    base.versions.get(name).cloned().unwrap_or(Version::NONE)
}

/// The version of the whole: a hash of all names and their versions, in the order of the names.
fn version_of(versions: &IndexMap<String, Version>) -> Version {
    if versions.is_empty() {
        return Version::NONE;
    }
    let sorted: BTreeMap<_, _> = versions.iter().collect();
    let lines = sorted.into_iter().map(|(name, version)| format!("{name}:{}\n", version.as_str()));
    Version::new(sha256(lines.collect::<String>().as_bytes()))
}

/// The secret that has the mark: the one the list names, else the one that a write without a mark elsewhere takes.
fn marked_path(work: &Work, snapshot: &Snapshot, marked: Option<String>) -> Option<String> {
    let listed = marked.filter(|name| snapshot.versions.contains_key(name));
    let name = listed.or_else(|| snapshot.versions.keys().min().cloned())?;
    Some(work.path(&name))
}

impl Store for PerVariable {
    fn capabilities(&mut self) -> Result<Capabilities, Error> {
        Ok(Capabilities { compare_and_set: true, versions: true, atomic: false })
    }

    fn location(&self) -> String {
        format!("{}* at {}", self.work.prefix(), self.work.service.address())
    }

    fn read(&mut self) -> Result<Snapshot, Error> {
        self.run(self.work.read())
    }

    fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error> {
        self.run(self.work.read_at(version))
    }

    fn names(&mut self) -> Result<Vec<String>, Error> {
        self.run(self.work.names())
    }

    fn write(&mut self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        self.run(self.work.write(base, changes, mark))
    }

    fn price(&self, base: &Snapshot, changes: &Changes) -> Option<Price> {
        let is_new =
            |(name, value): &(&String, &Option<_>)| value.is_some() && !base.versions.contains_key(*name);
        let secrets = changes.iter().filter(is_new).count();
        (secrets > 0).then_some(Price { secrets, each: PRICE })
    }

    fn restore(&mut self, names: &[String]) -> Result<(), Error> {
        self.run(self.work.restore(names))
    }

    fn history(&mut self, name: Option<&str>) -> Result<Vec<Revision>, Error> {
        self.run(self.work.history(name))
    }

    fn examine(&mut self) -> Vec<Finding> {
        let paths: Vec<String> = self.work.known.iter().map(|name| self.work.path(name)).collect();
        self.runtime.wait(examine::findings(&self.work.service, &paths, Some(&self.work.prefix())))
    }

    fn close(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
