//! Rotation: when a value has to be replaced, how well it is proven when it was, and replacing it.
//!
//! How the parts work together:
//! 1. [`policy`] says for each variable of a schema in an environment how often it is rotated, and by whom or what.
//! 2. [`events`] reads the ledger: what happened to each variable, exemptions, what became known to whom.
//! 3. [`evidence`] joins that with git history and with the metadata of stores: since when a variable has its
//!    value, how well that is proven, and what contradicts it.
//! 4. [`deadline`] makes of policy, evidence, and now: when it is due, and its [`Status`]. It is pure.
//! 5. [`survey`] does all this for one environment and gives [`Row`]s; [`audit`] does it for many projects.
//! 6. [`report`] writes rows, one form per file. It needs neither keys nor values.
//! 7. [`carry`] rotates one variable, step by step, with a [`journal`]; [`drivers`] know the targets.

pub mod audit;
pub mod carry;
pub mod deadline;
pub mod drivers;
mod error;
pub mod events;
pub mod evidence;
pub mod expiry;
pub mod intake;
pub mod journal;
pub mod policy;
pub mod report;
mod row;
pub mod survey;
pub mod verification;

pub use error::Error;
pub use row::{Finding, FindingCode, Row, Status, Summary};
