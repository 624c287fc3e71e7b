//! The directory store: sealed, versioned files in the project, without a server.
//!
//! Each version is a file of its own, with all names and values, sealed like the environment's sealed file, and
//! opened by `sops` or `age` like that one. A file is never changed: a write makes the next number, under a lock,
//! and only if no file has that number. So a reader needs no lock, and after a crash there is the new version,
//! whole, or none.

mod files;
mod note;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use self::note::{Malformed, Note};
use super::{
    Capabilities, Changes, Error, Finding, Held, Mark, Opening, Revision, Snapshot, State, Store, Stored,
    Version,
};
use crate::fs::{self, Lock};
use crate::manifest::{DirectoryDefinition, SealFormat};
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::seal::sops::{METADATA_PREFIX, Plain};
use crate::seal::{self, Access, Opened, Series};
use crate::secret::Secret;
use crate::{dotenv, ui};

/// Opens the store; nothing is read yet.
pub(super) fn open(definition: &DirectoryDefinition, opening: Opening<'_>) -> Result<Box<dyn Store>, Error> {
    let Opening { project, environment, access, rng, .. } = opening;
    Ok(Box::new(DirectoryStore::new(definition, project, environment, access, rng)?))
}

/// Seals what is there once more if it is not sealed to those who can open the environment's sealed file now, under
/// its present project key; gives the new version. Called when a recipient comes or goes.
///
/// # Errors
/// As of a write.
pub fn reseal(
    definition: &DirectoryDefinition,
    project: &Project,
    environment: &Environment,
    access: Access,
    rng: Rng,
) -> Result<Option<Version>, Error> {
    let mut store = DirectoryStore::new(definition, project, environment, access, rng)?;
    let _lock = store.lock()?;
    let files = store.files()?;
    let Some((&newest, path)) = files.last_key_value() else { return Ok(None) };
    let Some(opened) = store.series.open_outdated(path, newest, &mut store.access)? else { return Ok(None) };
    let (note, values) = unpack(&opened, path)?;
    Ok(Some(store.add(newest, Some(opened), note.mark, values)?.version))
}

struct DirectoryStore {
    directory: PathBuf,
    /// The directory from the project's root.
    location: String,
    /// The project's root.
    root: PathBuf,
    lock: PathBuf,
    format: SealFormat,
    series: Series,
    access: Access,
    rng: Rng,
}

impl DirectoryStore {
    fn new(
        definition: &DirectoryDefinition,
        project: &Project,
        environment: &Environment,
        access: Access,
        rng: Rng,
    ) -> Result<Self, Error> {
        let parts: Vec<_> =
            definition.path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let path = parts.join("/");
        let location = format!("{path}/{}", environment.name);
        let directory = project.root.join(&definition.path).join(&environment.name);
        if !fs::lies_inside(&directory, &project.root) {
            let message = format!("{location} leads out of the project through a symbolic link");
            let help = Some("keep the store inside the project".to_owned());
            return Err(Error::Definition { message, help });
        }
        Ok(Self {
            lock: project.root.join(format!(".envward/stores/{}.lock", environment.name)),
            series: Series::new(project, environment, &path, &access),
            root: project.root.clone(),
            format: environment.format,
            directory,
            location,
            access,
            rng,
        })
    }

    /// Keeps other writers out until it is dropped. Whoever waited for it has to see the keys as they are now.
    fn lock(&mut self) -> Result<Lock, Error> {
        let lock = Lock::acquire(&self.lock).map_err(seal::Error::from)?;
        self.series.read_keys(&mut self.access)?;
        Ok(lock)
    }

    fn files(&self) -> Result<BTreeMap<u64, PathBuf>, Error> {
        files::list(&self.directory, &self.location)
    }

    /// Writes the version after `newest`. The caller holds the lock.
    fn add(
        &mut self,
        newest: u64,
        previous: Option<Opened>,
        mark: Option<(Version, Mark)>,
        values: IndexMap<String, Held>,
    ) -> Result<Stored, Error> {
        let number = newest + 1;
        let at = self.access.now();
        let note = Note { at, by: self.access.author(&self.root, &[]).actor, mark };
        let mut lines = vec![Plain::Comment(Secret::new(note.to_comment()))];
        lines.extend(values.into_iter().map(|(name, held)| {
            let (Held::Text(value) | Held::Json(value)) = held;
            Plain::Value { name, value }
        }));
        let path = self.directory.join(files::name(number, self.format));
        let (access, rng) = (&mut self.access, &mut self.rng);
        if self.series.add(previous, lines, &path, number, access, rng)? {
            Ok(Stored { version: files::version(number), created: Some(at) })
        } else {
            Err(self.moved())
        }
    }

    fn former_key(&self, number: u64) -> Error {
        Error::FormerKey { path: self.location.clone(), version: files::version(number) }
    }

    fn moved(&self) -> Error {
        Error::Moved { path: self.location.clone() }
    }
}

impl Store for DirectoryStore {
    fn capabilities(&mut self) -> Result<Capabilities, Error> {
        Ok(Capabilities { compare_and_set: true, versions: true, atomic: true })
    }

    fn location(&self) -> String {
        self.location.clone()
    }

    fn read(&mut self) -> Result<Snapshot, Error> {
        // Also where nothing is there yet: what follows would be refused after questions.
        self.series.read_keys(&mut self.access)?;
        let files = self.files()?;
        let Some((&number, path)) = files.last_key_value() else { return Ok(Snapshot::empty()) };
        match self.series.open_newest(path, number, &mut self.access)? {
            Some(opened) => snapshot(number, &opened, path),
            None => Err(self.former_key(number)),
        }
    }

    fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error> {
        let files = self.files()?;
        let file = files::number(version).and_then(|number| files.get_key_value(&number));
        let Some((&number, path)) = file else {
            return Err(Error::NoVersion { path: self.location.clone(), version: version.clone() });
        };
        let opened = self.series.open(path, number, &mut self.access)?;
        snapshot(number, &opened, path)
    }

    fn names(&mut self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = self.read()?.values.into_keys().collect();
        names.sort_unstable();
        Ok(names)
    }

    fn write(&mut self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        changes.keys().try_for_each(|name| refuse_name(name))?;
        let _lock = self.lock()?;
        let files = self.files()?;
        let newest = files.last_key_value();
        if newest.map_or(Version::NONE, |(&number, _)| files::version(number)) != base.version {
            return Err(self.moved());
        }
        let (mut number, mut previous) = (0, None);
        let (mut values, mut last_mark) = (IndexMap::new(), None);
        if let Some((&newest, path)) = newest {
            number = newest;
            match self.series.open_newest(path, newest, &mut self.access)? {
                Some(opened) => {
                    let (note, held) = unpack(&opened, path)?;
                    (previous, values, last_mark) = (Some(opened), held, note.mark);
                }
                // Whoever left may have written it: nothing of it goes on by itself.
                None if base.values.is_empty() => {}
                None => return Err(self.former_key(newest)),
            }
        }
        for (name, value) in changes {
            match value {
                Some(value) => drop(values.insert(name.clone(), Held::Text(value.clone()))),
                None => drop(values.shift_remove(name)),
            }
        }
        let mark = mark.map(|mark| (files::version(number + 1), mark.clone())).or(last_mark);
        self.add(number, previous, mark, values)
    }

    fn history(&mut self, _name: Option<&str>) -> Result<Vec<Revision>, Error> {
        let files = self.files()?;
        let newest = files.keys().next_back().copied();
        let mut revisions = Vec::with_capacity(files.len());
        for (&number, path) in files.iter().rev() {
            let note = match self.series.open(path, number, &mut self.access) {
                Ok(opened) => Some(unpack(&opened, path)?.0),
                // From before the user became a recipient.
                Err(error) if error.lacks_identity() => None,
                Err(error) => return Err(error.into()),
            };
            let (created, author) = note.map(|note| (note.at, note.by)).unzip();
            let (version, is_current) = (files::version(number), Some(number) == newest);
            revisions.push(Revision { version, name: None, created, author, is_current, state: State::Live });
        }
        Ok(revisions)
    }

    fn examine(&mut self) -> Vec<Finding> {
        match self.read() {
            Ok(found) if found.version.is_none() => {
                vec![Finding::good(format!("{} holds nothing yet", self.location))]
            }
            Ok(found) => {
                let (names, version) = (found.values.len(), found.version.as_str());
                vec![Finding::good(format!("{} holds {names} names in version {version}", self.location))]
            }
            Err(error) => vec![Finding::bad(error.to_string(), error.hint())],
        }
    }

    fn close(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Takes a version apart into what it says about itself and its values.
fn unpack(opened: &Opened, path: &Path) -> Result<(Note, IndexMap<String, Held>), Error> {
    let comment = opened.lines.iter().find_map(|line| match line {
        Plain::Comment(text) => Some(text),
        Plain::Value { .. } => None,
    });
    let note = comment.map_or(Err(Malformed::Broken), |text| Note::parse(text.expose()));
    let note = note.map_err(|malformed| match malformed {
        Malformed::Newer => seal::Error::Newer { path: path.to_owned() },
        Malformed::Broken => seal::Error::Record { path: path.to_owned() },
    })?;
    let held = |(name, value): (&String, &Secret)| (name.clone(), Held::Text(value.clone()));
    Ok((note, opened.values.iter().map(held).collect()))
}

fn snapshot(number: u64, opened: &Opened, path: &Path) -> Result<Snapshot, Error> {
    let (note, values) = unpack(opened, path)?;
    let (version, created) = (files::version(number), Some(note.at));
    Ok(Snapshot { version, values, mark: note.mark, created, ..Snapshot::empty() })
}

/// A version is an env file: it takes the names of variables, less those that the SOPS format keeps for itself.
fn refuse_name(name: &str) -> Result<(), Error> {
    if dotenv::is_name(name) && !name.starts_with(METADATA_PREFIX) {
        return Ok(());
    }
    let message = format!("a directory store cannot hold the name {:?}", ui::escape(name));
    let help = Some("map it to another one with `names` in envward.toml".to_owned());
    Err(Error::Definition { message, help })
}
