//! `envward rename`: rename one variable.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `rename`.
#[derive(clap::Args)]
pub struct Args {}

/// Rename one variable.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the rename command")
}
