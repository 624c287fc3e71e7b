//! `envward recipients`: show or change who can open the sealed files.

mod add;
mod list;
mod remove;

use std::path::Path;

use super::sealing::say_remarks;
use super::store_access::stores_of;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::ledger::{Entry, Event};
use crate::manifest::StoreDefinition;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::seal::{Access, Opened, Remark};
use crate::{seal, store};

/// Arguments of `recipients`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show who can open the sealed files
    List(list::Args),
    /// Let someone open the sealed files
    Add(add::Args),
    /// Shut someone out: new keys, and the list of what has to be changed
    Remove(remove::Args),
}

/// Show or change who can open the sealed files.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::List(args) => list::run(args, context),
        Action::Add(args) => add::run(args, context),
        Action::Remove(args) => remove::run(args, context),
    }
}

/// The environment of `-e`, else all of them: whoever joins or leaves does so everywhere unless it is said.
fn environments(project: &Project, context: &Context) -> Result<Vec<Environment>, Error> {
    let names = match &context.globals.env {
        Some(name) => vec![name],
        None => project.manifest.environments.keys().collect(),
    };
    let environments = names.into_iter().map(|name| project.environment_named(name));
    Ok(environments.collect::<Result<_, _>>()?)
}

/// Seals what the directory stores of an environment hold once more, for those who can open its sealed file now.
/// Earlier versions stay as they are: whoever could open them has them in git anyway.
fn reseal_stores(
    project: &Project,
    environment: &Environment,
    identity: Option<&Path>,
    context: &mut Context,
) -> Result<(), Error> {
    for name in stores_of(project, environment) {
        let Some(StoreDefinition::Directory(definition)) = project.manifest.stores.get(name) else {
            continue;
        };
        let (access, rng) = (Access::from_context(context, identity), Rng::system(&context.env));
        match store::directory::reseal(definition, project, environment, access, rng) {
            Ok(None) => {}
            Ok(Some(version)) => {
                let version = version.as_str();
                record_resealed(name, version, project, environment, identity, context)?;
                context.ui.say(&format!("{}: store {name} sealed anew, version {version}", environment.name));
            }
            // Who shuts himself out cannot open what he has just sealed.
            Err(store::Error::Seal(error)) if error.lacks_identity() => {
                context.ui.warn(&format!("{}: store {name} could not be sealed anew", environment.name));
                context.ui.help("let another recipient take its values over: envward rollback --to VERSION");
            }
            Err(error) => return Err(Error::Store { name: name.clone(), error: Box::new(error) }),
        }
    }
    Ok(())
}

/// Enters a version of a store into the ledger that has no new value: else it would look like one that nobody pushed.
fn record_resealed(
    store: &str,
    version: &str,
    project: &Project,
    environment: &Environment,
    identity: Option<&Path>,
    context: &Context,
) -> Result<(), Error> {
    let mut access = Access::from_context(context, identity);
    let entry = Entry {
        store: Some(store.to_owned()),
        store_version: Some(version.to_owned()),
        ..seal::note(project, environment, Event::Pushed, &access)
    };
    seal::record(project, environment, entry, None, &mut access)?;
    Ok(())
}

/// Says what is to be said about a file that was opened; whether manifest and file differ in more than the
/// recipient who comes or goes, which is a finding.
fn say_other_remarks(opened: &Opened, name: &str, key: &str, context: &mut Context) -> bool {
    let others: Vec<Remark> =
        opened.remarks.iter().filter_map(|remark| without_recipient(remark, name, key)).collect();
    say_remarks(&others, &mut context.ui);
    others.iter().any(|remark| matches!(remark, Remark::RecipientsDiffer { .. }))
}

/// The remark as far as it is not about this recipient.
fn without_recipient(remark: &Remark, name: &str, key: &str) -> Option<Remark> {
    let mut remark = remark.clone();
    if let Remark::RecipientsDiffer { missing, extra } = &mut remark {
        missing.retain(|other| other != name);
        extra.retain(|other| other != key);
        if missing.is_empty() && extra.is_empty() {
            return None;
        }
    }
    Some(remark)
}
