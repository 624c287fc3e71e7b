//! How the program is linked on Linux.
//!
//! `run` stands before every start of a program, and much of its time is the start of its own process, which grows
//! with everything that is linked, whether `run` uses it or not. SECURITY.md says what the first point gives up.
#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "for cargo")]

use std::path::Path;
use std::{env, fs};

/// Stands in for the shared `libgcc_s`, which the standard library asks for: the same code, from GCC's archives.
const LIBGCC: &str = "INPUT(-lgcc_eh -lgcc)\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable, value| env::var(variable).is_ok_and(|set| set == value);
    if !(is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu"))
    {
        return;
    }
    // At fixed addresses: a position-independent program writes tens of thousands of addresses into its data before
    // `main`.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // One library less to find, map and bind.
    let directory = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&directory).join("libgcc_s.so"), LIBGCC).expect("cargo's directory can be written");
    println!("cargo::rustc-link-search=native={directory}");
}
