//! Opening: decrypt, then verify MAC, record, authorship and age of a sealed file.

use std::collections::HashSet;
use std::path::Path;

use zeroize::Zeroizing;

use super::content::Content;
use super::fit::Sight;
use super::known;
use super::machine::Seen;
use super::project_key::ProjectKeys;
use super::record::Record;
use super::site::{Place, Site};
use super::sops::{Plain, Tree};
use super::{Access, Error, Remark, WorkingCopy, env_text, layout, trust};
use crate::forms::yaml::Node;
use crate::fs::{self, Lock};
use crate::project::{Environment, Project};
use crate::secret::Values;

/// A sealed file, decrypted and verified.
pub struct Opened {
    /// The variables in the order of the file.
    pub values: Values,
    /// Variables and comments in the order of the file, without the seal record.
    pub lines: Vec<Plain>,
    /// How often it was sealed; `None` for a file without a seal record.
    pub generation: Option<u64>,
    /// The public keys it is encrypted to; empty where an age file does not say.
    pub recipients: Vec<String>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
    /// How this machine saw it, if it is the sealed file of an environment.
    pub sight: Option<Sight>,
    pub(super) place: Place,
    pub(super) content: Content,
    /// The project keys of an environment that has some.
    pub(super) keys: Option<ProjectKeys>,
    /// The environment's sealed file as it was read.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Opened {
    /// Whether the variable can be read without a key.
    pub fn is_clear(&self, name: &str) -> bool {
        self.content.selector().is_some_and(|selector| !super::sops::is_encrypted(name, selector))
    }

    /// Whether every comment is encrypted and none says what else is. Else the comments of an env file, which
    /// may hold a secret that someone put out of use, do not go into the file.
    pub fn hides_comments(&self) -> bool {
        self.content.selector().is_none_or(super::sops::Selector::hides_comments)
    }

    /// The public fingerprint of the environment's project key, for `ENVWARD_PROJECT_PIN`.
    pub fn pin(&self) -> Option<String> {
        Some(self.keys.as_ref()?.current().pin())
    }

    /// Everything in it as an env file, with its comments.
    pub fn to_env_file(&self) -> Zeroizing<String> {
        env_text::readable(&self.lines)
    }

    /// Variables whose value in the environment's env file is another one, or that are in only one of the
    /// two; empty if there is no env file. Variables that the env file marks as "only in the sealed file" do
    /// not differ.
    pub fn differs_from_env_file(&self, environment: &Environment) -> Result<Vec<String>, Error> {
        let Some(document) = WorkingCopy::document(&environment.env_file)? else { return Ok(Vec::new()) };
        let sealed_only: HashSet<&str> = document.sealed_only().collect();
        let known = |name: &str| document.get(name).is_some() || sealed_only.contains(name);
        let changed = document.entries().filter(|entry| self.values.get(entry.name) != Some(entry.value));
        let missing = self.values.keys().filter(|name| !known(name));
        Ok(changed.map(|entry| entry.name.to_owned()).chain(missing.cloned()).collect())
    }
}

/// Opens the sealed file of an environment. Cheap: no git, no network, and of the ledger only its last
/// 64 KiB.
///
/// # Errors
/// [`Error::Missing`] if there is none. No identity fits, the seal is broken, its author does not know the
/// project key, or the ledger knows a newer generation: nothing is returned that was not verified.
pub fn open(project: &Project, environment: &Environment, access: &mut Access) -> Result<Opened, Error> {
    let site = Site::new(project, environment, access);
    match open_site(&site, access) {
        // Or another process is between writing one of the files that belong together and the next: when it is
        // done, they agree.
        Err(error @ (Error::Stale { .. } | Error::OldKey { .. } | Error::Forged { .. })) => {
            let Ok(_lock) = Lock::acquire(&site.environment.lock) else { return Err(error) };
            open_site(&site, access)
        }
        result => result,
    }
}

/// Opens the sealed file of an environment again.
pub(super) fn open_site(site: &Site, access: &mut Access) -> Result<Opened, Error> {
    let bytes = read(&site.environment.sealed)?;
    let unverified = Unverified::read(&bytes, Place::Site(site.clone()), access)?;
    let record = unverified.record(site)?;
    let key_file = site.require_key_file()?;
    let keys = site.open_keys(&key_file, access)?;
    let mut machine = site.machine(access)?;
    let author = trust::check_author(&keys, site, &machine, access)?;
    let mut opened = unverified.verify(&record, keys, site, &bytes)?;
    let keys = opened.keys.as_ref().expect("they were just put there");
    let age = trust::check_age(&record, keys, site, &machine)?;
    let key = keys.current();
    let verified = known::digest(&bytes, &key_file);
    machine.remember(site.name(), &Seen { verified: Some(verified.clone()), ..key.seen(record.generation) });
    opened.sight = Some(Sight { machine, environment: site.name().to_owned(), verified });
    opened.remarks = author.into_iter().chain(age).collect();
    opened.remarks.extend(trust::compare_recipients(site, &opened.recipients));
    opened.bytes = bytes;
    Ok(opened)
}

/// Opens a sealed file (SOPS dotenv or age, told apart by its content) outside of any project.
pub fn open_bare(file: &Path, access: &mut Access) -> Result<Opened, Error> {
    let bytes = read(file)?;
    let mut opened = Unverified::read(&bytes, Place::Bare(file.to_owned()), access)?.0;
    let is_record = |line: &Plain| matches!(line, Plain::Comment(text) if Record::is_record(text.expose()));
    let recorded = opened.lines.iter().any(is_record);
    // Without the project nothing of a record can be checked; it is not a comment of the user's either.
    opened.lines.retain(|line| !is_record(line));
    opened.remarks.push(if recorded { Remark::RecordNotChecked } else { Remark::NoRecord });
    Ok(opened)
}

/// Opens a file that sops sealed as YAML or JSON: its documents in clear, after their MAC was verified.
pub fn open_tree(documents: Vec<Node>, access: &mut Access) -> Result<Vec<Node>, Error> {
    Ok(Tree::new(documents)?.decrypt(&mut access.identities)?)
}

/// Opens an older revision of an environment's sealed file, given as its bytes: like [`open`], but its age is
/// not held against it, and it cannot be written.
pub fn open_revision(
    project: &Project,
    environment: &Environment,
    bytes: &[u8],
    access: &mut Access,
) -> Result<Opened, Error> {
    let site = Site::new(project, environment, access);
    let unverified = Unverified::read(bytes, Place::Revision(site.clone()), access)?;
    let record = unverified.record(&site)?;
    let keys = site.require_keys(access)?;
    let author = trust::check_author(&keys, &site, &site.machine(access)?, access)?;
    let mut opened = unverified.verify(&record, keys, &site, bytes)?;
    opened.remarks.extend(author);
    Ok(opened)
}

pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    fs::read_if_exists(path)?.ok_or_else(|| Error::Missing { path: path.to_owned() })
}

/// A file that was decrypted and of which nothing more is known.
pub(super) struct Unverified(pub(super) Opened);

impl Unverified {
    pub(super) fn read(bytes: &[u8], place: Place, access: &mut Access) -> Result<Self, Error> {
        let (content, lines) = Content::open(bytes, place.path(), access)?;
        Ok(Self(Opened {
            values: layout::values(&lines),
            generation: None,
            recipients: content.recipients().unwrap_or_default(),
            remarks: Vec::new(),
            keys: None,
            sight: None,
            bytes: Zeroizing::default(),
            lines,
            place,
            content,
        }))
    }

    /// The record, which a file of a project must have, and which must be for this environment.
    pub(super) fn record(&self, site: &Site) -> Result<Record, Error> {
        let record = trust::find_record(&self.0.lines, site)?
            .ok_or_else(|| Error::NoRecord { path: site.environment.sealed.clone() })?;
        trust::check_claim(&record, site)?;
        Ok(record)
    }

    /// Checks the tags and that nothing stands in the file that they do not cover.
    pub(super) fn verify(
        self,
        record: &Record,
        keys: ProjectKeys,
        site: &Site,
        bytes: &[u8],
    ) -> Result<Opened, Error> {
        if !self.0.content.is_canonical(bytes) {
            return Err(Error::Altered { path: site.environment.sealed.clone() });
        }
        let mut opened = self.without_record(record);
        trust::check_tags(record, &opened.content, &keys, site)?;
        opened.keys = Some(keys);
        Ok(opened)
    }

    /// The file without its last line, and with what that line says of it.
    pub(super) fn without_record(self, record: &Record) -> Opened {
        let mut opened = self.0;
        opened.content.pop_record();
        opened.lines.pop();
        opened.generation = Some(record.generation);
        if !record.recipients.is_empty() {
            opened.recipients.clone_from(&record.recipients);
        }
        opened
    }
}
