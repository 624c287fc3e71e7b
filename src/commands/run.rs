//! `envward run`: become a command with the environment injected.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct Args {}

/// Become a command with the environment injected.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the run command")
}
