//! Many projects: a tree of repositories, a list, reports of others, stores alone. What one project comes to is
//! given on before the next ones are kept, so that memory does not grow with their number.
//!
//! [`Places`] says where projects are, [`project`] looks at one, [`in_order()`] at many at the same time;
//! [`Reports`] is what others sent, and [`Expected`] what has to come one way or the other.
//! Nothing here needs a key, and what cannot be read is a finding among the others.

pub mod access;
mod aged;
mod expected;
mod in_order;
mod one;
mod places;
mod reports;
mod sent;
mod stored;

pub use expected::{Expected, names};
pub use in_order::in_order;
pub use one::{Audited, Options, project};
pub use places::{Place, Places};
pub use reports::Reports;
pub use stored::{StoredSecret, row};
