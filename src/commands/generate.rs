//! `envward generate`: print a strong secret.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `generate`.
#[derive(clap::Args)]
pub struct Args {}

/// Print a strong secret.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the generate command")
}
