//! The metadata of a SOPS file: who can open it, which lines are encrypted, when it was written, its MAC.
//!
//! Every entry is kept as it was read, in its order; a change touches only the entries it is about. So key
//! types that envward does not have (KMS, PGP, Vault, key groups) stay in the file.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::lines::METADATA_PREFIX;
use super::selector::{self, Selector};
use super::{Error, flat, lines};

/// The version that new files name: the oldest sops that reads all of what they hold.
pub const SOPS_VERSION: &str = "3.9.0";

/// The key types of sops that envward cannot use, by their metadata key, and what to call them.
const FOREIGN: [(&str, &str); 7] = [
    ("kms", "an AWS KMS key"),
    ("pgp", "a PGP key"),
    ("gcp_kms", "a Google Cloud KMS key"),
    ("azure_kv", "an Azure Key Vault key"),
    ("hc_vault", "a Vault transit key"),
    ("hckms", "a Huawei Cloud KMS key"),
    ("key_groups", "key groups (Shamir)"),
];

/// One age recipient of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeEntry<'a> {
    /// The public key, as the file says it.
    pub recipient: &'a str,
    /// The data key, as an armoured age file.
    pub encrypted_key: &'a str,
}

/// The metadata of one file.
#[derive(Clone)]
pub struct Metadata {
    /// Key without `sops_` to value, in file order.
    entries: IndexMap<String, String>,
    selector: Selector,
    age_recipients: usize,
}

impl Metadata {
    /// The metadata of a new file, still without a MAC.
    pub(super) fn new(selector: Selector, now: Timestamp) -> Self {
        let mut metadata = Self { entries: IndexMap::new(), selector, age_recipients: 0 };
        metadata.set_last_modified(now);
        metadata.set("mac", String::new());
        metadata.set(metadata.selector.key(), metadata.selector.text());
        metadata.set("version", SOPS_VERSION.to_owned());
        metadata
    }

    /// Takes the entries of a file.
    pub(super) fn parse(entries: IndexMap<String, String>) -> Result<Self, Error> {
        if !entries.contains_key("mac") && !entries.contains_key("version") {
            return Err(Error::NotSealed);
        }
        if entries.values().any(|value| value.ends_with('\r')) {
            return Err(Error::CarriageReturns);
        }
        flat::check(&entries)?;
        let selector = selector_of(&entries)?;
        let mut metadata = Self { entries, selector, age_recipients: 0 };
        while metadata.age_entry(metadata.age_recipients).is_some() {
            metadata.age_recipients += 1;
        }
        if metadata.last_modified().parse::<Timestamp>().is_err() {
            return Err(invalid("lastmodified", "it is not a time in RFC 3339"));
        }
        metadata.parse_mac_only_encrypted()?;
        Ok(metadata)
    }

    /// The version of sops that the file names.
    pub fn version(&self) -> &str {
        self.get("version")
    }

    /// When the file was written, as the file says it; the MAC is bound to this text.
    pub fn last_modified(&self) -> &str {
        self.get("lastmodified")
    }

    /// The encrypted MAC.
    pub fn mac(&self) -> &str {
        self.get("mac")
    }

    /// Which lines are encrypted.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Every entry, key without `sops_` and value, in file order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether the MAC covers only the values that are encrypted.
    pub fn mac_only_encrypted(&self) -> bool {
        // Checked when the file was read.
        self.parse_mac_only_encrypted().unwrap_or(false)
    }

    /// The age recipients, in file order.
    pub fn age(&self) -> impl Iterator<Item = AgeEntry<'_>> {
        (0..self.age_recipients).filter_map(|index| self.age_entry(index))
    }

    /// What other keys the file is wrapped to, in words; `None` if there is none.
    pub fn foreign_keys(&self) -> Option<String> {
        let present = |key: &str| {
            self.entries
                .keys()
                .any(|entry| entry.strip_prefix(key).is_some_and(|rest| rest.starts_with("__")))
        };
        let names: Vec<&str> =
            FOREIGN.iter().filter(|(key, _)| present(key)).map(|(_, name)| *name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Whether the entry is about the lines: when they were written, their MAC, which of them are encrypted.
    pub fn is_of_content(key: &str) -> bool {
        matches!(key, "lastmodified" | "mac") || selector::KEYS.contains(&key)
    }

    /// Another rule about which lines are encrypted; the lines must already follow it.
    pub(super) fn set_selector(&mut self, selector: Selector) {
        for key in selector::KEYS.iter().filter(|key| **key != selector.key()) {
            self.entries.shift_remove(*key);
        }
        self.set(selector.key(), selector.text());
        self.selector = selector;
    }

    pub(super) fn set_last_modified(&mut self, now: Timestamp) {
        self.set("lastmodified", now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }

    pub(super) fn set_mac(&mut self, encrypted: String) {
        self.set("mac", encrypted);
    }

    /// Replaces the age recipients by these pairs of recipient and wrapped data key.
    pub(super) fn set_age(&mut self, recipients: Vec<(String, String)>) {
        self.entries.retain(|key, _| !key.starts_with("age__"));
        self.age_recipients = recipients.len();
        for (index, (recipient, encrypted_key)) in recipients.into_iter().enumerate() {
            self.set(&age_key(index, "enc"), encrypted_key);
            self.set(&age_key(index, "recipient"), recipient);
        }
    }

    /// Writes the metadata lines.
    pub(super) fn emit(&self, out: &mut String) {
        for (key, value) in &self.entries {
            lines::emit_pair(METADATA_PREFIX, key, value, out);
        }
    }

    fn get(&self, key: &str) -> &str {
        self.entries.get(key).map_or("", String::as_str)
    }

    /// Changes an entry in its place, or puts a new one where sops would.
    fn set(&mut self, key: &str, value: String) {
        if let Some(entry) = self.entries.get_mut(key) {
            *entry = value;
            return;
        }
        let steps = flat::steps(key);
        let after = |entry: &String| flat::steps(entry) > steps;
        let position = self.entries.keys().position(after).unwrap_or(self.entries.len());
        self.entries.shift_insert(position, key.to_owned(), value);
    }

    fn age_entry(&self, index: usize) -> Option<AgeEntry<'_>> {
        Some(AgeEntry {
            recipient: self.entries.get(&age_key(index, "recipient"))?,
            encrypted_key: self.entries.get(&age_key(index, "enc"))?,
        })
    }

    /// The spellings that sops takes for a boolean in a dotenv file (Go's `strconv.ParseBool`).
    fn parse_mac_only_encrypted(&self) -> Result<bool, Error> {
        match self.get("mac_only_encrypted") {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
            "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
            _ => Err(invalid("mac_only_encrypted", "it is neither true nor false")),
        }
    }
}

fn age_key(index: usize, field: &str) -> String {
    format!("age__list_{index}__map_{field}")
}

fn selector_of(entries: &IndexMap<String, String>) -> Result<Selector, Error> {
    let mut rules = selector::KEYS
        .iter()
        .filter_map(|key| entries.get(*key).map(|text| (*key, text.as_str())))
        .filter(|(_, text)| !text.is_empty());
    let Some((key, text)) = rules.next() else {
        return Ok(Selector::UnencryptedSuffix(selector::DEFAULT_SUFFIX.to_owned()));
    };
    match rules.next() {
        Some((second, _)) => Err(invalid(second, "a file has only one rule about what is encrypted")),
        None => Selector::parse(key, text),
    }
}

fn invalid(key: &str, problem: &'static str) -> Error {
    Error::Metadata { key: key.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Metadata, Error> {
        Metadata::parse(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn good(pairs: &[(&str, &str)]) -> Metadata {
        let base = [("lastmodified", "2026-03-01T12:00:00Z"), ("mac", "ENC[]"), ("version", "3.8.1")];
        parse(&[&base, pairs].concat()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn emitted(metadata: &Metadata) -> String {
        let mut out = String::new();
        metadata.emit(&mut out);
        out
    }

    #[test]
    fn a_new_file_names_its_rule_and_version_in_the_order_of_sops() {
        let now = "2026-03-01T12:00:00.9Z".parse().expect("a time");
        let mut metadata = Metadata::new(Selector::clear_names(["A"]), now);
        metadata.set_age(vec![("age1x".to_owned(), "a\nb\n".to_owned())]);
        assert_eq!(
            emitted(&metadata),
            "sops_age__list_0__map_enc=a\\nb\\n\nsops_age__list_0__map_recipient=age1x\n\
             sops_lastmodified=2026-03-01T12:00:00Z\nsops_mac=\nsops_unencrypted_regex=^(A)$\n\
             sops_version=3.9.0\n"
        );
    }

    #[test]
    fn entries_that_are_not_understood_are_kept() {
        let mut metadata = good(&[("new_thing__map_x", "1"), ("pgp__list_0__map_fp", "F")]);
        metadata.set_age(vec![("age1x".to_owned(), "e".to_owned())]);
        let text = emitted(&metadata);
        assert!(text.contains("sops_new_thing__map_x=1\n") && text.contains("sops_pgp__list_0__map_fp=F\n"));
        assert_eq!(metadata.foreign_keys().as_deref(), Some("a PGP key"));
        assert_eq!(metadata.version(), "3.8.1");
    }

    #[test]
    fn a_file_without_a_rule_has_the_default_one() {
        assert!(
            matches!(good(&[]).selector(), Selector::UnencryptedSuffix(suffix) if suffix == "_unencrypted")
        );
    }

    #[test]
    fn another_rule_takes_the_place_of_the_old_one() {
        let mut metadata = good(&[("unencrypted_suffix", "_clear")]);
        metadata.set_selector(Selector::clear_names(["B"]));
        assert!(!emitted(&metadata).contains("suffix"));
        assert!(emitted(&metadata).contains("sops_unencrypted_regex=^(B)$\n"));
    }

    #[test]
    fn metadata_that_cannot_be_right_is_refused() {
        let message = |pairs: &[(&str, &str)]| parse(pairs).err().map(|error| error.to_string());
        let base = [("lastmodified", "2026-03-01T12:00:00Z"), ("mac", "m"), ("version", "3")];
        assert_eq!(message(&[]).as_deref(), Some("it is not a sealed file: it has no sops metadata"));
        assert_eq!(
            message(&[base[0], base[1], ("version", "3\r")]).as_deref(),
            Some("the sealed file has CRLF line ends")
        );
        assert_eq!(
            message(&[base[1], base[2], ("lastmodified", "yesterday")]).as_deref(),
            Some("sops metadata `sops_lastmodified`: it is not a time in RFC 3339")
        );
        assert_eq!(
            message(&[&base[..], &[("encrypted_regex", "a"), ("unencrypted_suffix", "b")]].concat())
                .as_deref(),
            Some("sops metadata `sops_encrypted_regex`: a file has only one rule about what is encrypted")
        );
        assert_eq!(
            message(&[&base[..], &[("mac_only_encrypted", "maybe")]].concat()).as_deref(),
            Some("sops metadata `sops_mac_only_encrypted`: it is neither true nor false")
        );
    }
}
