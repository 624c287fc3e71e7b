//! What a key could open, in any commit: what has to be changed after its owner left.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::recipients::{Recipient, canonical};
use super::sops::{Document, Line, Stored};
use crate::git::{Error, Git, Revision};
use crate::manifest::SealFormat;
use crate::project::Environment;

/// The variables of one environment that a key could open.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Name to the first and the last moment at which a file with it was wrapped to the key.
    pub variables: IndexMap<String, Span>,
    /// Whether the whole history was seen; otherwise there may be more.
    pub complete: bool,
}

/// The dates of the first and the last commit in which a key could open a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Date of the first one.
    pub first: Timestamp,
    /// Date of the last one; now, if the present file is one.
    pub last: Timestamp,
}

impl Exposure {
    fn add(&mut self, names: impl IntoIterator<Item = String>, at: Timestamp) {
        for name in names {
            let span = self.variables.entry(name).or_insert(Span { first: at, last: at });
            span.first = span.first.min(at);
            span.last = span.last.max(at);
        }
    }
}

/// Looks at the sealed file as it is now and at every commit of every branch that changed it. `known` are the
/// variables that it holds now: an age file does not show its names or its recipients, so each of its
/// revisions counts as one that holds them and that the key opened. A revision that is no sealed file is
/// passed over: no key is needed for it.
pub fn exposure(
    git: Option<&Git>,
    environment: &Environment,
    sealed: &[u8],
    known: &[String],
    key: &Recipient,
    now: Timestamp,
) -> Result<Exposure, Error> {
    let opened = |bytes: &[u8]| match environment.format {
        SealFormat::Sops => secrets_for(bytes, key),
        SealFormat::Age => known.to_vec(),
    };
    let mut exposure = Exposure { complete: true, ..Exposure::default() };
    exposure.add(opened(sealed), now);
    let Some(git) = git else { return Ok(exposure) };
    exposure.complete = !git.is_shallow();
    for Revision { commit, at } in git.revisions(&environment.sealed)? {
        // The commit that removed the file does not have it.
        if let Some(bytes) = git.show_file(&commit, &environment.sealed)? {
            exposure.add(opened(&bytes), at);
        }
    }
    exposure.variables.sort_unstable_keys();
    Ok(exposure)
}

/// The encrypted variables of a file, if it is wrapped to the key.
fn secrets_for(bytes: &[u8], key: &Recipient) -> Vec<String> {
    let opened = Readable::of(bytes).filter(|opened| opened.keys.contains(&key.to_string()));
    opened.map_or_else(Vec::new, |opened| opened.variables)
}

/// Which keys open a file in SOPS format, and what they find in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Readable {
    /// The public keys of its recipients.
    pub keys: Vec<String>,
    /// Its encrypted variables.
    pub variables: Vec<String>,
    /// What else it is wrapped to, in words.
    pub foreign: Option<String>,
}

impl Readable {
    /// Reads a file; `None` if it is none.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let Document { lines, metadata } = Document::parse(bytes).ok()?;
        let secret = |line: Line| match line {
            Line::Value { name, stored: Stored::Encrypted(_) } => Some(name),
            _ => None,
        };
        Some(Self {
            keys: metadata.age().map(|entry| canonical(entry.recipient)).collect(),
            variables: lines.into_iter().filter_map(secret).collect(),
            foreign: metadata.foreign_keys(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::recipients::Plugins;

    const ALICE: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
    const BOB: &str = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";

    fn secrets(file: &str, key: &str) -> Vec<String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops").join(file);
        let bytes = crate::fs::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let key = Recipient::parse(key, Plugins::Refused).unwrap_or_else(|error| panic!("{error}"));
        secrets_for(&bytes, &key)
    }

    #[test]
    fn only_encrypted_variables_of_files_that_the_key_opens_count() {
        // The file has two readable variables as well.
        assert_eq!(secrets("unencrypted-regex.enc.env", ALICE), ["DB_PASSWORD"]);
        assert!(secrets("unencrypted-regex.enc.env", BOB).is_empty());
        assert_eq!(secrets("two-recipients.enc.env", BOB), ["A", "B"]);
    }

    #[test]
    fn a_span_reaches_from_the_first_to_the_last_date() {
        let mut exposure = Exposure::default();
        let at = |second| Timestamp::from_second(second).unwrap_or_else(|error| panic!("{error}"));
        for second in [20, 10, 30] {
            exposure.add(["A".to_owned()], at(second));
        }
        assert_eq!(exposure.variables["A"], Span { first: at(10), last: at(30) });
    }
}
