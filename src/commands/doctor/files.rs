//! Whether other users can read the env files.

use super::Patient;
use crate::commands::sealing::shown;
use crate::context::Context;
use crate::fs;
use crate::store::Finding;

/// Looks at the mode of each env file that exists.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let files = patient.environments.iter().map(|environment| &environment.env_file);
    let with_mode = files.filter_map(|file| Some((shown(file, context), fs::mode(file)?)));
    with_mode
        .map(|(file, mode)| {
            if mode & 0o077 == 0 {
                return Finding::good(format!("{file} can be read by you alone"));
            }
            let text = format!("{file} can be read by other users (mode {mode:03o})");
            Finding::bad(text, Some(format!("run: chmod 600 {file}")))
        })
        .collect()
}
