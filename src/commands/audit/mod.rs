//! `envward audit`: when values have to be replaced, over many projects and stores. No key is asked for, and no value
//! is read.
//!
//! To add a subcommand: write its file with `Args` and `run`, and add it to [`Subject`] and to [`run`].

mod access;
#[cfg(feature = "aws")]
mod aws;
#[cfg(any(feature = "vault", feature = "aws"))]
mod policy;
mod projects;
#[cfg(any(feature = "vault", feature = "aws"))]
mod stored;
mod tally;
#[cfg(feature = "vault")]
mod vault;

use jiff::SignedDuration;

use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rotation::report::Head;
use crate::schema::types::parse_duration;
use crate::ui::escape;

/// Arguments of `audit`.
#[derive(clap::Args)]
#[command(
    subcommand_precedence_over_arg = true,
    after_help = "Needs no private key and asks for none, and shows no value. Ends with 1 as --fail-on says, and \
                  if a project cannot be read or is silent. A directory that is called like one of the commands \
                  is written with ./ before it. \
                  Formats: human, json, csv, sarif, ics, prometheus, markdown, junit, html"
)]
pub struct Args {
    #[command(subcommand)]
    subject: Option<Subject>,

    #[command(flatten)]
    projects: projects::Args,
}

/// What is looked at other than projects.
#[derive(clap::Subcommand)]
enum Subject {
    /// Show who could open which variable, from when until when
    Access(access::Args),
    /// Show the age of every secret of a KV engine of Vault or OpenBao
    #[cfg(feature = "vault")]
    Vault(vault::Args),
    /// Show the age of every secret of AWS Secrets Manager in a region
    #[cfg(feature = "aws")]
    Aws(aws::Args),
    /// Print the least that a login has to be allowed for `audit vault` or `audit aws`
    #[cfg(any(feature = "vault", feature = "aws"))]
    Policy(policy::Args),
}

/// When values have to be replaced, over many projects.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    // clap could refuse this by itself, but would then also refuse the flags that every command has.
    if args.subject.is_some() && !args.projects.is_nothing_said() {
        return Err(Error::usage_with_help(
            "what stands before the command is for audits of projects, and would be ignored",
            "write paths and flags after the command, and a directory that is called like one with ./ before it",
        ));
    }
    match &args.subject {
        None => projects::run(&args.projects, context),
        Some(Subject::Access(args)) => access::run(args, context),
        #[cfg(feature = "vault")]
        Some(Subject::Vault(args)) => vault::run(args, context),
        #[cfg(feature = "aws")]
        Some(Subject::Aws(args)) => aws::run(args, context),
        #[cfg(any(feature = "vault", feature = "aws"))]
        Some(Subject::Policy(args)) => policy::run(args, context),
    }
}

/// The environment of `-e` or of `ENVWARD_ENV`, if one is named.
fn chosen(context: &Context) -> Option<&str> {
    context.globals.env.as_deref().or_else(|| context.env.get(env_vars::ENVWARD_ENV))
}

/// That no project has the environment that was named: a misspelt one would look like one in order.
fn no_environment(name: &str) -> Error {
    Error::usage(format!("none of the projects has an environment \"{}\"", escape(name)))
}

fn head(title: String, context: &Context) -> Head {
    Head { generated: context.clock.now(), title, color: context.ui.colors_result() }
}

fn duration(text: &str) -> Result<SignedDuration, &'static str> {
    parse_duration(text).ok_or("write it like 7d or 36h")
}
