//! What can be wrong with a file in SOPS dotenv format.

use crate::rng;
use crate::seal::{identity, recipients};

/// A sealed file cannot be read or written. Never holds a value; names are escaped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It holds nothing.
    #[error("the sealed file is empty")]
    Empty,
    /// There is no sops metadata in it.
    #[error("it is not a sealed file: it has no sops metadata")]
    NotSealed,
    /// It is not UTF-8.
    #[error("the sealed file is not valid UTF-8 (first bad byte at offset {offset})")]
    NotUtf8 {
        /// Offset of the first bad byte, from 0.
        offset: usize,
    },
    /// A program turned its line ends into CRLF.
    #[error("the sealed file has CRLF line ends")]
    CarriageReturns,
    /// More lines than any environment has.
    #[error("the sealed file has more than {} lines", super::lines::MAX_LINES)]
    TooManyLines,
    /// A line is neither a comment nor `NAME=value`.
    #[error("line {line} of the sealed file is neither a comment nor NAME=value")]
    Line {
        /// Line, from 1.
        line: usize,
    },
    /// git left both sides of a merge in it.
    #[error("the sealed file holds the conflict markers of a git merge, from line {line}")]
    ConflictMarkers {
        /// Line of the first one, from 1.
        line: usize,
    },
    /// Two lines have the same name.
    #[error("line {line} of the sealed file sets {name} again")]
    Duplicate {
        /// The name.
        name: String,
        /// Line of the second one, from 1.
        line: usize,
    },
    /// The metadata contradicts itself or is not understood.
    #[error("sops metadata `sops_{key}`: {problem}")]
    Metadata {
        /// The key without `sops_`.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The file says that a value is encrypted, and it is not.
    #[error("{name} is not encrypted in the sealed file, and should be")]
    NotEncrypted {
        /// The variable, or "a comment".
        name: String,
    },
    /// A value does not open with the data key under its name.
    #[error("{name} cannot be decrypted: it was changed, or moved here from another name or file")]
    Decrypt {
        /// The variable, "a comment", or "the MAC".
        name: String,
    },
    /// A decrypted value is not text that an environment can hold.
    #[error("{name} decrypts to something that is not text")]
    NotText {
        /// The variable, or "a comment".
        name: String,
    },
    /// The values are not those that were sealed together.
    #[error("the seal is broken: its MAC does not match the values")]
    Mac,
    /// Only a kind of key that envward does not have can open it.
    #[error("the file can only be opened with {kinds}")]
    ForeignOnly {
        /// The kinds of key, in words.
        kinds: String,
    },
    /// A new data key could not be wrapped to the file's other keys.
    #[error("the file is also wrapped to {kinds}, and a new data key cannot be")]
    ForeignKeys {
        /// The kinds of key, in words.
        kinds: String,
    },
    /// The data key is not 32 bytes.
    #[error("the data key of the sealed file is not 32 bytes long")]
    DataKey,
    /// A name that the format cannot hold.
    #[error("{name} cannot be sealed: {problem}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        problem: &'static str,
    },
    /// The file's selector keeps the variable in clear, and its new value does not survive that.
    #[error(
        "{name} is kept in clear by the file's `sops_{selector}`, and its value cannot be stored that way"
    )]
    NotStorable {
        /// The variable.
        name: String,
        /// The metadata key of the selector, without `sops_`.
        selector: &'static str,
    },
    /// A comment with a line break would become lines of its own.
    #[error("a comment with a line break cannot be sealed")]
    CommentBreak,
    /// A file in YAML or JSON leaves it to its comments what is encrypted.
    #[error(
        "what is encrypted depends on comments (`{selector}`), which envward does not read in YAML or JSON"
    )]
    CommentRule {
        /// The metadata key of the rule.
        selector: &'static str,
    },
    /// A value that is not encrypted has a spelling for which sops may hash another one.
    #[error("{name} is a number or date in a spelling of its own, so that the MAC cannot be checked")]
    Spelling {
        /// The keys down to it.
        name: String,
    },
    /// A key is a list or a mapping.
    #[error("line {line} of the sealed file has a key that is no text")]
    Key {
        /// Line, from 1.
        line: u32,
    },
    /// No identity opens it.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// The data key cannot be wrapped to a recipient.
    #[error(transparent)]
    Recipient(#[from] recipients::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Empty => "get it back from git with: git restore --source=HEAD FILE",
            Self::NotSealed => "is this the right file? `envward seal` makes one",
            Self::CarriageReturns => "add `*.enc.env -text` to .gitattributes and check the file out again",
            Self::NotEncrypted { .. } | Self::Decrypt { .. } | Self::Mac | Self::Line { .. } => {
                "restore the file from git, or find out who changed it"
            }
            Self::ConflictMarkers { .. } => {
                "run `envward git resolve`; `envward git install` lets git merge sealed files itself"
            }
            Self::ForeignOnly { .. } => "open it with sops, and add an age recipient there",
            Self::ForeignKeys { .. } => "remove them with sops first, or run `sops rotate`",
            Self::CommentRule { .. } | Self::Spelling { .. } => {
                "decrypt it with sops, and take the result over: sops decrypt FILE | envward import /dev/stdin"
            }
            Self::NotStorable { .. } => "make the file's selector encrypt it",
            Self::Identity(error) => return error.hint(),
            Self::Recipient(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
