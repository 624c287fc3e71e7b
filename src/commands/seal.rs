//! `envward seal`: take the changes of the env file into the sealed file.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `seal`.
#[derive(clap::Args)]
pub struct Args {}

/// Take the changes of the env file into the sealed file.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the seal command")
}
