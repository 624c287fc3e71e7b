//! `envward verify`: check the seal: structure, recipients, record, authorship, age.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `verify`.
#[derive(clap::Args)]
pub struct Args {}

/// Check the seal: structure, recipients, record, authorship, age.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the verify command")
}
