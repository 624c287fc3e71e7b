//! `envward diff`: compare the environment with its env file, another environment, a revision or a file.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `diff`.
#[derive(clap::Args)]
pub struct Args {}

/// Compare the environment with its env file, another environment, a revision or a file.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the diff command")
}
