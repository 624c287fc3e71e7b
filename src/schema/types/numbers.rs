//! `min` and `max` of the types that count something.

use crate::schema::definition::{Bound, Constraints};

use super::Mismatch;

/// Checks a number against `min` and `max`. `read` makes a number of a limit as it is written in the schema.
pub fn check_range<T: PartialOrd>(
    number: &T,
    constraints: &Constraints,
    read: impl Fn(&Bound) -> Option<T>,
) -> Result<(), Mismatch> {
    if let Some(bound) = &constraints.min {
        let min = read(bound).ok_or_else(|| unusable("min"))?;
        if *number < min {
            return Err(Mismatch::new(format!("is less than {}", show(bound))));
        }
    }
    if let Some(bound) = &constraints.max {
        let max = read(bound).ok_or_else(|| unusable("max"))?;
        if *number > max {
            return Err(Mismatch::new(format!("is more than {}", show(bound))));
        }
    }
    Ok(())
}

fn unusable(field: &str) -> Mismatch {
    Mismatch::new(format!("cannot be checked: the schema's `{field}` does not fit the type"))
        .help("correct the schema")
}

fn show(bound: &Bound) -> String {
    match bound {
        Bound::Int(number) => number.to_string(),
        Bound::Float(number) => number.to_string(),
        Bound::Text(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: i64, min: Bound) -> Option<String> {
        let constraints = Constraints { min: Some(min), max: Some(Bound::Int(9)), ..Constraints::default() };
        let read = |bound: &Bound| if let Bound::Int(int) = bound { Some(*int) } else { None };
        check_range(&number, &constraints, read).err().map(|mismatch| mismatch.message)
    }

    #[test]
    fn the_limits_themselves_are_inside() {
        assert_eq!(message(0, Bound::Int(1)).as_deref(), Some("is less than 1"));
        assert_eq!(message(1, Bound::Int(1)), None);
        assert_eq!(message(9, Bound::Int(1)), None);
        assert_eq!(message(10, Bound::Int(1)).as_deref(), Some("is more than 9"));
    }

    #[test]
    fn a_limit_that_does_not_fit_is_never_a_pass() {
        assert_eq!(
            message(5, Bound::Text("many".to_owned())).as_deref(),
            Some("cannot be checked: the schema's `min` does not fit the type")
        );
    }
}
