//! Completing an environment: what can be filled in without a person, what has to be asked, and how the result
//! is laid out so that the file explains itself. Nothing here asks or writes.

mod layout;
mod session;

pub use layout::complete;
pub use session::{Filled, Rejected, Session};
