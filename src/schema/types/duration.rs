//! `duration`: a length of time.

use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::numbers::check_range;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::{Bound, Constraints};

/// A length of time: `90d`, `15m`, `1h30m`, ISO 8601 `PT15M`, or digits alone for seconds. A day has 24 hours.
pub struct Duration;

impl ValueType for Duration {
    fn name(&self) -> &'static str {
        "duration"
    }

    fn describe(&self) -> &'static str {
        "a length of time such as 90d, 15m, 1h30m, PT15M, or digits alone for seconds; no months or years, \
         whose length differs"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let duration = parse(value).ok_or_else(|| {
            Mismatch::new("is not a duration").help("use a number and a unit, such as 15m or 90d")
        })?;
        check_range(&duration, constraints, |bound| match bound {
            Bound::Int(seconds) => Some(SignedDuration::from_secs(*seconds)),
            Bound::Text(text) => parse(text),
            Bound::Float(_) => None,
        })?;
        Ok(Typed::Duration(duration))
    }
}

/// Reads a length of time, `None` if it is not one, is negative, or has units whose length differs.
pub fn parse(text: &str) -> Option<SignedDuration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(SignedDuration::from_secs);
    }
    // The friendly format of jiff takes blanks, signs and the word "ago"; programs seldom do.
    if text.contains(|character: char| !character.is_ascii_alphanumeric() && character != '.') {
        return None;
    }
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (!duration.is_negative()).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn units_add_up() {
        for (value, seconds) in [
            ("90d", 90 * 86_400),
            ("2w", 14 * 86_400),
            ("15m", 900),
            ("1h30m", 5400),
            ("PT15M", 900),
            ("3600", 3600),
            ("0", 0),
        ] {
            assert!(
                accept(&Duration, value) == Typed::Duration(SignedDuration::from_secs(seconds)),
                "{value}"
            );
        }
        assert!(accept(&Duration, "250ms") == Typed::Duration(SignedDuration::from_millis(250)));
    }

    #[test]
    fn what_has_no_fixed_length_is_refused() {
        for value in ["", "1mo", "1y", "-5m", "5m ago", "90 days", "d", "15x", "P1M"] {
            assert_eq!(reject(&Duration, value), "is not a duration", "{value}");
        }
    }

    #[test]
    fn a_range_has_units_too() {
        let constraints = Constraints { max: Some(Bound::Text("90d".to_owned())), ..Constraints::default() };
        assert_eq!(reject_with(&Duration, "91d", &constraints), "is more than 90d");
    }
}
