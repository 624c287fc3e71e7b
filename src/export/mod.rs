//! The environment in forms that other programs read, one file each.
//!
//! A form that cannot carry a value says so, and which one can: nothing is escaped in a way that some reader would
//! take for another value.

mod dotenv;
mod json;

use zeroize::Zeroizing;

pub use dotenv::Dotenv;
pub use json::Json;

use crate::dotenv::Unportable;
use crate::secret::Values;
use crate::ui;

/// A form of the environment.
pub trait Format: Sync {
    /// What `export` calls it.
    fn name(&self) -> &'static str;

    /// The values in this form. `readers` are the programs that are declared to read the environment's env file.
    ///
    /// # Errors
    /// A value that the form cannot carry.
    fn render(&self, values: &Values, readers: &[String]) -> Result<Zeroizing<String>, Error>;
}

/// Every form.
pub const ALL: &[&dyn Format] = &[&Dotenv, &Json];

/// The form of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}

/// The environment cannot be written in a form. Holds no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The form cannot carry a value.
    #[error("{} cannot be written as {format}: {reason}", ui::escape(name))]
    Unportable {
        /// The form.
        format: &'static str,
        /// The variable.
        name: String,
        /// Why not.
        reason: Unportable,
        /// A form that can.
        instead: &'static str,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let Self::Unportable { instead, .. } = self;
        Some(format!("use `export {instead}` or `run`, which carry every value"))
    }
}
