//! `envward unseal`: take the changes of the sealed file into the env file.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `unseal`.
#[derive(clap::Args)]
pub struct Args {}

/// Take the changes of the sealed file into the env file.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the unseal command")
}
