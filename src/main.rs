//! The program: harden, parse, dispatch, exit code.

use clap::Parser;
use envward::commands::{self, Cli};
use envward::hardening;

fn main() -> std::process::ExitCode {
    hardening::harden();
    commands::main(Cli::try_parse()).into()
}
