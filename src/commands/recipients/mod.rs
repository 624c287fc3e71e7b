//! `envward recipients`: show or change who can open the sealed files.

mod add;
mod list;
mod remove;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::{Environment, Project};
use crate::seal::recipients::{Plugins, Recipient};
use crate::seal::{Remark, Written};

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
    match &context.globals.env {
        Some(name) => Ok(vec![project.environment_named(name)?]),
        None => project.manifest.environments.keys().map(|name| project.environment_named(name)).collect(),
    }
}

/// The one spelling of a public key; one that is none is left as it is, to be shown.
fn canonical(key: &str) -> String {
    Recipient::parse(key, Plugins::Allowed).map_or_else(|_| key.to_owned(), |key| key.to_string())
}

/// Passes on what is to be said about a file that was written, but that it differs from the manifest: the
/// manifest follows in the same command.
fn report(written: &Written, context: &mut Context) {
    for remark in &written.remarks {
        if !matches!(remark, Remark::RecipientsDiffer { .. }) {
            context.ui.warn(&remark.to_string());
        }
    }
}
