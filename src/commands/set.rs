//! `envward set`: set one value, read from a prompt or from standard input.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `set`.
#[derive(clap::Args)]
pub struct Args {}

/// Set one value, read from a prompt or from standard input.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the set command")
}
