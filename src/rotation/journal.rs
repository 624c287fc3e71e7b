//! What is known about a rotation in flight, on disk before each step: `.envward/rotations/ENVIRONMENT/VARIABLE.age`,
//! encrypted to the environment's recipients, since it holds the pending value, and with a tag under the project key,
//! since it decides what becomes the value.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use crate::fs::{self, Lock};
use crate::seal::{self, Access, Opened};
use crate::secret::{Secret, Values};

/// The version of the journal that this envward writes, and the only one it reads.
const VERSION: u32 = 1;

/// What the tag of a journal is for.
const PURPOSE: &str = "envward/1/rotation-journal";

/// The last step that is known to be done. The next one may have been done too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The new value is made, and lies in the journal.
    Pending,
    /// The target accepts it.
    Set,
    /// It was used as an application would.
    Tested,
    /// The sealed file has it.
    Current,
    /// The stores have it.
    Pushed,
    /// The target no longer accepts the previous value: where there is no overlap.
    Ended,
    /// The ledger has it. After this the journal stays until the overlap is over.
    Recorded,
}

impl Step {
    /// Its word, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Set => "set",
            Self::Tested => "tested",
            Self::Current => "current",
            Self::Pushed => "pushed",
            Self::Ended => "ended",
            Self::Recorded => "recorded",
        }
    }
}

/// A rotation in flight, or one whose overlap is not over.
#[derive(Clone)]
pub struct Journal {
    /// The variable.
    pub variable: String,
    /// The environment.
    pub environment: String,
    /// When it began.
    pub begun: Timestamp,
    /// How far it is.
    pub step: Step,
    /// The new values: of the variable, of others that change with it, and of the one that holds the previous value.
    pub pending: Values,
    /// What those, and the values rendered from them, were before; one that was not there is missing.
    pub before: Values,
    /// When the overlap ends, if there is one.
    pub until: Option<Timestamp>,
    /// Whether the target was seen to refuse the previous value.
    pub seen: bool,
    /// Whether the target may refuse the previous value by now and nothing makes it accept that again, so that the
    /// only way is forward.
    pub one_way: bool,
    /// Whether the previous value ends at once although the policy has an overlap.
    pub at_once: bool,
}

impl Journal {
    /// What to do about it after it was stopped.
    pub fn ways_on(&self) -> String {
        let name = &self.variable;
        let back = if self.one_way {
            "there is no way back, since the previous value may have been ended".to_owned()
        } else {
            format!("or take it back with: envward rotate {name} --abort")
        };
        format!("go on with: envward rotate {name} --resume; {back}")
    }
}

/// The journal as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    project: String,
    environment: String,
    variable: String,
    begun: String,
    step: Step,
    pending: IndexMap<String, String>,
    before: IndexMap<String, String>,
    until: Option<String>,
    seen: bool,
    #[serde(default)]
    one_way: bool,
    #[serde(default)]
    at_once: bool,
}

impl Drop for Written {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        self.pending.values_mut().chain(self.before.values_mut()).for_each(Zeroize::zeroize);
    }
}

/// Where the journals of an environment lie.
pub struct Journals<'a> {
    root: &'a Path,
    project: &'a str,
    environment: &'a str,
}

impl<'a> Journals<'a> {
    /// Those of an environment of the project at `root`.
    pub fn new(root: &'a Path, project: &'a str, environment: &'a str) -> Self {
        Self { root, project, environment }
    }

    fn directory(&self) -> PathBuf {
        self.root.join(".envward/rotations").join(self.environment)
    }

    fn path(&self, variable: &str) -> PathBuf {
        self.directory().join(format!("{variable}.age"))
    }

    /// Keeps other rotations of the environment out until it is dropped.
    ///
    /// # Errors
    /// Another one is under way.
    pub fn lock(&self) -> Result<Lock, Error> {
        let lock = Lock::try_acquire(&self.directory().join("lock"))?;
        lock.ok_or_else(|| Error::Busy { environment: self.environment.to_owned() })
    }

    /// The variables that have a journal, sorted. Needs no key.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn variables(&self) -> Result<Vec<String>, Error> {
        let names = fs::list_dir(&self.directory())?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(".age")).map(str::to_owned).collect())
    }

    /// Every journal.
    ///
    /// # Errors
    /// One cannot be opened, or is not to be believed.
    pub fn read_all(&self, opened: &Opened, access: &mut Access) -> Result<Vec<Journal>, Error> {
        let mut journals = Vec::new();
        for variable in self.variables()? {
            journals.extend(self.read(&variable, opened, access)?);
        }
        Ok(journals)
    }

    /// The journal of a variable.
    ///
    /// # Errors
    /// It cannot be opened, or is not to be believed.
    pub fn read(
        &self,
        variable: &str,
        opened: &Opened,
        access: &mut Access,
    ) -> Result<Option<Journal>, Error> {
        let path = self.path(variable);
        let Some(file) = fs::read_if_exists(&path)? else { return Ok(None) };
        let journal = self.open(&path, &file, opened, access)?;
        if journal.variable == variable { Ok(Some(journal)) } else { Err(Error::Journal { path }) }
    }

    /// Takes a journal over that another machine kept elsewhere, if this one has none of the variable.
    ///
    /// # Errors
    /// It cannot be opened, or is not to be believed; it cannot be written.
    pub fn take_over(
        &self,
        variable: &str,
        text: &str,
        opened: &Opened,
        access: &mut Access,
    ) -> Result<(), Error> {
        let path = self.path(variable);
        if fs::exists(&path) {
            return Ok(());
        }
        let journal = self.open(&path, text.as_bytes(), opened, access)?;
        if journal.variable != variable {
            return Err(Error::Journal { path });
        }
        self.write(&journal, opened, access)
    }

    /// Opens the bytes of a journal; `path` is for the message.
    fn open(&self, path: &Path, file: &[u8], opened: &Opened, access: &mut Access) -> Result<Journal, Error> {
        let damaged = || Error::Journal { path: path.to_owned() };
        let text = seal::decrypt_beside(path, file, access)?;
        let end = text.iter().position(|&byte| byte == b'\n').ok_or_else(damaged)?;
        let (tag, json) = (&text[..end], &text[end + 1..]);
        let tag = std::str::from_utf8(tag).map_err(|_| damaged())?;
        if !opened.is_tag_beside(PURPOSE, json, tag) {
            return Err(damaged());
        }
        let mut written: Written = serde_json::from_slice(json).map_err(|_| damaged())?;
        let fits = written.version == VERSION
            && written.project == self.project
            && written.environment == self.environment;
        if !fits {
            return Err(damaged());
        }
        let values = |texts: &mut IndexMap<String, String>| -> Values {
            std::mem::take(texts).into_iter().map(|(name, text)| (name, Secret::new(text))).collect()
        };
        Ok(Journal {
            variable: written.variable.clone(),
            environment: written.environment.clone(),
            begun: written.begun.parse().map_err(|_| damaged())?,
            step: written.step,
            pending: values(&mut written.pending),
            before: values(&mut written.before),
            until: written.until.as_ref().and_then(|until| until.parse().ok()),
            seen: written.seen,
            one_way: written.one_way,
            at_once: written.at_once,
        })
    }

    /// Writes a journal; what it says is durable then.
    ///
    /// # Errors
    /// It cannot be encrypted or written.
    pub fn write(&self, journal: &Journal, opened: &Opened, access: &Access) -> Result<(), Error> {
        let file = self.seal(journal, opened, access)?;
        fs::create_private_dir(&self.directory())?;
        Ok(fs::write_private(&self.path(&journal.variable), file.as_bytes())?)
    }

    /// A journal as it lies on disk.
    ///
    /// # Errors
    /// It cannot be encrypted.
    pub fn seal(&self, journal: &Journal, opened: &Opened, access: &Access) -> Result<String, Error> {
        let texts = |values: &Values| -> IndexMap<String, String> {
            values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect()
        };
        let written = Written {
            version: VERSION,
            project: self.project.to_owned(),
            environment: journal.environment.clone(),
            variable: journal.variable.clone(),
            begun: journal.begun.to_string(),
            step: journal.step,
            pending: texts(&journal.pending),
            before: texts(&journal.before),
            until: journal.until.map(|until| until.to_string()),
            seen: journal.seen,
            one_way: journal.one_way,
            at_once: journal.at_once,
        };
        let length: usize = journal.pending.values().chain(journal.before.values()).map(Secret::len).sum();
        // Room for all of it with every character escaped, so that no copy stays behind when it grows.
        let mut json = Zeroizing::new(Vec::with_capacity(6 * length + 4096));
        serde_json::to_writer(&mut *json, &written).expect("names and texts can be written as JSON");
        let tag = opened.tag_beside(PURPOSE, &json).unwrap_or_default();
        let text = Zeroizing::new([tag.as_bytes(), b"\n", &json].concat());
        Ok(opened.encrypt_beside(&text, access)?)
    }

    /// Removes the journal of a variable.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, variable: &str) -> Result<(), Error> {
        Ok(fs::remove(&self.path(variable))?)
    }
}
