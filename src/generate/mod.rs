//! Strong values, one kind per file. Randomness is the operating system's only ([`crate::rng`]).

use schemars::JsonSchema;
use serde::Deserialize;

/// `generate = { kind = "hex", bytes = 32 }`: how to make a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Recipe {
    /// Lower-case hexadecimal digits.
    Hex {
        /// Number of random bytes; twice as many digits.
        bytes: Option<usize>,
    },
}
