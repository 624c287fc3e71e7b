//! `bytesize`: an amount of memory or storage.

use super::numbers::check_range;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::{Bound, Constraints};

/// Units and their bytes: decimal ones by SI, binary ones by IEC 80000-13. Case does not count.
const UNITS: &[(&str, i64)] = &[
    ("", 1),
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

/// An amount of bytes: `64KiB`, `10MB`, or digits alone.
pub struct ByteSize;

impl ValueType for ByteSize {
    fn name(&self) -> &'static str {
        "bytesize"
    }

    fn describe(&self) -> &'static str {
        "a whole number of bytes, KB, MB, GB, TB (1000 each) or KiB, MiB, GiB, TiB (1024 each)"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let bytes = parse(value)?;
        check_range(&bytes, constraints, |bound| match bound {
            Bound::Int(bytes) => Some(*bytes),
            Bound::Text(text) => parse(text).ok(),
            Bound::Float(_) => None,
        })?;
        Ok(Typed::Int(bytes))
    }
}

fn parse(value: &str) -> Result<i64, Mismatch> {
    let not_a_size = || Mismatch::new("is not a size").help("use a number and a unit, such as 64KiB or 10MB");
    let unit_start = value.find(|character: char| !character.is_ascii_digit()).unwrap_or(value.len());
    let (digits, unit) = value.split_at(unit_start);
    if digits.is_empty() {
        return Err(not_a_size());
    }
    if ["k", "m", "g", "t"].iter().any(|single| single.eq_ignore_ascii_case(unit)) {
        return Err(Mismatch::new(
            "has a unit of one letter, which means 1000 to some programs and 1024 to others",
        )
        .help("write MB for 1000 times 1000 bytes, MiB for 1024 times 1024"));
    }
    let (_, factor) =
        UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(not_a_size)?;
    let number: i64 = digits.parse().map_err(|_| not_a_size())?;
    number.checked_mul(*factor).ok_or_else(|| Mismatch::new("is too large for a 64-bit number of bytes"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn units_are_decimal_or_binary_by_their_name() {
        for (value, bytes) in [("64KiB", 65_536), ("10MB", 10_000_000), ("1gib", 1 << 30), ("512", 512)] {
            assert!(accept(&ByteSize, value) == Typed::Int(bytes), "{value}");
        }
    }

    #[test]
    fn an_ambiguous_unit_is_refused() {
        assert_eq!(
            reject(&ByteSize, "512m"),
            "has a unit of one letter, which means 1000 to some programs and 1024 to others"
        );
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for value in ["", "MB", "1.5MB", "10 MB", "-1", "10XB"] {
            assert_eq!(reject(&ByteSize, value), "is not a size", "{value}");
        }
        assert_eq!(reject(&ByteSize, "9000000000TB"), "is too large for a 64-bit number of bytes");
    }

    #[test]
    fn a_range_has_units_too() {
        let constraints = Constraints { min: Some(Bound::Text("1KiB".to_owned())), ..Constraints::default() };
        assert_eq!(reject_with(&ByteSize, "1000", &constraints), "is less than 1KiB");
    }
}
