//! The sealed file: SOPS dotenv with age recipients, or one age file; identities, recipients, the seal record
//! and the project key.
//!
//! How a command uses it:
//! ```ignore
//! let mut access = Access::from_context(context, args.identity.as_deref());
//! let opened = seal::open(&project, &environment, &mut access)?;   // decrypted and verified
//! say_remarks(&opened.remarks, &mut context.ui);                   // what the user should know
//! let mut changes = Changes::default();
//! changes.set("LOG_LEVEL", Secret::new("INFO"));
//! let written = seal::write(&opened, &changes, Some(&schema), &mut access, &mut context.rng)?;
//! ```
//! No lock is held between the two: [`write()`] takes it, reads again, and refuses ([`Error::Conflict`]) if
//! someone else changed one of the same names in between.

pub mod age_file;
pub mod exposure;
pub mod identity;
pub mod keyring;
pub mod recipients;
pub mod sops;

mod access;
mod adopt;
mod author;
mod base;
mod beside;
mod changes;
mod clear;
mod commit;
mod content;
mod create;
mod detect;
mod env_text;
mod error;
mod fit;
mod known;
mod layout;
mod machine;
mod merge;
mod note;
mod open;
mod project_key;
mod pushed;
mod record;
mod remark;
mod rotated;
mod series;
mod set_recipients;
mod site;
mod snapshot;
mod summary;
mod trust;
mod unsealed;
mod verify;
mod working_copy;
mod write;
mod written;

pub use access::Access;
pub use adopt::{Adopted, adopt};
pub use beside::decrypt_beside;
pub use changes::Changes;
pub use clear::revealable;
pub use create::{create, create_bare};
pub use detect::is_sealed;
pub use error::Error;
pub use fit::{Fit, Sight};
pub use known::open_values;
pub use layout::{Layout, lines};
pub use merge::{Merged, Versions, forget_merges, merge_versions, record_merges};
pub use note::{note, project_keys, record, take_in};
pub use open::{Opened, open, open_bare, open_revision, open_tree};
pub use pushed::{Push, record_push, record_rollback};
pub use remark::Remark;
pub use rotated::{Rotation, record_rotation, recorded_rotation};
pub use series::Series;
pub use set_recipients::set_recipients;
pub use snapshot::{Snapshot, verify_snapshot};
pub use summary::summary;
pub use unsealed::{record_values, rekey_unsealed};
pub use verify::{Check, Outcome, Verdict, structure, verify, verify_bare};
pub use working_copy::{Unsealed, WorkingCopy};
pub use write::{check_write, write};
pub use written::Written;
