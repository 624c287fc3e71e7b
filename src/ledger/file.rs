//! The ledger as a file: its tail for readers in a hurry, the whole for writers.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::{Entry, Error, Recorded};
use crate::fs;
use crate::secret::Key;

/// How much of the end of the ledger [`newer_in_tail`] reads.
pub const TAIL: u64 = 64 * 1024;

/// What decides whether a line of the tail is worth a closer look.
#[derive(Deserialize)]
struct Glance<'a> {
    #[serde(borrow)]
    environment: Cow<'a, str>,
    generation: u64,
}

/// The entries of an environment in the last 64 KiB whose generation is above the given one. Lines that are
/// no valid entries are passed over: [`Ledger::read`] tells what is wrong with them.
pub fn newer_in_tail(path: &Path, environment: &str, generation: u64) -> Result<Vec<Recorded>, Error> {
    let (bytes, whole) = match fs::read_tail(path, TAIL) {
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        result => result?,
    };
    // The first line of a part may be the end of a longer one.
    let lines = bytes.split(|&byte| byte == b'\n').skip(usize::from(!whole));
    let is_newer = |line: &&[u8]| {
        serde_json::from_slice::<Glance>(line)
            .is_ok_and(|glance| glance.environment == environment && glance.generation > generation)
    };
    Ok(lines.filter(is_newer).filter_map(|line| Recorded::parse(line, 0).ok()).collect())
}

/// Every entry of the ledger, in the order of the file.
#[derive(Clone)]
pub struct Ledger {
    entries: Vec<Recorded>,
    bytes: Vec<u8>,
}

impl Ledger {
    /// Reads and checks the whole ledger; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let (ledger, faults) = Self::read_all(path)?;
        faults.into_iter().next().map_or(Ok(ledger), Err)
    }

    /// Reads what of the ledger can be read, and says which lines are no entries.
    pub fn read_all(path: &Path) -> Result<(Self, Vec<Error>), Error> {
        let bytes = fs::read_if_exists(path)?.map(|bytes| bytes.to_vec()).unwrap_or_default();
        Ok(Self::parse_all(bytes))
    }

    /// The entries in the text of a ledger, and which lines are none.
    pub fn parse_all(bytes: Vec<u8>) -> (Self, Vec<Error>) {
        let lines = bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        let (mut entries, mut faults) = (Vec::new(), Vec::new());
        for (index, line) in lines {
            match Recorded::parse(line, index + 1) {
                Ok(recorded) => entries.push(recorded),
                Err(fault) => faults.push(fault),
            }
        }
        (Self { entries, bytes }, faults)
    }

    /// A ledger of these entries, for tests.
    #[cfg(test)]
    pub fn of(entries: Vec<Recorded>) -> Self {
        Self { entries, bytes: Vec::new() }
    }

    /// The entries.
    pub fn entries(&self) -> &[Recorded] {
        &self.entries
    }

    /// The ids of the entries that no other entry follows, sorted.
    pub fn heads(&self) -> Vec<String> {
        heads(self.entries.iter())
    }

    /// Adds an entry after all heads and writes the file; gives the entry's id. The caller holds the project's lock
    /// since before the ledger was read. `key` is the project key of the entry's number.
    pub fn append(self, path: &Path, entry: Entry, key: &Key) -> Result<String, Error> {
        self.append_after(&[], path, entry, key)
    }

    /// Like [`Ledger::append`], for a file that continues the ledger with the entries `before`.
    pub fn append_after(
        mut self,
        before: &[Recorded],
        path: &Path,
        mut entry: Entry,
        key: &Key,
    ) -> Result<String, Error> {
        entry.prev = heads(before.iter().chain(&self.entries));
        let (id, line) = entry.to_line(key);
        self.add_line(line.as_bytes());
        self.write(path)?;
        Ok(id)
    }

    /// The ledger with these entries too, as they are.
    #[must_use]
    pub fn with(&self, entries: &[Recorded]) -> Self {
        let mut joined = self.clone();
        for recorded in entries {
            joined.add_line(recorded.to_line().as_bytes());
            joined.entries.push(recorded.clone());
        }
        joined
    }

    fn add_line(&mut self, line: &[u8]) {
        if self.bytes.last().is_some_and(|&byte| byte != b'\n') {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
    }

    /// Writes the file. The caller holds the project's lock since before the ledger was read.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        Ok(fs::write_shared(path, &self.bytes)?)
    }
}

/// The ids of those that no other one follows, sorted.
fn heads<'a>(entries: impl Iterator<Item = &'a Recorded> + Clone) -> Vec<String> {
    let followed: BTreeSet<&str> =
        entries.clone().flat_map(|recorded| &recorded.entry.prev).map(String::as_str).collect();
    let ids: BTreeSet<&str> = entries.map(|recorded| recorded.id.as_str()).collect();
    ids.difference(&followed).map(|&id| id.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::entry;
    use super::*;

    fn key() -> Key {
        Key::new([1; 32])
    }

    fn append(path: &Path, generation: u64) {
        let ledger = Ledger::read(path).expect("the ledger reads");
        ledger.append(path, entry(generation, &[]), &key()).expect("the ledger can be written");
    }

    fn temporary() -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(super::super::FILE_NAME);
        (directory, path)
    }

    #[test]
    fn each_entry_follows_the_one_before_and_old_lines_keep_their_bytes() {
        let (_directory, path) = temporary();
        append(&path, 1);
        let first = fs::read(&path).expect("readable").to_vec();
        append(&path, 2);
        let ledger = Ledger::read(&path).expect("the ledger reads");
        assert!(ledger.bytes.starts_with(&first));
        assert_eq!(ledger.entries[1].entry.prev, [ledger.entries[0].id.clone()]);
        assert_eq!(ledger.heads(), [ledger.entries[1].id.clone()]);
    }

    #[test]
    fn after_a_union_merge_the_next_entry_names_both_heads() {
        let (_directory, path) = temporary();
        append(&path, 1);
        let base = fs::read(&path).expect("readable").to_vec();
        append(&path, 2);
        let ours = fs::read(&path).expect("readable").to_vec();
        fs::write_shared(&path, &base).expect("writable");
        append(&path, 3);
        let theirs = fs::read(&path).expect("readable").to_vec();
        fs::write_shared(&path, &[&ours, &theirs[base.len()..]].concat()).expect("writable");
        append(&path, 4);
        let ledger = Ledger::read(&path).expect("the ledger reads");
        let mut both = vec![ledger.entries[1].id.clone(), ledger.entries[2].id.clone()];
        both.sort();
        assert_eq!(ledger.entries[3].entry.prev, both);
    }

    #[test]
    fn the_tail_has_what_is_newer_and_passes_over_what_is_no_entry() {
        let (_directory, path) = temporary();
        append(&path, 9);
        let far = fs::read(&path).expect("readable").to_vec();
        fs::write_shared(&path, &[far, vec![b'x'; 64 * 1024], b"\n".to_vec()].concat()).expect("writable");
        let mut bytes = fs::read(&path).expect("readable").to_vec();
        for generation in [1, 2, 3] {
            bytes.extend_from_slice(entry(generation, &[]).to_line(&key()).1.as_bytes());
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(b"<<<<<<< HEAD\n");
        fs::write_shared(&path, &bytes).expect("writable");
        let newer = newer_in_tail(&path, "production", 1).expect("the tail reads");
        assert_eq!(newer.iter().map(|recorded| recorded.entry.generation).collect::<Vec<_>>(), [2, 3]);
        assert!(newer_in_tail(&path, "staging", 0).expect("the tail reads").is_empty());
        assert!(matches!(Ledger::read(&path), Err(Error::Malformed { line: 2 })));
    }

    #[test]
    fn no_ledger_is_an_empty_one() {
        let (_directory, path) = temporary();
        assert!(newer_in_tail(&path, "production", 0).expect("no error").is_empty());
        assert!(Ledger::read(&path).expect("no error").heads().is_empty());
    }
}
