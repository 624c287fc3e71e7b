//! `envward list`: list the variables of an environment.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `list`.
#[derive(clap::Args)]
pub struct Args {}

/// List the variables of an environment.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the list command")
}
