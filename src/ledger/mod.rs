//! The ledger `envward.ledger.jsonl`: what was sealed and rekeyed when and by whom, by name, never by value.
//!
//! A set of JSON Lines linked by hash: each entry names all heads its writer saw. Entries are never rewritten;
//! git merges two ledgers into the union of their lines, and the next entry names both heads.
//!
//! Promised: an entry with a valid tag was written by someone who knew the project key of that time. Not
//! promised: that no entry is missing at the end; without a key the ledger is at most as good as git history.

mod entry;
mod error;
mod file;
mod fingerprint;
mod job;
mod order;

pub use entry::{Earlier, Entry, Event, NO_FILE, Recorded, VERSION};
pub use error::Error;
pub use file::{Ledger, TAIL, newer_in_tail};
pub use fingerprint::{Fingerprint, Fingerprints, fingerprint, fingerprints};
pub use job::{Author, Job};

/// The file's name, beside the manifest.
pub const FILE_NAME: &str = "envward.ledger.jsonl";

/// The line of `.gitattributes` that makes git merge two ledgers into the union of their lines.
pub const GIT_ATTRIBUTE: &str = "envward.ledger.jsonl merge=union";
