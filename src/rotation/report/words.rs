//! How dates and counts are said in the forms for people.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::rotation::{Row, Status, Summary};

/// The day of a moment, in UTC.
pub(super) fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// Days from `now` to `at`, counted in calendar days of UTC: negative for the past.
pub(super) fn days_until(at: Timestamp, now: Timestamp) -> i32 {
    day(at).since(day(now)).expect("a difference in days has no limit").get_days()
}

/// `in 12 days`, `3 days ago`, `today`.
pub(super) fn distance(at: Timestamp, now: Timestamp) -> String {
    match days_until(at, now) {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        -1 => "1 day ago".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", days.unsigned_abs()),
    }
}

/// RFC 3339, to the second, in UTC.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `1 variable`, `2 variables`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The status, with what it hangs on.
pub(super) fn status(row: &Row) -> String {
    match (row.status, row.exempt_until) {
        (Status::Exempt, Some(until)) => format!("exempt until {until}"),
        _ => row.status.name().to_owned(),
    }
}

/// `2 projects, 12 variables: 1 overdue, 11 ok; 3 secret variables have no policy`.
pub(super) fn sum(summary: &Summary) -> String {
    let projects = match summary.projects {
        0 | 1 => String::new(),
        many => format!("{many} projects, "),
    };
    let counts = Status::ALL.into_iter().map(|status| (summary.count(status), status.name()));
    let counts: Vec<String> =
        counts.filter(|&(count, _)| count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let without = match summary.without_policy {
        0 => String::new(),
        1 => "; 1 secret variable has no policy".to_owned(),
        many => format!("; {many} secret variables have no policy"),
    };
    format!("{projects}{}{counts}{without}", counted(summary.total(), "variable"))
}

/// That nobody looked at who wrote the ledger; `None` if somebody did, or there was nothing to look at.
pub(super) fn authors(summary: &Summary) -> Option<&'static str> {
    let said = "who wrote the entries of the ledger was not checked: that takes a key";
    summary.authors_unchecked.then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn days_are_those_of_the_calendar_not_of_24_hours() {
        let noon = at("2026-03-01T12:00:00Z");
        assert_eq!(distance(at("2026-03-01T23:59:59Z"), noon), "today");
        assert_eq!(distance(at("2026-03-02T00:00:00Z"), noon), "in 1 day");
        assert_eq!(distance(at("2026-02-28T23:59:59Z"), noon), "1 day ago");
        assert_eq!(distance(at("2028-03-01T12:00:00Z"), noon), "in 731 days");
        assert_eq!(distance(at("2025-03-01T12:00:00Z"), noon), "365 days ago");
    }

    #[test]
    fn moments_are_shown_to_the_second() {
        assert_eq!(rfc3339(at("2026-03-01T12:00:00.987Z")), "2026-03-01T12:00:00Z");
    }
}
