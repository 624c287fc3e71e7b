//! The seal record: what the SOPS MAC leaves open, in the last comment before the metadata.
//!
//! The MAC covers the values, without names, comments, boundaries between clear values, recipients or age. The
//! record has two tags over all of it: project, environment, generation, every entry of the metadata
//! (recipients, selector, date, MAC) and every line's kind, name and stored text, each length-prefixed.
//! - `file` is keyed from the data key. It is wrong if the file was edited by someone who could not open it,
//!   or by a tool that does not know the record.
//! - `project` is keyed from the project key. It is wrong if the file was made from nothing by someone who
//!   only knows the public recipients.
//!
//! A third one, `data`, is over the data key alone, under the project key. It outlives what another tool changes
//! in the file, so that whoever takes those changes in knows that the data key is not a stranger's.
//!
//! The text is one line of JSON, read strictly: another spelling of the same record is refused.

use serde::{Deserialize, Serialize};

use crate::mac::Mac;
use crate::secret::Key;

/// What the comment starts with.
const PREFIX: &str = "envward:seal ";

/// The version of the record that this envward writes, and the newest it reads.
const VERSION: u32 = 1;

/// A seal record. The fields stand in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    v: u32,
    /// Name of the project.
    pub project: String,
    /// Name of the environment.
    pub environment: String,
    /// How often the file was sealed, from 1.
    pub generation: u64,
    /// Number of the project key.
    pub key: u32,
    /// Who can open a file whose format does not say it (age); empty for the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    data: String,
    file: String,
    tag: String,
}

/// What a record says besides its tags.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// Name of the project.
    pub project: &'a str,
    /// Name of the environment.
    pub environment: &'a str,
    /// How often the file was sealed, from 1.
    pub generation: u64,
    /// Number of the project key.
    pub key: u32,
    /// Who can open a file whose format does not say it.
    pub recipients: &'a [String],
}

/// One thing of the sealed file that the tags cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Whether it is a variable, a comment or metadata.
    pub kind: Kind,
    /// Name of the variable or key of the metadata; empty for a comment.
    pub name: &'a str,
    /// The text that is stored: ciphertext, or the clear value.
    pub stored: &'a str,
}

/// What a [`Part`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A variable.
    Value,
    /// A comment.
    Comment,
    /// An entry of the metadata.
    Metadata,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Comment => "comment",
            Self::Metadata => "metadata",
        }
    }
}

/// Why a comment that looks like a record cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Written by a newer envward.
    Newer,
    /// Anything else.
    Broken,
}

/// Which tag does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The file was changed after it was sealed.
    File,
    /// The file was sealed by someone who does not know the project key.
    Project,
}

impl Record {
    /// Makes the record of a file.
    pub fn new<'a>(
        claim: &Claim,
        parts: impl Iterator<Item = Part<'a>> + Clone,
        data_key: &Key,
        project_key: &Key,
    ) -> Self {
        Self {
            v: VERSION,
            project: claim.project.to_owned(),
            environment: claim.environment.to_owned(),
            generation: claim.generation,
            key: claim.key,
            recipients: claim.recipients.to_vec(),
            data: data_tag(data_key, project_key).finish(),
            file: file_tag(claim, parts.clone(), data_key).finish(),
            tag: project_tag(claim, parts, project_key).finish(),
        }
    }

    /// Whether a comment is, or pretends to be, a seal record.
    pub fn is_record(comment: &str) -> bool {
        comment.starts_with(PREFIX)
    }

    /// Reads the comment, strictly.
    pub fn parse(comment: &str) -> Result<Self, Malformed> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let text = comment.strip_prefix(PREFIX).ok_or(Malformed::Broken)?;
        let Version { v } = serde_json::from_str(text).map_err(|_| Malformed::Broken)?;
        if v > VERSION {
            return Err(Malformed::Newer);
        }
        let record: Self = serde_json::from_str(text).map_err(|_| Malformed::Broken)?;
        if record.to_comment() == comment { Ok(record) } else { Err(Malformed::Broken) }
    }

    /// The text of the comment.
    pub fn to_comment(&self) -> String {
        let json = serde_json::to_string(self).expect("texts and numbers can be written as JSON");
        format!("{PREFIX}{json}")
    }

    /// What it says besides its tags.
    pub fn claim(&self) -> Claim<'_> {
        Claim {
            project: &self.project,
            environment: &self.environment,
            generation: self.generation,
            key: self.key,
            recipients: &self.recipients,
        }
    }

    /// Whether someone who knows the project key wrote a record under this data key, whatever became of the
    /// file since.
    pub fn vouches_for(&self, data_key: &Key, project_key: &Key) -> bool {
        data_tag(data_key, project_key).matches(&self.data)
    }

    /// Checks all tags.
    pub fn verify<'a>(
        &self,
        parts: impl Iterator<Item = Part<'a>> + Clone,
        data_key: &Key,
        project_key: &Key,
    ) -> Result<(), Mismatch> {
        let claim = self.claim();
        if !file_tag(&claim, parts.clone(), data_key).matches(&self.file) {
            return Err(Mismatch::File);
        }
        if !project_tag(&claim, parts, project_key).matches(&self.tag)
            || !self.vouches_for(data_key, project_key)
        {
            return Err(Mismatch::Project);
        }
        Ok(())
    }
}

fn file_tag<'a>(claim: &Claim, parts: impl Iterator<Item = Part<'a>>, key: &Key) -> Mac {
    cover(Mac::new(key, "envward/1/seal-record/file"), claim, parts)
}

fn project_tag<'a>(claim: &Claim, parts: impl Iterator<Item = Part<'a>>, key: &Key) -> Mac {
    cover(Mac::new(key, "envward/1/seal-record/project"), claim, parts)
}

fn data_tag(data_key: &Key, project_key: &Key) -> Mac {
    let mut mac = Mac::new(project_key, "envward/1/seal-record/data-key");
    mac.field(data_key.expose());
    mac
}

fn cover<'a>(mut mac: Mac, claim: &Claim, parts: impl Iterator<Item = Part<'a>>) -> Mac {
    mac.field(VERSION.to_le_bytes());
    mac.field(claim.project);
    mac.field(claim.environment);
    mac.field(claim.generation.to_le_bytes());
    mac.field(claim.key.to_le_bytes());
    mac.field((claim.recipients.len() as u64).to_le_bytes());
    for recipient in claim.recipients {
        mac.field(recipient);
    }
    for part in parts {
        mac.field(part.kind.name());
        mac.field(part.name);
        mac.field(part.stored);
    }
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLAIM: Claim =
        Claim { project: "shop", environment: "production", generation: 3, key: 1, recipients: &[] };

    fn part<'a>(kind: Kind, name: &'a str, stored: &'a str) -> Part<'a> {
        Part { kind, name, stored }
    }

    fn keys() -> (Key, Key) {
        (Key::new([1; 32]), Key::new([2; 32]))
    }

    fn record(parts: &[Part]) -> Record {
        let (data, project) = keys();
        Record::new(&CLAIM, parts.iter().copied(), &data, &project)
    }

    #[test]
    fn the_comment_reads_back_and_verifies() {
        let parts = [part(Kind::Value, "A", "ENC[x]"), part(Kind::Metadata, "version", "3.9.0")];
        let comment = record(&parts).to_comment();
        assert!(comment.starts_with(
            r#"envward:seal {"v":1,"project":"shop","environment":"production","generation":3,"key":1,"data":""#
        ));
        let (data, project) = keys();
        let read = Record::parse(&comment).expect("what was written reads back");
        assert_eq!(read.verify(parts.iter().copied(), &data, &project), Ok(()));
    }

    #[test]
    fn everything_is_covered() {
        let parts =
            [part(Kind::Value, "A", "1"), part(Kind::Comment, "", "2"), part(Kind::Metadata, "mac", "3")];
        let other: [&[Part]; 7] = [
            &parts[..2],
            &[parts[1], parts[0], parts[2]],
            &[part(Kind::Value, "A", ""), parts[0], parts[1], parts[2]],
            &[part(Kind::Value, "B", "1"), parts[1], parts[2]],
            &[part(Kind::Value, "A1", ""), parts[1], parts[2]],
            &[part(Kind::Comment, "A", "1"), parts[1], parts[2]],
            &[parts[0], parts[1], part(Kind::Metadata, "mac", "4")],
        ];
        let (data, project) = keys();
        for changed in other {
            let verified = record(&parts).verify(changed.iter().copied(), &data, &project);
            assert_eq!(verified, Err(Mismatch::File), "{changed:?}");
        }
    }

    #[test]
    fn the_claim_is_covered_too() {
        let (data, project) = keys();
        let changes: [fn(&mut Record); 5] = [
            |record| record.project.push('x'),
            |record| record.environment = "staging".to_owned(),
            |record| record.generation += 1,
            |record| record.key += 1,
            |record| record.recipients.push(String::new()),
        ];
        for change in changes {
            let mut record = record(&[]);
            change(&mut record);
            assert_eq!(record.verify(std::iter::empty(), &data, &project), Err(Mismatch::File));
        }
    }

    #[test]
    fn who_knows_only_the_data_key_cannot_make_a_project_tag() {
        let (data, project) = keys();
        let forged = Record::new(&CLAIM, std::iter::empty(), &data, &Key::new([9; 32]));
        assert_eq!(forged.verify(std::iter::empty(), &data, &project), Err(Mismatch::Project));
        let swapped = Record::new(&CLAIM, std::iter::empty(), &data, &data);
        assert_eq!(swapped.verify(std::iter::empty(), &data, &project), Err(Mismatch::Project));
    }

    #[test]
    fn a_data_key_of_a_stranger_has_no_voucher() {
        let (data, project) = keys();
        assert!(record(&[]).vouches_for(&data, &project));
        assert!(!record(&[]).vouches_for(&Key::new([9; 32]), &project));
        let stranger = Record::new(&CLAIM, std::iter::empty(), &data, &Key::new([9; 32]));
        assert!(!stranger.vouches_for(&data, &project));
    }

    #[test]
    fn another_spelling_is_refused() {
        let comment = record(&[]).to_comment();
        let broken = [
            comment.replace("{\"v\"", "{ \"v\""),
            comment.replace("\"key\":1", "\"key\":1,\"more\":2"),
            comment.replace("\"generation\":3", "\"generation\":3.0"),
            format!("{comment} "),
            comment.replace("envward:seal ", ""),
            comment[..comment.len() - 1].to_owned(),
        ];
        for text in broken {
            assert_eq!(Record::parse(&text), Err(Malformed::Broken), "{text}");
        }
        let newer = comment.replace("\"v\":1", "\"v\":2");
        assert_eq!(Record::parse(&newer), Err(Malformed::Newer));
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_another_record_or_none(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let (data, project) = keys();
            let comment = record(&[]).to_comment();
            let mut changed = comment.clone().into_bytes();
            let at = at.index(changed.len());
            changed[at] = byte;
            let changed = String::from_utf8_lossy(&changed);
            let verifies = Record::parse(&changed)
                .is_ok_and(|read| read.verify(std::iter::empty(), &data, &project).is_ok());
            prop_assert!(!verifies || changed == comment);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            prop_assert!(Record::parse(&text).is_err());
            prop_assert!(Record::parse(&[PREFIX, &text].concat()).is_err());
        }
    }
}
