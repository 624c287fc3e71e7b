//! `envward check`: validate env files, sealed files or the process environment against the schema.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `check`.
#[derive(clap::Args)]
pub struct Args {}

/// Validate env files, sealed files or the process environment against the schema.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the check command")
}
