//! How well the date of a value is proven.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How well it is proven, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Grade {
    /// The target accepted the new value and was seen to refuse the old one.
    A,
    /// A store serves a version made then, whose fingerprint differs from every earlier one.
    B,
    /// The fingerprint changed in a signed commit.
    C,
    /// Something was written then: an entry of the ledger, an unsigned commit, or a store that says when but not
    /// what.
    D,
    /// A person says so.
    E,
}

impl Grade {
    /// Its letter.
    pub fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }
}
