//! `envward schema`: what a project declares.
//!
//! To add a subcommand: write its file with `Args` and `run`, and add it to [`Action`] and to [`run`].

mod infer;

pub(in crate::commands) use self::infer::say_found;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `schema`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write a schema from env examples, guides, compose files and code that are there already
    Infer(infer::Args),
}

/// What a project declares.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::Infer(args) => infer::run(args, context),
    }
}
