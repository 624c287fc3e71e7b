//! `envward recipients`: show or change who can open the sealed files.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `recipients`.
#[derive(clap::Args)]
pub struct Args {}

/// Show or change who can open the sealed files.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the recipients command")
}
