//! Syncing an environment with its stores: what the two last had in common, a plan by name, and its application.
//!
//! How a command uses it:
//! ```ignore
//! let local = Local::new(environment, values, &schema, opened, keys);
//! let pair = Pair::new(&local, name, definition.names(), &root);
//! let seen = pair.read(store)?;                        // the store, and what both sides last had in common
//! let plan = seen.plan(Direction::Push, &options);     // pure; shown to a person
//! let pushed = push(store, &pair, seen, &request)?;    // writes if nothing of it changed, else plans again
//! ```
//! Promised: what only one side changed is never overwritten with what the other still has, and a variable that
//! both changed is written by nobody before a person has decided. Sides are compared as keyed fingerprints, name by
//! name, by the rules of [`crate::merge`].

mod apply;
mod base;
mod error;
mod keys;
mod local;
mod mark;
mod names;
mod observed;
mod pair;
mod plan;
mod rollback;
mod saved;

pub use apply::{Push, Pushed, push};
pub use base::Base;
pub use error::Error;
pub use keys::Keys;
pub use local::Local;
pub use names::{Variables, is_synced, store_name, variable, variables};
pub use observed::{Observed, observe};
pub use pair::{Pair, Seen};
pub use plan::{Action, By, Change, Direction, Options, Plan, Sides, differences};
pub use rollback::{Choice, Rollback, rollback};
pub use saved::{Saved, SavedStore};
