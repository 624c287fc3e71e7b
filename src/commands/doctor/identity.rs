//! Whether the user has an identity, and where it is.

use super::{Patient, bad};
use crate::context::Context;
use crate::seal::identity::{Identities, Identity, key_file};
use crate::store::Finding;
use crate::{fs, ui};

/// Looks for the first identity, and at the mode of the usual key file.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut identities = Identities::from_user(patient.identity.as_deref(), context);
    match identities.first() {
        Ok((origin, identities)) => {
            let public: Vec<String> = identities.iter().filter_map(Identity::public).collect();
            let keys = if public.is_empty() { String::new() } else { format!(": {}", public.join(", ")) };
            findings.push(Finding::good(format!("from {origin}{keys}")));
        }
        Err(error) => findings.push(bad(&error, error.hint())),
    }
    let file = key_file(context);
    if let Some((file, mode)) = file.as_deref().and_then(|file| Some((file, fs::mode(file)?)))
        && mode & 0o077 != 0
    {
        let file = ui::escape(&file.display().to_string()).into_owned();
        let text = format!("{file} can be read by other users (mode {mode:03o}), so it is not used");
        findings.push(Finding::bad(text, Some(format!("run: chmod 600 {file}"))));
    }
    findings
}

/// The public key that others would add, so that this user can open an environment.
pub(super) fn public_key(patient: &Patient, context: &Context) -> Option<String> {
    let mut identities = Identities::from_user(patient.identity.as_deref(), context);
    let (_, identities) = identities.first().ok()?;
    identities.iter().find_map(Identity::public)
}
