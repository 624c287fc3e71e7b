//! Who opens sealed files: the user's identities, and what this machine has seen before.

use std::path::Path;

use crate::context::Context;

/// The user, as far as sealed files are concerned. Made once by a command and handed to everything that
/// opens or writes. Nothing is read or asked until a file has to be opened.
pub struct Access {}

impl Access {
    /// Identities in their order of preference (`identity` is the value of `--identity`), the pin of
    /// `ENVWARD_PROJECT_PIN`, the user's state directory, and the time.
    pub fn from_context(_context: &Context, _identity: Option<&Path>) -> Self {
        Self {}
    }
}
