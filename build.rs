//! How the program is linked on Linux.
//!
//! `run` stands before every start of a program, and much of its time is the start of its own process, which grows
//! with everything that is linked, whether `run` uses it or not. SECURITY.md says what that gives up.
#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "for cargo")]

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Tells the C library where to look names up; it does not compile where a static one would still need plugins.
const NAMES: &str = "src/static_names.c";

/// The functions that `run` passes through; `scripts/order-code` writes it.
const PATH_OF_RUN: &str = "src/run_path.txt";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PATH_OF_RUN}");
    println!("cargo::rerun-if-changed={NAMES}");
    let is = |variable, value| env::var(variable).is_ok_and(|set| set == value);
    if !(is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu"))
    {
        return;
    }
    let directory = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    // The standard library asks for the shared `libgcc_s`: the same code, from GCC's archives.
    stand_in(&directory.join("shared"), "libgcc_s.a", "-lgcc_eh -lgcc");
    // At fixed addresses: a position-independent program writes tens of thousands of addresses into its data before
    // `main`.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    link_statically(&directory.join("static"));
    gather(&directory.join("run_path.ld"));
}

/// Puts the functions that `run` passes through next to each other. Among all the others they lie in sixty places of
/// 64 KiB, and the first step into each of these is a page fault.
fn gather(script: &Path) {
    let functions = fs::read_to_string(PATH_OF_RUN).expect("it is a file of the package");
    let sections: Vec<_> = functions.lines().map(|name| format!("*(.text.{name})")).collect();
    let text = format!("SECTIONS {{ .text.run : {{\n{}\n}} }} INSERT BEFORE .text;\n", sections.join("\n"));
    fs::write(script, text).expect("cargo's directory can be written");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
}

/// To find, map and bind the C library takes a fifth of the time of `run`. Without its archives, as on systems that
/// package them apart, it stays shared.
fn link_statically(directory: &Path) {
    let Some((c, mathematics)) = archive("libc.a").zip(archive("libm.a")) else { return };
    let Ok(objects) = compiler().file(NAMES).try_compile_intermediates() else { return };
    stand_in(directory, "libc.a", &format!("{c} -lgcc_eh -lgcc"));
    stand_in(directory, "libm.a", &mathematics);
    println!("cargo::rustc-link-arg-bins=-static");
    for object in objects {
        println!("cargo::rustc-link-arg-bins={}", object.display());
    }
}

/// The path of a library's archive, if the compiler has it.
fn archive(name: &str) -> Option<String> {
    let mut command = compiler().try_get_compiler().ok()?.to_command();
    let output = command.arg(format!("-print-file-name={name}")).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Path::new(&path).is_absolute().then_some(path)
}

/// One that says nothing to cargo: what it cannot do is not done.
fn compiler() -> cc::Build {
    let mut build = cc::Build::new();
    build.cargo_metadata(false).cargo_warnings(false);
    build
}

/// Writes a file that the linker takes in the place of a shared library.
fn stand_in(directory: &Path, library: &str, inputs: &str) {
    fs::create_dir_all(directory).expect("cargo's directory can be written");
    fs::write(directory.join(library), format!("GROUP({inputs})\n"))
        .expect("cargo's directory can be written");
    println!("cargo::rustc-link-arg-bins=-L{}", directory.display());
}
