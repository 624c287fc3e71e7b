//! A series: sealed files of an environment that lie in one directory and are numbered from 1, such as the versions
//! of a directory store.
//!
//! Each is sealed like the environment's own sealed file: to the same recipients, with a seal record under the same
//! project key. The record names the directory and the number, so that a file of another series, another number or
//! another environment does not pass for one of these, and neither does one that someone made who only knows the
//! public keys. Files are written once and never changed.
//!
//! Not promised: that the newest file was not taken away. Git, which the files are committed to, shows that.

use std::path::Path;

use super::commit::{recipients, sealed};
use super::content::Content;
use super::create::blank;
use super::open::{Unverified, open_site, read};
use super::project_key::ProjectKeys;
use super::site::{Place, Site};
use super::sops::{Plain, Selector};
use super::{Access, Error, Opened, trust};
use crate::fs;
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
use crate::rng::Rng;

/// The files of one directory.
pub struct Series {
    site: Site,
    /// What the records call it, such as `production in secrets/store`: no environment can have that name.
    name: String,
    keys: Option<ProjectKeys>,
}

impl Series {
    /// The series of an environment in a directory, as the manifest spells it. Nothing is read yet.
    pub fn new(project: &Project, environment: &Environment, directory: &str, access: &Access) -> Self {
        let site = Site::new(project, environment, access);
        Self { name: format!("{} in {directory}", environment.name), site, keys: None }
    }

    /// Reads the environment's project key, and checks it against what this machine knows.
    ///
    /// # Errors
    /// [`Error::Missing`] if the environment was never sealed, so that it has no project key.
    pub fn read_keys(&mut self, access: &mut Access) -> Result<(), Error> {
        let Environment { sealed, project_key, .. } = &self.site.environment;
        if !fs::exists(sealed) && !fs::exists(project_key) {
            return Err(Error::Missing { path: sealed.clone() });
        }
        let keys = self.site.require_keys(access)?;
        let mut machine = self.site.machine(access)?;
        trust::check_author(&keys, &self.site, &machine, access)?;
        machine.remember(self.site.name(), &keys.current().seen(0));
        self.keys = Some(keys);
        Ok(())
    }

    /// Opens one file, whatever project key it was sealed under.
    pub fn open(&mut self, path: &Path, number: u64, access: &mut Access) -> Result<Opened, Error> {
        Ok(self.open_any(path, number, access)?.0)
    }

    /// Opens the newest file; `None` if it was sealed under a project key that was replaced since, so that someone
    /// who has left may have written it.
    pub fn open_newest(
        &mut self,
        path: &Path,
        number: u64,
        access: &mut Access,
    ) -> Result<Option<Opened>, Error> {
        let (opened, key) = self.open_any(path, number, access)?;
        let current = opened.keys.as_ref().map(|keys| keys.current().number);
        Ok((current == Some(key)).then_some(opened))
    }

    /// Opens the newest file if it is not sealed as the next one will be: under the present project key, to those
    /// who can open the environment's own sealed file now.
    pub fn open_outdated(
        &mut self,
        path: &Path,
        number: u64,
        access: &mut Access,
    ) -> Result<Option<Opened>, Error> {
        let (opened, key) = self.open_any(path, number, access)?;
        let own = open_site(&self.site, access)?;
        let current = own.keys.as_ref().map(|keys| keys.current().number);
        let is_up_to_date = current == Some(key) && opened.recipients == own.recipients;
        Ok((!is_up_to_date).then_some(opened))
    }

    fn open_any(&mut self, path: &Path, number: u64, access: &mut Access) -> Result<(Opened, u32), Error> {
        if self.keys.is_none() {
            self.read_keys(access)?;
        }
        let keys = self.keys.clone().expect("they were just read");
        let site = self.member(path);
        let bytes = read(path)?;
        let unverified = Unverified::read(&bytes, Place::Revision(site.clone()), access)?;
        let verified = unverified.record(&site).and_then(|record| {
            if record.generation != number {
                return Err(Error::Renumbered { path: path.to_owned(), number: record.generation });
            }
            Ok((unverified.verify(&record, keys, &site, &bytes)?, record.key))
        });
        verified.map_err(|error| Error::InSeries(Box::new(error)))
    }

    /// Seals lines as the next file, to those who can open the environment's own sealed file now; `false` if there
    /// is a file at `path` already. Lines that `previous` has too keep their ciphertext, unless someone has left.
    ///
    /// # Errors
    /// The sealed file cannot be opened or is not to be believed.
    pub fn add(
        &mut self,
        previous: Option<Opened>,
        lines: Vec<Plain>,
        path: &Path,
        number: u64,
        access: &mut Access,
        rng: &mut Rng,
    ) -> Result<bool, Error> {
        let own = open_site(&self.site, access)?;
        let recipients = recipients(&own, access)?;
        let place = Place::Revision(self.member(path));
        let format = self.site.environment.format;
        let selector = Selector::clear_names(std::iter::empty::<String>());
        let mut fresh = blank(place, format, &recipients, selector, access, rng)?;
        if let Some(previous) = previous
            && matches!((&previous.content, format), (Content::Sops { .. }, SealFormat::Sops))
        {
            let leaves = previous.recipients.iter().any(|key| !fresh.recipients.contains(key));
            fresh.content = previous.content;
            fresh.content.set_recipients(&recipients, leaves, access, rng)?;
        }
        fresh.keys = own.keys;
        fresh.content.replace(lines, None, access, rng)?;
        let bytes = sealed(&fresh, Some(number), access, rng)?;
        if bytes.len() as u64 > fs::MAX_FILE {
            return Err(fs::Error::TooLarge { path: path.to_owned() }.into());
        }
        Ok(fs::create_shared(path, &bytes)?)
    }

    /// The place of one file.
    fn member(&self, path: &Path) -> Site {
        let mut site = self.site.clone();
        site.environment.name.clone_from(&self.name);
        path.clone_into(&mut site.environment.sealed);
        site
    }
}
