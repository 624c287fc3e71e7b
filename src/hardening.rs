//! What the process does to itself before it holds a value.
//!
//! Threat: a crash writes the memory of the process into a core file, or a panic prints what it was working
//! on. Not promised: protection from root, or from a debugger of the same user that was there before.
#![expect(clippy::disallowed_methods, clippy::exit, reason = "the end of a panic is decided here")]

use std::io::Write;
use std::panic::PanicHookInfo;

use crate::exit_code::ExitCode;

/// Makes the process harder to read from outside. Called once, at the start of `main`.
pub fn harden() {
    forbid_core_dumps();
    std::panic::set_hook(Box::new(report_bug));
}

/// No core file, and no reading of `/proc/PID/mem` or attaching by the same user. A non-dumpable process leaves
/// no core wherever `core_pattern` points, which `RLIMIT_CORE` does not promise; and `execve` makes the process
/// dumpable again, so that the command of `run` is as it would be without us, which a limit would not be.
#[cfg(target_os = "linux")]
fn forbid_core_dumps() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // It cannot fail with this argument (prctl(2)); if it did, working on would still be right.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Elsewhere core files are off unless the user asks for them.
#[cfg(not(target_os = "linux"))]
fn forbid_core_dumps() {}

/// Says where it happened and never what: a panic's message may hold a value. Ends the process itself, because
/// the runtime's own exit code differs between builds that unwind and builds that abort.
fn report_bug(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!(", at {place}")).unwrap_or_default();
    let help =
        concat!("please report this line and the command at ", env!("CARGO_PKG_REPOSITORY"), "/issues");
    // Nobody is left to be told that stderr is gone.
    let _ = writeln!(std::io::stderr(), "envward: this is a bug{place}\nhelp: {help}");
    std::process::exit(ExitCode::Bug as i32);
}
