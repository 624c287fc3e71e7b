//! `float`: a number.

use super::numbers::check_range;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::{Bound, Constraints};

/// A finite number.
pub struct Float;

impl ValueType for Float {
    fn name(&self) -> &'static str {
        "float"
    }

    fn describe(&self) -> &'static str {
        "a number with a decimal point, such as 0.85 or 1e-3"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let number = parse_finite(value)
            .ok_or_else(|| Mismatch::new("is not a number").help("use digits and a point, such as 0.85"))?;
        check_range(&number, constraints, to_float)?;
        Ok(Typed::Float(number))
    }
}

/// Rust also reads `inf`, `nan` and a leading plus, which other programs do not.
fn parse_finite(value: &str) -> Option<f64> {
    let starts_well = value.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.'));
    if !starts_well {
        return None;
    }
    value.parse().ok().filter(|number: &f64| number.is_finite())
}

fn to_float(bound: &Bound) -> Option<f64> {
    match bound {
        #[expect(clippy::cast_precision_loss, reason = "a limit above 2^53 is not met in a float")]
        Bound::Int(int) => Some(*int as f64),
        Bound::Float(float) => Some(*float),
        Bound::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn numbers_are_accepted() {
        for (value, number) in [("0.85", 0.85), ("1", 1.0), (".5", 0.5), ("-1e-3", -0.001)] {
            assert!(accept(&Float, value) == Typed::Float(number), "{value}");
        }
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for value in ["", "inf", "-inf", "NaN", "+1", "0,85", "1e999", "85%"] {
            assert_eq!(reject(&Float, value), "is not a number", "{value}");
        }
    }

    #[test]
    fn a_range_may_be_written_in_whole_numbers() {
        let constraints =
            Constraints { min: Some(Bound::Int(0)), max: Some(Bound::Int(1)), ..Constraints::default() };
        assert_eq!(reject_with(&Float, "1.01", &constraints), "is more than 1");
        assert_eq!(reject_with(&Float, "-0.1", &constraints), "is less than 0");
    }
}
