//! The program: harden, parse, dispatch, exit code.

use std::ffi::OsString;

use envward::commands::{self, Cli};
use envward::hardening;

fn main() -> std::process::ExitCode {
    hardening::harden();
    let words: Vec<OsString> = std::env::args_os().collect();
    commands::main(Cli::from_words(&words)).into()
}
