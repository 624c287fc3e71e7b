//! The env file as a working copy of the sealed file: what changed where, and what goes over.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::base::Base;
use super::project_key::ProjectKey;
use super::site::Site;
use super::sops::Plain;
use super::{Access, Changes, Error, Layout, Opened, Written, layout};
use crate::dotenv::{Document, Unportable};
use crate::fs;
use crate::ledger::{Fingerprints, fingerprint, fingerprints};
use crate::merge::{Merge, Take, merge, next_base};
use crate::secret::{Secret, Values};

/// An env file beside its sealed file.
pub struct WorkingCopy {
    site: Site,
    document: Document,
    /// The env file as it was read; empty if there was none.
    original: Zeroizing<Vec<u8>>,
    base: Option<Base>,
    /// The key that the fingerprints are under: that of the base, so that they can be compared.
    key: ProjectKey,
    current: ProjectKey,
    /// Whether the comments of the env file may go into the sealed file.
    takes_comments: bool,
}

/// What `unseal` did, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unsealed {
    /// Variables that were written.
    pub written: Vec<String>,
    /// Variables that were removed.
    pub removed: Vec<String>,
    /// Variables that stay in the sealed file alone, because an env file cannot carry several lines.
    pub sealed_only: Vec<String>,
    /// Variables that could not be written, and why.
    pub refused: Vec<(String, Unportable)>,
}

impl WorkingCopy {
    /// The env file, if there is one.
    pub fn document(path: &Path) -> Result<Option<Document>, Error> {
        if fs::exists(path) { Ok(Some(Document::read(path)?)) } else { Ok(None) }
    }

    /// The env file of the opened file's environment with its base; `None` if there is no env file.
    pub fn read(opened: &Opened) -> Result<Option<Self>, Error> {
        let Some(site) = opened.place.site() else { return Ok(None) };
        let Some(document) = Self::document(&site.environment.env_file)? else { return Ok(None) };
        Self::over(opened, document, true)
    }

    /// The same as if the env file were empty: for the first `unseal`.
    pub fn empty(opened: &Opened) -> Result<Option<Self>, Error> {
        Self::over(opened, Document::new(), false)
    }

    fn over(opened: &Opened, document: Document, based: bool) -> Result<Option<Self>, Error> {
        let (Some(site), Some(keys)) = (opened.place.site(), &opened.keys) else { return Ok(None) };
        let base = if based { Base::read(&base_path(site))? } else { None };
        // A base under a key that is gone says nothing.
        let base = base.filter(|base| keys.number(base.key).is_some());
        let key = base.as_ref().and_then(|base| keys.number(base.key)).unwrap_or(keys.current());
        let (key, current) = (key.clone(), keys.current().clone());
        let original = document.to_bytes();
        let takes_comments = opened.hides_comments();
        Ok(Some(Self { site: site.clone(), document, original, base, key, current, takes_comments }))
    }

    /// What differs between the env file and these sealed values, and which side stays.
    ///
    /// # Errors
    /// [`Error::Conflict`] if nobody decided about a variable that both sides changed, and
    /// [`Error::NoVariable`] if the decision names one that neither side has.
    pub fn decide(&self, sealed: &Values, take: Option<&Take>) -> Result<Merge, Error> {
        if let Some(take) = take {
            let base = self.base();
            let env = self.document.entries().map(|entry| entry.name).chain(self.document.sealed_only());
            let known: HashSet<&str> =
                env.chain(base.keys().map(String::as_str)).chain(sealed.keys().map(String::as_str)).collect();
            if let Some(unknown) = take.names.iter().find(|name| !known.contains(name.as_str())) {
                return Err(Error::no_variable(unknown, known));
            }
        }
        let merge = self.merge(sealed, take);
        if merge.conflicts.is_empty() { Ok(merge) } else { Err(Error::Conflict { names: merge.conflicts }) }
    }

    /// What differs between the env file and these sealed values, and on whose side.
    fn merge(&self, sealed: &Values, take: Option<&Take>) -> Merge {
        merge(&self.base(), &self.env(sealed), &fingerprints(&self.key.key, self.site.name(), sealed), take)
    }

    /// What sealing the differences changes. Variables that were only removed from the env file go with
    /// `prune` alone.
    pub fn changes(&self, merge: &Merge, prune: bool) -> Changes {
        let entries = merge.ours.iter().filter_map(|name| self.document.get(name));
        let mut changes: Changes =
            entries.map(|entry| (entry.name.to_owned(), entry.value.clone())).collect();
        changes.layout = self.takes_comments.then(|| Layout::of(&self.document));
        if prune {
            changes.remove.extend(merge.ours_removed.iter().cloned());
        }
        changes
    }

    /// Remembers for these variables, on which a person decided for one side, that the other side's value is
    /// the old one.
    pub fn settle(&mut self, names: &[String], sealed: &Values, for_env: bool) {
        let env = self.env(sealed);
        let sealed = fingerprints(&self.key.key, self.site.name(), sealed);
        let old = if for_env { &sealed } else { &env };
        let mut base = self.base();
        for name in names {
            match old.get(name) {
                Some(value) => base.insert(name.clone(), value.clone()),
                None => base.remove(name),
            };
        }
        let generation = self.base.as_ref().map_or(0, |base| base.generation);
        self.base = Some(Base::new(generation, self.key.number, base));
    }

    /// Takes the sealed differences into the env file, in memory; a variable that is new there comes with its
    /// comments. Variables that were only removed from the sealed file go with `prune` alone.
    pub fn unseal(&mut self, merge: &Merge, lines: &[Plain], prune: bool) -> Unsealed {
        let mut unsealed = Unsealed::default();
        let original = self.original.clone();
        let original = std::str::from_utf8(&original).unwrap_or_default();
        let known: HashSet<&str> =
            original.lines().filter_map(|line| line.trim_start().strip_prefix('#')).collect();
        let newer: HashSet<&str> = merge.theirs.iter().map(String::as_str).collect();
        for mut block in layout::blocks(lines) {
            // The head of the file, say, is there already.
            let there = block.comments.iter().take_while(|text| known.contains(**text)).count();
            block.comments.drain(..there);
            match block.variable {
                Some((name, value)) if newer.contains(name) => {
                    self.take(name, value, &block.comments, &mut unsealed);
                }
                None if original.is_empty() => self.push_block(&block.comments),
                _ => {}
            }
        }
        for name in merge.theirs_removed.iter().filter(|_| prune) {
            self.document.remove(name);
            unsealed.removed.push(name.clone());
        }
        unsealed
    }

    /// Takes one sealed value into the env file.
    fn take(&mut self, name: &str, value: &Secret, comments: &[&str], unsealed: &mut Unsealed) {
        let readers = &self.site.environment.readers;
        let fits = self.document.can_carry(name, value, readers);
        if let Err(reason) = fits
            && reason != Unportable::MultiLine
        {
            unsealed.refused.push((name.to_owned(), reason));
            return;
        }
        if !self.document.contains(name) {
            self.push_block(comments);
        }
        if self.document.set_for(name, value, &self.site.environment.readers).is_ok() {
            unsealed.written.push(name.to_owned());
        } else {
            self.document.set_sealed_only(name);
            unsealed.sealed_only.push(name.to_owned());
        }
    }

    /// Appends a block of comments, with an empty line before it.
    fn push_block(&mut self, comments: &[&str]) {
        if !comments.is_empty() && !self.document.ends_in_blank() {
            self.document.push_blank();
        }
        self.document.push_comments(comments);
    }

    /// Takes what a write changed in the sealed file into the env file, in memory.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the env file holds another, unsealed change of one of the variables; the env file
    /// could not be written, or git tracks it.
    pub(super) fn carry(
        &mut self,
        written: &mut Written,
        before: &Values,
        after: &Values,
        access: &Access,
    ) -> Result<(), Error> {
        let ahead = self.merge(before, None);
        let sealed = fingerprints(&self.key.key, self.site.name(), after);
        let env = self.env(after);
        let lists = [&ahead.ours, &ahead.ours_removed, &ahead.conflicts];
        let own: HashSet<&String> = lists.into_iter().flatten().collect();
        let is_conflict = |name: &&String| own.contains(name) && env.get(*name) != sealed.get(*name);
        let conflicts: Vec<String> = written.names().into_iter().filter(is_conflict).cloned().collect();
        if !conflicts.is_empty() {
            return Err(Error::Conflict { names: conflicts });
        }
        for (from, to) in &written.renamed {
            self.document.rename(from, to);
        }
        for name in &written.removed {
            self.document.remove(name);
        }
        for name in written.added.iter().chain(&written.changed) {
            let Some(value) = after.get(name) else { continue };
            if self.document.set_for(name, value, &self.site.environment.readers).is_err() {
                self.document.set_sealed_only(name);
                written.sealed_only.push(name.clone());
            }
        }
        if self.document.to_bytes() != self.original {
            // Before the sealed file is written, so that either both are or none.
            fs::check_private_target(&self.site.environment.env_file)?;
            access.refuse_tracked(&self.site.environment.env_file)?;
            written.env_file = Some(self.site.environment.env_file.clone());
        }
        Ok(())
    }

    /// Writes the env file, if it changed, and the base. The caller holds the environment's lock.
    ///
    /// # Errors
    /// [`Error::EnvFileChanged`] if someone else changed the env file since it was read.
    pub(super) fn write(&self, sealed: &Values, generation: u64) -> Result<(), Error> {
        let bytes = self.document.to_bytes();
        if bytes != self.original {
            self.check_unchanged()?;
            fs::write_private(&self.site.environment.env_file, &bytes)?;
        }
        let fingerprints = |key: &ProjectKey| fingerprints(&key.key, self.site.name(), sealed);
        let in_step = self.env(sealed) == fingerprints(&self.key);
        let base = if in_step {
            Base::new(generation, self.current.number, fingerprints(&self.current))
        } else {
            let base = next_base(&self.base(), &self.env(sealed), &fingerprints(&self.key));
            Base::new(generation, self.key.number, base)
        };
        base.write(&base_path(&self.site), self.base.as_ref())
    }

    /// Writes the env file and the base after [`WorkingCopy::unseal`] or [`WorkingCopy::settle`].
    ///
    /// # Errors
    /// [`Error::EnvFileChanged`] if someone else changed the env file since it was read; git tracks it.
    pub fn save(&self, opened: &Opened, access: &Access) -> Result<(), Error> {
        let _lock = opened.place.lock(access)?;
        if self.document.to_bytes() != self.original {
            access.refuse_tracked(&self.site.environment.env_file)?;
        }
        self.write(&opened.values, opened.generation.unwrap_or_default())
    }

    fn check_unchanged(&self) -> Result<(), Error> {
        let path = &self.site.environment.env_file;
        let now = fs::read_if_exists(path)?.unwrap_or_default();
        if now == self.original { Ok(()) } else { Err(Error::EnvFileChanged { path: path.clone() }) }
    }

    fn base(&self) -> Fingerprints {
        self.base.as_ref().map(|base| base.fingerprints.clone()).unwrap_or_default()
    }

    /// The fingerprints of the env file. A comment that stands for a value of several lines stands for
    /// whatever the sealed file has.
    fn env(&self, sealed: &Values) -> Fingerprints {
        let of = |name: &str, value| fingerprint(&self.key.key, self.site.name(), name, value);
        let own = self.document.entries().map(|entry| (entry.name.to_owned(), of(entry.name, entry.value)));
        let sealed_only = self.document.sealed_only();
        let others = sealed_only.filter_map(|name| Some((name.to_owned(), of(name, sealed.get(name)?))));
        own.chain(others).collect()
    }
}

fn base_path(site: &Site) -> PathBuf {
    Base::path(&site.root, site.name())
}
