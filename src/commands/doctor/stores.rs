//! The state of each store, and the policy that its login needs. A store whose address is not confirmed is not
//! asked.

use super::{Patient, StorePolicy, bad};
use crate::commands::store_access::{Target, described, stores_of};
use crate::context::Context;
use crate::project::{Environment, Project};
use crate::store::{self, Finding};

/// Examines each store for each environment that it serves.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (project, environment, name) in served(patient) {
        let identity = patient.identity.as_deref();
        let found = match Target::find(name, project, environment, identity) {
            Ok(target) => examine_one(&target, context),
            Err(error) => vec![bad(&error, error.help())],
        };
        // An error of the store names it.
        let place = format!("store {name}: ");
        findings.extend(found.into_iter().map(|finding| {
            let text = finding.text.strip_prefix(&place).unwrap_or(&finding.text);
            Finding { text: format!("{name} for {}: {text}", environment.name), ..finding }
        }));
    }
    findings
}

fn examine_one(target: &Target<'_>, context: &mut Context) -> Vec<Finding> {
    match target.unconfirmed(context) {
        Ok(claims) if claims.is_empty() => {}
        Ok(claims) => {
            let text = format!("it {}, which is not confirmed, so it was not asked", described(&claims));
            return vec![Finding::notice(text, "look at it, then run: envward allow")];
        }
        Err(error) => return vec![bad(&error, error.help())],
    }
    let examined = target.with_store(context, |store, _| Ok(store.examine()));
    examined.unwrap_or_else(|error| vec![bad(&error, error.help())])
}

/// The policies that the logins need, and why one cannot be told.
pub(super) fn policies(patient: &Patient) -> (Vec<StorePolicy>, Vec<Finding>) {
    let (mut policies, mut failed) = (Vec::new(), Vec::new());
    for (project, environment, name) in served(patient) {
        let Some(definition) = project.manifest.stores.get(name) else { continue };
        match store::policy(definition, &environment.name, &project.manifest.project.name) {
            Ok(None) => {}
            Ok(Some(policy)) => {
                let (store, environment) = (name.to_owned(), environment.name.clone());
                policies.push(StorePolicy { store, environment, policy });
            }
            Err(error) => failed.push(bad(&error, error.hint())),
        }
    }
    (policies, failed)
}

/// Every environment with each of its stores.
fn served(patient: &Patient) -> Vec<(&Project, &Environment, &str)> {
    let mut all = Vec::new();
    for environment in &patient.environments {
        let Some(project) = &patient.project else { continue };
        let names = stores_of(project, environment);
        all.extend(names.iter().map(|name| (project, environment, name.as_str())));
    }
    all
}
