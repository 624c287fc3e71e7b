//! `envward rotation`: when values have to be replaced, and the record of when they were.
//!
//! To add a subcommand: write its file with `Args` and `run`, and add it to [`Action`] and to [`run`].

mod approve;
mod attest;
mod exempt;
mod opening;
mod recorder;
mod report;
mod status;
mod surveying;
mod sync;
mod verify;

pub(in crate::commands) use self::status::known;
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::{Environment, Project};

/// Arguments of `rotation`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show when each variable is due, and how well it is proven when it was replaced
    Status(status::Args),
    /// Write the deadlines as a document: a page, a spreadsheet, a calendar, metrics, for code scanning, …
    Report(report::Args),
    /// Say that values were replaced where envward cannot see it
    Attest(attest::Args),
    /// Ask that values need not be replaced for a while
    Exempt(exempt::Args),
    /// Agree to an exemption that someone else asked for
    Approve(approve::Args),
    /// Take in what a CI job gave out for the ledger, or what the stores prove
    Sync(sync::Args),
    /// Check that the ledger is whole, and that nobody without a key wrote into it
    Verify(verify::Args),
}

/// When values have to be replaced, and the record of when they were.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::Status(args) => status::run(args, context),
        Action::Report(args) => report::run(args, context),
        Action::Attest(args) => attest::run(args, context),
        Action::Exempt(args) => exempt::run(args, context),
        Action::Approve(args) => approve::run(args, context),
        Action::Sync(args) => sync::run(args, context),
        Action::Verify(args) => verify::run(args, context),
    }
}

/// The environment of `-e` or of `ENVWARD_ENV`, else all of them: a deadline counts wherever it is.
fn environments(project: &Project, context: &Context) -> Result<Vec<Environment>, Error> {
    let chosen = context.globals.env.as_deref().or_else(|| context.env.get(env_vars::ENVWARD_ENV));
    let names = match chosen {
        Some(name) => vec![name],
        None => project.manifest.environments.keys().map(String::as_str).collect(),
    };
    let environments = names.into_iter().map(|name| project.environment_named(name));
    Ok(environments.collect::<Result<_, _>>()?)
}
