//! One entry of the ledger and its canonical bytes.
//!
//! An entry is one JSON object on one line. Its canonical bytes are the object with its keys in byte order and
//! no blanks. `mac` is over the canonical bytes without `id` and `mac`; `id` is the SHA-256 of the canonical
//! bytes without `id`. Fields that this version does not know are kept and covered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Author, Error, Fingerprint, Fingerprints, Job};
use crate::mac::{Mac, sha256};
use crate::schema::Grade;
use crate::secret::Key;

/// The version of an entry that this envward writes, and the newest it reads.
pub const VERSION: u32 = 1;

/// What stands for the SHA-256 of a sealed file where there is none yet.
pub const NO_FILE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What git puts around the sides of a merge that it leaves to a person.
const CONFLICT_MARKS: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The environment was sealed for the first time; or it got values before that, and `sha256` is [`NO_FILE`].
    Created,
    /// The sealed file was written.
    Sealed,
    /// The environment got a new project key and the file a new data key; the entry's `mac` is under the old
    /// project key.
    Rekeyed,
    /// The values of the sealed file of generation `generation` were written to a store; `fingerprints` and
    /// `removed` name those that were.
    Pushed,
    /// Variables were given new values and these were carried to where they are used, by `rotate`; `evidence` says
    /// how far that was seen, `previous` and `until` what is still accepted beside them.
    Rotated,
    /// The previous value of variables is no longer accepted.
    Retired,
    /// A person says that variables were rotated elsewhere.
    Attested,
    /// Someone asks that variables need not be rotated before the day `until`.
    Exempted,
    /// Someone else agrees to the exemption whose id `approves` names.
    Approved,
    /// Variables became known to someone who should not know them, or who left: `reason` says who.
    Exposed,
    /// What the metadata of a store proves about a version that the ledger did not know.
    Observed,
    /// Something this version does not know.
    #[serde(other)]
    Other,
}

/// A fingerprint under an older project key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The fingerprint.
    pub fingerprint: Fingerprint,
    /// The number of the project key.
    pub key: u32,
}

/// An entry. The fields stand in the order of their names, which is their order in the canonical bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Who wrote it, as git or a CI system names them; a claim, not a proof.
    pub actor: String,
    /// For `approved`: the id of the entry that asks for the exemption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approves: Option<String>,
    /// When, RFC 3339 in UTC, whole seconds.
    pub at: String,
    /// The job of a CI system that wrote it, as its own variables say; a claim, not a proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Job>,
    /// For `attested`: the day on which it was done, as `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// Of variables in `fingerprints`: the fingerprint that their value had under an older project key, where it is
    /// one that they had then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub earlier: BTreeMap<String, Earlier>,
    /// The environment.
    pub environment: String,
    /// What happened.
    pub event: Event,
    /// For `rotated`, `retired`, `attested` and `observed`: how well it is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Grade>,
    /// New fingerprints of the variables that were added or changed; for `rekeyed`, of all, under the key
    /// `key`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fingerprints: Fingerprints,
    /// The generation that the sealed file has with this entry.
    pub generation: u64,
    /// The number of the project key that `mac` and `fingerprints` are under.
    pub key: u32,
    /// For `rekeyed`: the fingerprints of all variables under the new project key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub new_fingerprints: Fingerprints,
    /// For `rekeyed`: the number of the new project key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_key: Option<u32>,
    /// For `rekeyed`: the pin of the new project key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_pin: Option<String>,
    /// The ids of all heads that the writer saw, sorted.
    pub prev: Vec<String>,
    /// For `rotated`: the variable that holds the previous value, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Why, in the words of its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The variables that were removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// The variables that were renamed and kept their values: new name to old name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<String, String>,
    /// For `pushed` by a rollback: the version of the store whose values were written again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<String>,
    /// The SHA-256 of the sealed file, in hexadecimal digits.
    pub sha256: String,
    /// For `pushed`: the store's name in the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// For `pushed`: when the store made the version, by its own clock, where it says so; RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_time: Option<String>,
    /// For `pushed`: the version that the store has with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_version: Option<String>,
    /// For `attested` and `exempted`: where it is written down, such as a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// For `exempted`: the last day, as `2027-01-31`. For `rotated`: when the overlap ends, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The version of the entry's format.
    pub v: u32,
    /// The variables it is about, for an entry that has no fingerprints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
}

impl Event {
    /// Whether it is a write of the sealed file: the entry's `sha256` and `generation` are then of a new one.
    pub fn is_seal(self) -> bool {
        matches!(self, Self::Created | Self::Sealed | Self::Rekeyed)
    }
}

impl Entry {
    /// An entry about an environment, to be filled. What it follows is filled in when it is added to a ledger.
    pub fn new(environment: &str, event: Event, author: Author, at: Timestamp) -> Self {
        Self {
            actor: author.actor,
            approves: None,
            at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            ci: author.job,
            done: None,
            earlier: BTreeMap::new(),
            environment: environment.to_owned(),
            event,
            evidence: None,
            fingerprints: Fingerprints::new(),
            generation: 0,
            key: 1,
            new_fingerprints: Fingerprints::new(),
            new_key: None,
            new_pin: None,
            prev: Vec::new(),
            previous: None,
            reason: None,
            removed: Vec::new(),
            renamed: BTreeMap::new(),
            restores: None,
            sha256: NO_FILE.to_owned(),
            store: None,
            store_time: None,
            store_version: None,
            ticket: None,
            until: None,
            v: VERSION,
            variables: Vec::new(),
        }
    }

    /// The id of this entry, and its line of the ledger with its tag and its id, without the line end. `key` is the
    /// project key of the number [`Entry::key`].
    pub fn to_line(&self, key: &Key) -> (String, String) {
        let value = serde_json::to_value(self).expect("every field of an entry can be written as JSON");
        let mut fields: Fields =
            serde_json::from_value(value).expect("an entry is a JSON object with text keys");
        let tag = tag(key, &fields).finish();
        fields.insert("mac".to_owned(), Value::String(tag));
        let id = sha256(&canonical(&fields));
        fields.insert("id".to_owned(), Value::String(id.clone()));
        (id, String::from_utf8(canonical(&fields)).expect("JSON is UTF-8"))
    }
}

type Fields = BTreeMap<String, Value>;

fn canonical(fields: &Fields) -> Vec<u8> {
    serde_json::to_vec(fields).expect("JSON values can be written as JSON")
}

fn tag(key: &Key, fields: &Fields) -> Mac {
    let mut mac = Mac::new(key, "envward/1/ledger");
    mac.field(canonical(fields));
    mac
}

/// An entry as it stands in the ledger.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it says.
    pub entry: Entry,
    /// Its id.
    pub id: String,
    tag: String,
    fields: Fields,
}

impl Recorded {
    /// Reads one line and checks its version and its id. `line` is its number, from 1, for the error.
    pub fn parse(text: &[u8], line: usize) -> Result<Self, Error> {
        if CONFLICT_MARKS.iter().any(|mark| text.starts_with(mark)) {
            return Err(Error::Conflict { line });
        }
        let malformed = |_| Error::Malformed { line };
        let mut fields: Fields = serde_json::from_slice(text).map_err(malformed)?;
        match fields.get("v").and_then(Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => return Err(Error::Newer { line, version }),
            Some(_) => {}
            None => return Err(Error::Malformed { line }),
        }
        let id = take_text(&mut fields, "id").ok_or(Error::Malformed { line })?;
        if sha256(&canonical(&fields)) != id {
            return Err(Error::Altered { line });
        }
        let tag = take_text(&mut fields, "mac").ok_or(Error::Malformed { line })?;
        let object = Value::Object(fields.clone().into_iter().collect());
        let entry = serde_json::from_value(object).map_err(malformed)?;
        Ok(Self { entry, id, tag, fields })
    }

    /// Its line of the ledger, without the line end.
    pub fn to_line(&self) -> String {
        let mut fields = self.fields.clone();
        fields.insert("mac".to_owned(), Value::String(self.tag.clone()));
        fields.insert("id".to_owned(), Value::String(self.id.clone()));
        String::from_utf8(canonical(&fields)).expect("JSON is UTF-8")
    }

    /// When it was written, by the clock of who wrote it; `None` if that is no date.
    pub fn at(&self) -> Option<Timestamp> {
        self.entry.at.parse().ok()
    }

    /// Whether the entry was written by someone who knows this project key.
    pub fn is_authentic(&self, key: &Key) -> bool {
        tag(key, &self.fields).matches(&self.tag)
    }

    /// The fingerprint of a variable under the newest key this entry has one for.
    pub fn fingerprint(&self, name: &str) -> Option<&Fingerprint> {
        self.entry.new_fingerprints.get(name).or_else(|| self.entry.fingerprints.get(name))
    }
}

fn take_text(fields: &mut Fields, name: &str) -> Option<String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::ledger) fn entry(generation: u64, prev: &[&str]) -> Entry {
        let at = "2026-03-01T12:00:00Z".parse().expect("a date");
        let author = Author { actor: "Alice <a@example.com>".to_owned(), job: None };
        Entry {
            fingerprints: [("A".to_owned(), "0".repeat(32))].into(),
            generation,
            prev: prev.iter().map(|&id| id.to_owned()).collect(),
            sha256: "1".repeat(64),
            ..Entry::new("production", Event::Sealed, author, at)
        }
    }

    #[test]
    fn the_line_is_canonical_and_reads_back() {
        let key = Key::new([1; 32]);
        let line = entry(3, &["ab"]).to_line(&key).1;
        let recorded = Recorded::parse(line.as_bytes(), 1).expect("what was written reads back");
        assert!(line.starts_with(r#"{"actor":"Alice <a@example.com>","at":"2026-03-01T12:00:00Z","#));
        assert_eq!(recorded.to_line(), line);
        assert_eq!(recorded.entry.generation, 3);
        assert!(recorded.is_authentic(&key));
        assert!(!recorded.is_authentic(&Key::new([2; 32])));
    }

    #[test]
    fn a_changed_entry_does_not_have_its_id() {
        let line = entry(3, &[]).to_line(&Key::new([1; 32])).1;
        let altered = line.replace("\"generation\":3", "\"generation\":4");
        assert!(matches!(Recorded::parse(altered.as_bytes(), 7), Err(Error::Altered { line: 7 })));
    }

    #[test]
    fn a_field_of_a_later_version_is_covered_and_a_later_version_is_refused() {
        let key = Key::new([1; 32]);
        let line = entry(3, &[]).to_line(&key).1;
        let mut fields: Fields = serde_json::from_str(&line).expect("JSON");
        fields.retain(|name, _| name != "id" && name != "mac");
        fields.insert("evidence".to_owned(), Value::String("A".to_owned()));
        let tag = tag(&key, &fields).finish();
        fields.insert("mac".to_owned(), Value::String(tag));
        let id = sha256(&canonical(&fields));
        fields.insert("id".to_owned(), Value::String(id));
        let recorded = Recorded::parse(&canonical(&fields), 1).expect("an unknown field is no error");
        assert!(recorded.is_authentic(&key));

        let newer = line.replace("\"v\":1", "\"v\":2");
        assert!(matches!(Recorded::parse(newer.as_bytes(), 1), Err(Error::Newer { line: 1, version: 2 })));
    }

    #[test]
    fn an_event_of_a_later_version_is_read_as_other() {
        assert_eq!(serde_json::from_str::<Event>("\"invented\"").ok(), Some(Event::Other));
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_no_entry(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let line = entry(3, &["ab"]).to_line(&Key::new([1; 32])).1.into_bytes();
            let mut changed = line.clone();
            let at = at.index(changed.len());
            changed[at] = byte;
            prop_assert!(Recorded::parse(&changed, 1).is_err() || changed == line);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Recorded::parse(&bytes, 1).is_err());
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = [b"{\"v\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
        assert!(matches!(Recorded::parse(&deep, 1), Err(Error::Malformed { line: 1 })));
    }
}
