//! `envward identity`: make, show or import the private key that opens them.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `identity`.
#[derive(clap::Args)]
pub struct Args {}

/// Make, show or import the private key that opens them.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the identity command")
}
