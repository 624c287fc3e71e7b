//! `int`: a whole number.

use super::numbers::check_range;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::{Bound, Constraints};

/// A whole number in decimal digits that fits into 64 bits.
pub struct Int;

impl ValueType for Int {
    fn name(&self) -> &'static str {
        "int"
    }

    fn describe(&self) -> &'static str {
        "a whole number in decimal digits, with `-` if it is negative"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let number = parse_whole(value)?;
        check_range(&number, constraints, |bound| match bound {
            Bound::Int(int) => Some(*int),
            _ => None,
        })?;
        Ok(Typed::Int(number))
    }
}

/// Digits with an optional minus; a plus, a blank or a separator is read differently from program to program.
fn parse_whole(value: &str) -> Result<i64, Mismatch> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Mismatch::new("is not a whole number").help("use digits only, such as 20"));
    }
    value.parse().map_err(|_| Mismatch::new("is too large for a 64-bit number"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn whole_numbers_are_accepted() {
        assert!(accept(&Int, "20") == Typed::Int(20));
        assert!(accept(&Int, "-1") == Typed::Int(-1));
        assert!(accept(&Int, "9223372036854775807") == Typed::Int(i64::MAX));
    }

    #[test]
    fn what_programs_read_differently_is_refused() {
        for value in ["", "-", "+5", "1_000", "1,000", "0x10", "1.0", "1e3", "٣"] {
            assert_eq!(reject(&Int, value), "is not a whole number", "{value}");
        }
        assert_eq!(reject(&Int, "9223372036854775808"), "is too large for a 64-bit number");
    }

    #[test]
    fn a_range_is_checked() {
        let constraints = Constraints { min: Some(Bound::Int(1)), ..Constraints::default() };
        assert_eq!(reject_with(&Int, "0", &constraints), "is less than 1");
    }
}
