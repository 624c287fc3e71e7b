//! `envward audit`: when values have to be replaced, over many projects. No key is asked for, and no value is read.
//!
//! To add a subcommand: write its file with `Args` and `run`, and add it to [`Subject`] and to [`run`].

mod projects;
mod tally;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `audit`.
pub type Args = projects::Args;

/// When values have to be replaced, over many projects.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    projects::run(args, context)
}
