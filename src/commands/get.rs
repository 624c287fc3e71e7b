//! `envward get`: print one value.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `get`.
#[derive(clap::Args)]
pub struct Args {}

/// Print one value.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the get command")
}
