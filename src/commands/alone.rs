//! One command without the others.
//!
//! Declaring all commands, and the flags that every command has in each of them, takes longer than decrypting a
//! file, and `run` stands before every start of a program.

use crate::cli::Globals;

/// A command line that consists of one command and the flags that every command has.
#[derive(clap::Parser)]
pub struct Alone<T: clap::Args> {
    /// Flags that every command has.
    #[command(flatten)]
    pub globals: Globals,

    /// The command's own.
    #[command(flatten)]
    pub args: T,
}
