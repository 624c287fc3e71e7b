//! What a reader of a sealed file should know although the file can be used.

use std::fmt;

use crate::ui::escape;

/// Something to say about a file that was opened or written. `Display` is the sentence for the user, without
/// final period; it goes out as a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// This machine sees the environment's project key for the first time.
    AuthorNotVerified {
        /// The public fingerprint of the project key, to compare with the author.
        pin: String,
    },
    /// This machine has seen a newer generation, and the ledger of this checkout does not know it.
    OlderThanSeen {
        /// Generation of the file.
        generation: u64,
        /// Newest generation this machine saw.
        seen: u64,
    },
    /// The manifest names other recipients than the file has.
    RecipientsDiffer {
        /// In the manifest only.
        missing: Vec<String>,
        /// In the file only.
        extra: Vec<String>,
    },
    /// Recipients whose last day is over can still open the file.
    RecipientsExpired {
        /// Their names in the manifest.
        names: Vec<String>,
    },
    /// The sealed file of an environment was missing, and a new one went to whom the manifest names now.
    SealedAnew {
        /// Newest generation of the file that is gone.
        generation: u64,
        /// Names of the recipients of the new one.
        recipients: Vec<String>,
    },
    /// A file without a manifest and without a seal record: nothing proves who wrote it.
    NoRecord,
    /// A file outside of its project has a seal record, which cannot be checked without the project.
    RecordNotChecked,
}

impl Remark {
    /// Whether it makes the exit code of a write 1: who can open the file is not who should.
    pub fn is_finding(&self) -> bool {
        matches!(
            self,
            Self::RecipientsDiffer { .. } | Self::RecipientsExpired { .. } | Self::SealedAnew { .. }
        )
    }

    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::AuthorNotVerified { .. } => Some(
                "compare it with the pin that `envward verify` shows the author; in CI, set ENVWARD_PROJECT_PIN to it",
            ),
            Self::RecipientsDiffer { .. } => {
                Some("recipients change with `envward recipients add` and `envward recipients remove`")
            }
            Self::RecipientsExpired { .. } => Some("shut them out with: envward recipients remove NAME"),
            Self::OlderThanSeen { .. } => Some("if this checkout should be the newest, run: git pull"),
            Self::SealedAnew { .. } | Self::NoRecord | Self::RecordNotChecked => None,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthorNotVerified { pin } => {
                write!(f, "author not verified yet: project key {pin} is new to this machine")
            }
            Self::OlderThanSeen { generation, seen } => {
                write!(f, "the sealed file is generation {generation}; this machine has seen {seen}")
            }
            Self::RecipientsDiffer { missing, extra } => {
                f.write_str("the recipients of the sealed file differ from the manifest:")?;
                let missing = missing.iter().map(|name| format!(" {name} is missing"));
                let extra = extra.iter().map(|name| format!(" {} is not in the manifest", escape(name)));
                f.write_str(&missing.chain(extra).collect::<Vec<_>>().join(","))
            }
            Self::RecipientsExpired { names } => {
                write!(
                    f,
                    "the sealed file can still be opened by recipients that expired: {}",
                    names.join(", ")
                )
            }
            Self::SealedAnew { generation, recipients } => write!(
                f,
                "the sealed file was missing although generation {generation} is known: \
                 it was made anew, for {}",
                recipients.join(", ")
            ),
            Self::RecordNotChecked => {
                f.write_str("the seal record was not checked: the file was read outside of its project")
            }
            Self::NoRecord => f.write_str("the sealed file has no seal record: nothing proves who wrote it"),
        }
    }
}
