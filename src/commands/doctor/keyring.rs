//! Whether the OS keyring answers.

use super::Patient;
use crate::context::Context;
use crate::seal::keyring::{self, Error};
use crate::store::Finding;

/// Asks the keyring, unless the user turned it off.
pub(super) fn examine(_patient: &Patient, context: &mut Context) -> Vec<Finding> {
    if keyring::is_off(&context.env) {
        return vec![Finding::good("not used: ENVWARD_KEYRING is off")];
    }
    vec![match keyring::load() {
        Ok(Some(_)) => Finding::good("holds an identity"),
        Ok(None) => Finding::good("answers, and holds no identity"),
        // A key file does as well.
        Err(error @ Error::Unavailable) => Finding::good(error.to_string()),
        Err(error) => super::bad(&error, error.hint()),
    }]
}
