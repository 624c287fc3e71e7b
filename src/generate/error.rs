//! Why no value was made. Never holds a value.

use crate::rng;

/// Why no value was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options ask for a value that could be guessed.
    #[error("{bits} bits are too weak: at least {least} are needed")]
    TooWeak {
        /// Strength of what was asked for.
        bits: usize,
        /// Least strength of this kind.
        least: usize,
        /// The option that would make it stronger.
        option: &'static str,
    },
    /// A number is outside its limits.
    #[error("{option} must be from {least} to {most}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// The smallest number it takes.
        least: usize,
        /// The largest number it takes.
        most: usize,
    },
    /// An option has a value that makes no sense.
    #[error("{option} {problem}")]
    Invalid {
        /// The option.
        option: &'static str,
        /// What is wrong with it: "must not be empty".
        problem: &'static str,
    },
    /// What the schema's recipe makes is not of the variable's type.
    #[error("what the schema generates for {variable} {message}")]
    NotOfType {
        /// The variable.
        variable: String,
        /// Why, in the words of the type; holds no part of the value.
        message: String,
    },
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] rng::Error),
    /// A library could not make or encode the key, which no option explains.
    #[error("cannot make the {what}")]
    Failed {
        /// What was to be made.
        what: &'static str,
    },
}

impl Error {
    /// What to do next, where there is something better than the message itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooWeak { option, .. } => Some(format!("give more {option}")),
            Self::NotOfType { .. } => {
                Some("make its `generate` and its `type` agree in the schema".to_owned())
            }
            _ => None,
        }
    }
}
