//! What the status of a variable in a report has come to by now, as far as the report's own dates tell. The grace and
//! the end of an overlap are not among them, so that here `overdue` does not become `breached`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rotation::{Row, Status};

/// The status at `now` of a row that was reported at `reported`: never better than it was then.
pub(super) fn status(row: &Row, reported: Timestamp, now: Timestamp) -> Status {
    let today = now.to_zoned(TimeZone::UTC).date();
    let is_exempt = row.exempt_until.is_some_and(|until| today <= until);
    let has_passed = |date: Timestamp| date <= now;
    match row.status {
        Status::Exempt if is_exempt => Status::Exempt,
        // Without a date it was exempt from being unknown.
        Status::Exempt if row.due.is_none_or(has_passed) => Status::ExemptExpired,
        Status::Exempt if row.warn.is_some_and(has_passed) => Status::DueSoon,
        Status::Exempt => Status::Ok,
        status => {
            // What had passed already and did not count then is what it was exempt from.
            let counts = |date: &Timestamp| !is_exempt || reported < *date;
            let is_due = row.due.filter(counts).is_some_and(has_passed);
            let is_near = row.warn.filter(counts).is_some_and(has_passed);
            let by_dates = [(is_due, Status::Overdue), (is_near, Status::DueSoon)];
            let by_dates = by_dates.into_iter().find_map(|(holds, status)| holds.then_some(status));
            by_dates.map_or(status, |by_dates| status.min(by_dates))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORTED: &str = "2026-05-02T12:00:00Z";

    /// What a row of these dates comes to on May 8; an empty text is no date.
    fn status(status: Status, warn: &str, due: &str, exempt_until: &str) -> Status {
        let at = |day: &str| format!("{day}T00:00:00Z").parse().ok();
        let row = Row {
            project: "shop".to_owned(),
            environment: "production".to_owned(),
            variable: "KEY".to_owned(),
            class: None,
            owner: None,
            status,
            due: at(due),
            warn: at(warn),
            last_rotated: None,
            evidence: None,
            exempt_until: exempt_until.parse().ok(),
            approver: None,
            driver: "manual".to_owned(),
            controls: Vec::new(),
            runbook: None,
            declared: None,
            findings: Vec::new(),
            reported: None,
        };
        let now = "2026-05-08T12:00:00Z".parse().expect("a time");
        super::status(&row, REPORTED.parse().expect("a time"), now)
    }

    #[test]
    fn a_date_that_has_passed_since_counts() {
        use Status::{Breached, DueSoon, Ok, Overdue, Overlap, Unknown};
        assert_eq!(status(Ok, "2026-05-09", "2026-06-01", ""), Ok);
        assert_eq!(status(Ok, "2026-05-04", "2026-06-01", ""), DueSoon);
        assert_eq!(status(DueSoon, "2026-04-20", "2026-05-03", ""), Overdue);
        assert_eq!(status(Overlap, "2026-05-04", "2026-06-01", ""), DueSoon);
        for kept in [Breached, Overdue, Unknown] {
            assert_eq!(status(kept, "2026-05-09", "2026-06-01", ""), kept);
        }
        assert_eq!(status(Ok, "", "", ""), Ok);
    }

    #[test]
    fn an_exemption_ends_with_its_last_day() {
        use Status::{DueSoon, Exempt, ExemptExpired, Ok, Overdue};
        assert_eq!(status(Exempt, "2026-01-01", "2026-02-01", "2026-05-08"), Exempt);
        assert_eq!(status(Exempt, "2026-01-01", "2026-02-01", "2026-05-07"), ExemptExpired);
        assert_eq!(status(Exempt, "", "", "2026-05-07"), ExemptExpired);
        assert_eq!(status(Exempt, "2026-05-04", "2026-06-01", "2026-05-07"), DueSoon);
        assert_eq!(status(Exempt, "2026-05-09", "2026-06-01", "2026-05-07"), Ok);
        // The end of a certificate comes near, while the deadline by age has passed and does not count.
        assert_eq!(status(DueSoon, "2026-01-01", "2026-02-01", "2026-06-01"), DueSoon);
        assert_eq!(status(DueSoon, "2026-01-01", "2026-05-04", "2026-06-01"), Overdue);
    }
}
