//! `envward unset`: remove one variable.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `unset`.
#[derive(clap::Args)]
pub struct Args {}

/// Remove one variable.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the unset command")
}
