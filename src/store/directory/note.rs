//! What a version says about itself, in a comment of its sealed text: when and by whom it was written, and the mark
//! of the last push.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::{Mark, Version};

/// What the comment starts with.
const PREFIX: &str = "envward:version ";

/// The version of the note that this envward writes, and the newest it reads.
const VERSION: u32 = 1;

/// What a version says about itself.
pub(super) struct Note {
    /// When it was written, by the writer's clock.
    pub(super) at: Timestamp,
    /// Who wrote it, as git names them.
    pub(super) by: String,
    /// The last push's mark and the version it was left with.
    pub(super) mark: Option<(Version, Mark)>,
}

/// Why a comment is no note that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Written by a newer envward.
    Newer,
    /// Anything else.
    Broken,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    at: String,
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<WireMark>,
}

#[derive(Serialize, Deserialize)]
struct WireMark {
    version: String,
    generation: u64,
    sealed: String,
    digest: String,
}

impl Note {
    /// The text of the comment.
    pub(super) fn to_comment(&self) -> String {
        let mark = self.mark.as_ref().map(|(version, mark)| WireMark {
            version: version.as_str().to_owned(),
            generation: mark.generation,
            sealed: mark.sealed.clone(),
            digest: mark.digest.clone(),
        });
        let wire = Wire { v: VERSION, at: self.at.to_string(), by: self.by.clone(), mark };
        let json = serde_json::to_string(&wire).expect("texts and numbers can be written as JSON");
        format!("{PREFIX}{json}")
    }

    /// Reads the comment.
    pub(super) fn parse(comment: &str) -> Result<Self, Malformed> {
        #[derive(Deserialize)]
        struct Header {
            v: u32,
        }
        let json = comment.strip_prefix(PREFIX).ok_or(Malformed::Broken)?;
        let Header { v } = serde_json::from_str(json).map_err(|_| Malformed::Broken)?;
        if v > VERSION {
            return Err(Malformed::Newer);
        }
        let wire: Wire = serde_json::from_str(json).map_err(|_| Malformed::Broken)?;
        let mark = wire.mark.map(|mark| {
            let WireMark { version, generation, sealed, digest } = mark;
            (Version::new(version), Mark { generation, sealed, digest })
        });
        Ok(Self { at: wire.at.parse().map_err(|_| Malformed::Broken)?, by: wire.by, mark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        let mark = Mark { generation: 7, sealed: "ab".into(), digest: "cd".into() };
        let at = "2026-03-01T12:00:00Z".parse().expect("a time");
        Note { at, by: "Alice\n\"A\"".into(), mark: Some((Version::new("3"), mark)) }
    }

    #[test]
    fn the_comment_is_one_line_and_reads_back() {
        let comment = note().to_comment();
        assert!(!comment.contains('\n'), "{comment}");
        let read = Note::parse(&comment).expect("what was written reads back");
        assert_eq!((read.at, read.by, read.mark), (note().at, note().by, note().mark));
    }

    #[test]
    fn a_newer_note_is_told_from_a_broken_one() {
        let comment = note().to_comment();
        let newer = comment.replace("\"v\":1", "\"v\":2");
        assert_eq!(Note::parse(&newer).err(), Some(Malformed::Newer));
        for broken in ["", "envward:version ", &comment[1..], &comment.replace("2026", "x")] {
            assert_eq!(Note::parse(broken).err(), Some(Malformed::Broken), "{broken}");
        }
    }
}
