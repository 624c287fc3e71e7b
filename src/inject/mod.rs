//! Starting a program with the environment: what it gets, which names are refused, becoming it.
//!
//! On Unix the process is replaced, so that nothing is left that holds a secret and the program keeps pid,
//! signals and exit code. Windows has no such call: there envward starts the program, waits, and ends with its
//! code. `run --redact` starts the program on Unix too, to mask what it prints.

mod child;
mod error;
mod exec;
mod guard;
#[cfg(unix)]
mod redact;

pub use child::{Effective, Selection, child_environment, effective};
pub use error::Error;
pub use exec::{Program, become_program};
pub use guard::{Hazard, Verdict, hazard};
#[cfg(unix)]
pub use redact::run_masked;
