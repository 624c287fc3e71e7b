//! The ledger `envward.ledger.jsonl`: what was sealed and rekeyed when and by whom, by name, never by value.

/// The file's name, beside the manifest.
pub const FILE_NAME: &str = "envward.ledger.jsonl";

/// The line of `.gitattributes` that makes git merge two ledgers into the union of their lines.
pub const GIT_ATTRIBUTE: &str = "envward.ledger.jsonl merge=union";
