//! Stores: places that serve the values of an environment to deployments.
//!
//! [`Store`] is what each of them can do; one folder per kind. A store works with its own names and texts: what a
//! variable is called there, and what has to change, is decided by [`crate::sync`].
//!
//! The rules that every store keeps, and the tests in `tests/stores` hold all of them to: a write says which
//! version it builds on and fails with [`Error::Moved`] if that is no longer the current one; what is not there is
//! no error; what other people keep there stays, byte for byte; and nothing that is shown or returned as an error
//! holds a value, a token or a key.

#[cfg(feature = "aws")]
pub mod aws;
pub mod directory;
#[cfg(feature = "vault")]
pub mod vault;

mod credentials;
mod error;
mod examination;
mod held;
#[cfg(any(feature = "vault", feature = "aws"))]
mod inventory;
#[cfg(any(feature = "vault", feature = "aws"))]
mod json_object;
mod name_history;
mod open;
mod place;
mod price;
mod revision;

use jiff::Timestamp;

use crate::secret::Secret;

pub use credentials::credentials;
pub use error::Error;
pub use examination::{Finding, Level, Policy};
pub use held::{Held, Mark, Snapshot, Stored, Version};
#[cfg(any(feature = "vault", feature = "aws"))]
pub use inventory::{Inventory, Listed};
pub use name_history::{NameChange, NameRevision, name_history};
pub use open::{Opening, claims, open, policy};
pub use place::expand;
pub use price::Price;
pub use revision::{Revision, State};

/// What a store can do, so that a command offers nothing that it cannot keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// A write fails if someone else wrote in between. Without it updates can be lost: KV version 1.
    pub compare_and_set: bool,
    /// It keeps older versions and shows them.
    pub versions: bool,
    /// A write of several names happens whole or not at all.
    pub atomic: bool,
}

/// What to change, by the store's own names: a value to set, or `None` to remove the name.
pub type Changes = indexmap::IndexMap<String, Option<Secret>>;

/// A place that serves the values of one environment.
///
/// Methods block. They take `&mut self` because a store may log in, or renew its login, at any call.
pub trait Store {
    /// What it can do; asks the server if that depends on it.
    ///
    /// # Errors
    /// The server cannot be asked.
    fn capabilities(&mut self) -> Result<Capabilities, Error>;

    /// Where the values lie, for a person: never with a credential.
    fn location(&self) -> String;

    /// Tells of a version that the store is known to have had. Where several servers answer, one may be behind: what
    /// it gives as older than this is asked for again for a moment.
    fn has_had(&mut self, _version: &Version) {}

    /// What is there now. If nothing is, an empty snapshot with [`Version::NONE`].
    ///
    /// # Errors
    /// [`Error::Deleted`] if the current version was deleted but can be brought back.
    fn read(&mut self) -> Result<Snapshot, Error>;

    /// An older version, as [`Store::history`] names it.
    ///
    /// # Errors
    /// [`Error::NoVersion`] if it is not kept any more; [`Error::Deleted`], [`Error::Destroyed`].
    fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error>;

    /// The names that are there, sorted; asked for without the values where the server has a way to.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn names(&mut self) -> Result<Vec<String>, Error>;

    /// Applies the changes to what `base` holds, if that is still what is there, and leaves the mark with it
    /// where it has a place for one. Gives what it made. `base` may be a snapshot of a deleted version.
    ///
    /// # Errors
    /// [`Error::Moved`] if another version is there now, and nothing was written. [`Error::Unknown`] if it is not
    /// known whether it was: read again. [`Error::Partial`] where the store is not [`Capabilities::atomic`].
    fn write(&mut self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error>;

    /// Lets writes through although the server cannot compare and set ([`Capabilities::compare_and_set`]): the user
    /// said, this time, that a change which someone else makes meanwhile may be lost. Without it [`Store::write`] of
    /// such a store is [`Error::Unsupported`].
    fn allow_lost_updates(&mut self) {}

    /// What the write would add to the bill, if it does.
    fn price(&self, _base: &Snapshot, _changes: &Changes) -> Option<Price> {
        None
    }

    /// Brings back what was deleted and can be brought back: the whole, or where each name has versions of its own,
    /// those of `names` that were deleted. The values are then those from before the deletion: read again.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where nothing is deleted that way.
    fn restore(&mut self, _names: &[String]) -> Result<(), Error> {
        let what = "this store has no way to bring back what was deleted".to_owned();
        Err(Error::Unsupported { what, help: None })
    }

    /// The versions it knows of, newest first. Where each name has versions of its own, those of `name`, or of
    /// all names.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where no versions are kept.
    fn history(&mut self, name: Option<&str>) -> Result<Vec<Revision>, Error>;

    /// When anything about it was last written: its values, or what is kept beside them, such as tags. `None` where
    /// the store does not say.
    ///
    /// # Errors
    /// The server cannot be asked.
    fn touched(&mut self) -> Result<Option<Timestamp>, Error> {
        Ok(None)
    }

    /// Whether it can be used, what the login may do, and what it may not. Never fails: what cannot be found out
    /// is a finding.
    fn examine(&mut self) -> Vec<Finding>;

    /// Gives back what was obtained for the work, such as a token. Called once, also after an error.
    ///
    /// # Errors
    /// It could not be given back: the user should know that it is still good.
    fn close(&mut self) -> Result<(), Error>;
}
