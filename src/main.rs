//! The program: harden, parse, dispatch, exit code.

use clap::Parser;
use envward::cli::Cli;
use envward::{commands, hardening};

fn main() -> std::process::ExitCode {
    hardening::harden();
    commands::main(Cli::try_parse()).into()
}
