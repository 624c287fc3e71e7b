//! What a write adds to the bill.

use std::fmt;

/// What a write would add to the bill of a store that is paid for by the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// How many secrets it creates; at least one.
    pub secrets: usize,
    /// What each of them costs, such as `$0.40 per month`.
    pub each: &'static str,
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secrets, each } = self;
        if *secrets == 1 {
            return write!(f, "creates 1 secret: {each}");
        }
        write!(f, "creates {secrets} secrets: {each} each")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_a_line_of_a_plan() {
        let price = |secrets| Price { secrets, each: "$0.40 per month" }.to_string();
        assert_eq!(price(1), "creates 1 secret: $0.40 per month");
        assert_eq!(price(40), "creates 40 secrets: $0.40 per month each");
    }
}
