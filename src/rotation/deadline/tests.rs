use jiff::civil;
use proptest::prelude::*;

use super::*;
use crate::rotation::events::{Exposure, Rotated};
use crate::schema::Grade;
use crate::schema::driver::DriverTable;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Every 90 days, with 7 days of warning and 3 of grace.
fn quarterly() -> Policy {
    Policy {
        class: None,
        every: Some(days(90)),
        warn: days(7),
        grace: days(3),
        overlap: SignedDuration::ZERO,
        min_evidence: None,
        driver: DriverTable::Manual,
        previous: None,
        owner: None,
        runbook: None,
        controls: Vec::new(),
        offboard: days(7),
        jitter: SignedDuration::ZERO,
    }
}

/// A variable, as a test changes it.
struct Case {
    policy: Policy,
    evidence: Evidence,
    history: History,
    not_after: Option<Timestamp>,
}

impl Case {
    fn rotated(when: &str) -> Self {
        let evidence = Evidence { rotated: Some(at(when)), grade: Some(Grade::D), ..Evidence::default() };
        Self { policy: quarterly(), evidence, history: History::default(), not_after: None }
    }

    fn unproven() -> Self {
        Self { evidence: Evidence::default(), ..Self::rotated("2026-01-01T00:00:00Z") }
    }

    fn exempt_until(mut self, until: Date, approver: Option<&str>) -> Self {
        self.history.exemption = Some(Exemption {
            entry: "ab".to_owned(),
            at: at("2026-01-02T00:00:00Z"),
            author: "Alice <a@example.com>".to_owned(),
            reason: "the vendor has no second key".to_owned(),
            ticket: None,
            until,
            approver: approver.map(str::to_owned),
        });
        self
    }

    fn exposed(mut self, when: &str) -> Self {
        self.history.exposed = Some(Exposure { at: at(when), reason: "left: alice".to_owned() });
        self
    }

    fn on(&self, now: &str) -> Deadline {
        self.at(at(now))
    }

    fn at(&self, now: Timestamp) -> Deadline {
        deadline(Facts {
            policy: &self.policy,
            evidence: &self.evidence,
            history: Some(&self.history),
            not_after: self.not_after,
            identity: ["app", "production", "KEY"],
            now,
        })
    }

    #[track_caller]
    fn is(&self, expected: &[(&str, Status)]) {
        for (now, status) in expected {
            assert_eq!(self.on(now).status, *status, "{now}");
        }
    }
}

#[test]
fn each_edge_belongs_to_what_begins_there() {
    let case = Case::rotated("2026-01-01T00:00:00Z");
    case.is(&[
        ("2026-01-01T00:00:00Z", Status::Ok),
        ("2026-03-24T23:59:59.999Z", Status::Ok),
        ("2026-03-25T00:00:00Z", Status::DueSoon),
        ("2026-03-31T23:59:59.999Z", Status::DueSoon),
        ("2026-04-01T00:00:00Z", Status::Overdue),
        ("2026-04-03T23:59:59.999Z", Status::Overdue),
        ("2026-04-04T00:00:00Z", Status::Breached),
    ]);
    let deadline = case.on("2026-02-01T00:00:00Z");
    assert_eq!(deadline.due, Some(at("2026-04-01T00:00:00Z")));
    assert_eq!(deadline.warn, Some(at("2026-03-25T00:00:00Z")));
}

#[test]
fn without_grace_a_deadline_that_is_over_is_breached_and_without_warning_it_comes_at_once() {
    let mut case = Case::rotated("2026-01-01T00:00:00Z");
    (case.policy.warn, case.policy.grace) = (SignedDuration::ZERO, SignedDuration::ZERO);
    case.is(&[("2026-03-31T23:59:59Z", Status::Ok), ("2026-04-01T00:00:00Z", Status::Breached)]);
}

#[test]
fn days_are_counted_through_leap_days_and_ends_of_months() {
    for (rotated, every, due) in [
        ("2028-02-28T12:00:00Z", 1, "2028-02-29T12:00:00Z"),
        ("2028-02-29T12:00:00Z", 365, "2029-02-28T12:00:00Z"),
        ("2028-02-29T12:00:00Z", 366, "2029-03-01T12:00:00Z"),
        ("2026-02-28T12:00:00Z", 1, "2026-03-01T12:00:00Z"),
        ("2100-02-28T12:00:00Z", 1, "2100-03-01T12:00:00Z"),
        ("2026-01-31T12:00:00Z", 30, "2026-03-02T12:00:00Z"),
        ("2026-12-31T23:59:59Z", 90, "2027-03-31T23:59:59Z"),
    ] {
        let mut case = Case::rotated(rotated);
        case.policy.every = Some(days(every));
        assert_eq!(case.on(rotated).due, Some(at(due)), "{rotated} + {every}d");
    }
}

#[test]
fn a_clock_in_another_zone_is_the_same_moment() {
    // Germany changes to summer time within the 90 days: a day has 24 hours all the same.
    let case = Case::rotated("2026-01-01T01:00:00+01:00");
    assert_eq!(case.on("2026-01-02T00:00:00Z").due, Some(at("2026-04-01T00:00:00Z")));
    case.is(&[
        ("2026-04-01T01:59:59+02:00", Status::DueSoon),
        ("2026-04-01T02:00:00+02:00", Status::Overdue),
        ("2026-03-31T14:00:00-10:00", Status::Overdue),
        ("2026-03-31T13:59:59-10:00", Status::DueSoon),
    ]);
}

#[test]
fn a_date_that_is_still_to_come_proves_nothing() {
    let case = Case::rotated("2026-03-01T12:00:00Z");
    case.is(&[
        // Two machines whose clocks differ by five minutes.
        ("2026-03-01T11:55:00Z", Status::Ok),
        ("2026-03-01T11:54:59Z", Status::Unknown),
        ("2020-01-01T00:00:00Z", Status::Unknown),
    ]);
    assert_eq!(case.on("2020-01-01T00:00:00Z").due, None);
}

#[test]
fn what_is_not_proven_well_enough_is_unknown() {
    let mut case = Case::rotated("2026-01-01T00:00:00Z");
    for (least, grade, expected) in [
        (None, None, Status::Ok),
        (Some(Grade::D), Some(Grade::A), Status::Ok),
        (Some(Grade::D), Some(Grade::D), Status::Ok),
        (Some(Grade::D), Some(Grade::E), Status::Unknown),
        (Some(Grade::A), Some(Grade::B), Status::Unknown),
        (Some(Grade::E), None, Status::Unknown),
    ] {
        (case.policy.min_evidence, case.evidence.grade) = (least, grade);
        assert_eq!(case.on("2026-01-02T00:00:00Z").status, expected, "{least:?} {grade:?}");
    }
    Case::unproven().is(&[("2026-01-02T00:00:00Z", Status::Unknown)]);
}

#[test]
fn what_only_an_event_makes_due_needs_no_date() {
    let mut case = Case::unproven();
    case.policy.every = None;
    case.is(&[("2026-01-02T00:00:00Z", Status::Ok), ("2090-01-01T00:00:00Z", Status::Ok)]);
    let case = case.exposed("2026-03-01T00:00:00Z");
    case.is(&[
        ("2026-03-01T00:00:00Z", Status::DueSoon),
        ("2026-03-08T00:00:00Z", Status::Overdue),
        ("2026-03-11T00:00:00Z", Status::Breached),
    ]);
}

#[test]
fn the_end_of_the_value_itself_brings_the_deadline_forward_only() {
    let mut case = Case::rotated("2026-01-01T00:00:00Z");
    case.not_after = Some(at("2026-02-01T00:00:00Z"));
    assert_eq!(case.on("2026-01-02T00:00:00Z").due, case.not_after);
    case.is(&[
        ("2026-01-24T23:59:59Z", Status::Ok),
        ("2026-01-25T00:00:00Z", Status::DueSoon),
        ("2026-02-01T00:00:00Z", Status::Overdue),
        ("2026-02-04T00:00:00Z", Status::Breached),
    ]);
    case.not_after = Some(at("2036-01-01T00:00:00Z"));
    assert_eq!(case.on("2026-01-02T00:00:00Z").due, Some(at("2026-04-01T00:00:00Z")));
}

#[test]
fn an_end_that_is_known_does_not_make_an_unknown_age_known() {
    let mut case = Case::unproven();
    case.not_after = Some(at("2026-02-01T00:00:00Z"));
    case.is(&[("2026-01-02T00:00:00Z", Status::Unknown), ("2026-02-01T00:00:00Z", Status::Overdue)]);
    assert_eq!(case.on("2026-01-02T00:00:00Z").due, case.not_after);
}

#[test]
fn an_exemption_holds_through_its_last_day_in_utc() {
    let case = Case::rotated("2025-01-01T00:00:00Z").exempt_until(civil::date(2026, 3, 31), Some("Bob"));
    case.is(&[
        ("2026-01-02T00:00:00Z", Status::Exempt),
        ("2026-03-31T00:00:00Z", Status::Exempt),
        ("2026-03-31T23:59:59.999Z", Status::Exempt),
        ("2026-04-01T01:59:59+02:00", Status::Exempt),
        ("2026-04-01T00:00:00Z", Status::ExemptExpired),
    ]);
    let deadline = case.on("2026-03-31T00:00:00Z");
    assert_eq!(deadline.exempt_until, Some(civil::date(2026, 3, 31)));
    assert_eq!(deadline.approver.as_deref(), Some("Bob"));
    assert_eq!(case.on("2026-04-01T00:00:00Z").exempt_until, deadline.exempt_until);
}

#[test]
fn an_exemption_ends_with_the_value_that_it_was_for() {
    let case = Case::rotated("2026-01-10T00:00:00Z").exempt_until(civil::date(2026, 3, 31), Some("Bob"));
    case.is(&[
        ("2026-01-11T00:00:00Z", Status::Ok),
        ("2026-04-09T00:00:00Z", Status::DueSoon),
        ("2026-04-10T00:00:00Z", Status::Overdue),
        ("2026-04-13T00:00:00Z", Status::Breached),
    ]);
    assert_eq!(case.on("2026-04-13T00:00:00Z").exempt_until, None);
}

#[test]
fn an_exemption_that_nobody_agreed_to_does_not_help() {
    let case = Case::rotated("2025-01-01T00:00:00Z").exempt_until(civil::date(2026, 3, 31), None);
    let deadline = case.on("2026-01-02T00:00:00Z");
    assert_eq!((deadline.status, deadline.exempt_until), (Status::Breached, None));
}

#[test]
fn after_a_rotation_an_expired_exemption_is_over_and_done() {
    let case = Case::rotated("2026-03-30T00:00:00Z").exempt_until(civil::date(2026, 3, 31), Some("Bob"));
    let deadline = case.on("2026-04-02T00:00:00Z");
    assert_eq!((deadline.status, deadline.exempt_until), (Status::Ok, None));
}

#[test]
fn an_exemption_covers_an_unknown_age_and_then_no_longer() {
    let case = Case::unproven().exempt_until(civil::date(2026, 3, 31), Some("Bob"));
    case.is(&[("2026-03-31T00:00:00Z", Status::Exempt), ("2026-04-01T00:00:00Z", Status::ExemptExpired)]);
}

#[test]
fn nobody_is_exempt_from_a_leak_or_from_the_end_of_a_value() {
    let exempt =
        || Case::rotated("2026-01-01T00:00:00Z").exempt_until(civil::date(2026, 12, 31), Some("Bob"));
    exempt().exposed("2026-02-01T00:00:00Z").is(&[
        ("2026-02-01T00:00:00Z", Status::DueSoon),
        ("2026-02-08T00:00:00Z", Status::Overdue),
        ("2026-02-11T00:00:00Z", Status::Breached),
    ]);
    let mut ending = exempt();
    ending.not_after = Some(at("2026-02-01T00:00:00Z"));
    ending.is(&[("2026-01-02T00:00:00Z", Status::Exempt), ("2026-02-01T00:00:00Z", Status::Overdue)]);
}

#[test]
fn an_overlap_shows_until_it_ends_or_the_previous_value_is_retired() {
    let mut case = Case::rotated("2026-01-01T00:00:00Z");
    case.history.rotations.push(Rotated {
        at: at("2026-01-01T00:00:00Z"),
        evidence: Grade::D,
        previous: Some("KEY_PREVIOUS".to_owned()),
        until: Some(at("2026-01-02T00:00:00Z")),
        retired: None,
        change: None,
        exposed: None,
    });
    case.is(&[
        ("2026-01-01T00:00:00Z", Status::Overlap),
        ("2026-01-01T23:59:59Z", Status::Overlap),
        ("2026-01-02T00:00:00Z", Status::Ok),
    ]);
    case.history.rotations[0].retired = Some(at("2026-01-01T06:00:00Z"));
    case.is(&[("2026-01-01T12:00:00Z", Status::Ok)]);
}

#[test]
fn what_is_made_on_one_day_is_not_due_on_one_day() {
    let due = |variable: &str| {
        let mut policy = quarterly();
        policy.jitter = days(9);
        let case = Case::rotated("2026-01-01T00:00:00Z");
        let (evidence, now) = (&case.evidence, at("2026-01-02T00:00:00Z"));
        let identity = ["app", "production", variable];
        let facts = Facts { policy: &policy, evidence, history: None, not_after: None, identity, now };
        deadline(facts).due.map(|due| due.to_zoned(TimeZone::UTC).date())
    };
    let names: Vec<String> = (0..400).map(|number| format!("KEY_{number}")).collect();
    let mut by_day = std::collections::BTreeMap::new();
    for name in &names {
        *by_day.entry(due(name)).or_insert(0) += 1;
    }
    assert_eq!(by_day.len(), 9);
    assert!(by_day.values().all(|count| (25..=65).contains(count)), "{by_day:?}");
    assert_eq!(by_day.keys().next(), Some(&Some(civil::date(2026, 3, 23))));
}

fn moment() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (at("1990-01-01T00:00:00Z").as_second(), at("2200-01-01T00:00:00Z").as_second());
    (first..last).prop_map(|second| Timestamp::from_second(second).expect("it is in range"))
}

fn length() -> impl Strategy<Value = SignedDuration> {
    (0_i64..3_000 * 86_400).prop_map(SignedDuration::from_secs)
}

proptest! {
    #[test]
    fn jitter_only_brings_forward_and_is_always_the_same(
        jitter in length(),
        project in "[a-z]{1,8}",
        variable in "[A-Z]{1,8}",
    ) {
        let share = jitter_share(jitter, [&project, "production", &variable]);
        prop_assert!(!share.is_negative() && (share < jitter || jitter.is_zero()));
        prop_assert_eq!(share, jitter_share(jitter, [&project, "production", &variable]));
    }

    #[test]
    fn time_alone_never_makes_it_better(
        rotated in moment(),
        every in length(),
        warn in length(),
        grace in length(),
        earlier in moment(),
        wait in length(),
    ) {
        let mut case = Case::unproven();
        case.evidence.rotated = Some(rotated);
        (case.policy.every, case.policy.warn, case.policy.grace) = (Some(every), warn, grace);
        let before = case.at(earlier);
        let after = case.at(later(earlier, wait));
        // Except that a date which was still to come has come.
        if before.status != Status::Unknown {
            prop_assert!(after.status <= before.status, "{:?} then {:?}", before.status, after.status);
        }
        prop_assert!(before.warn <= before.due);
    }

    #[test]
    fn a_pass_is_proven_to_be_within_its_age(
        rotated in proptest::option::of(moment()),
        every in length(),
        jitter in length(),
        not_after in proptest::option::of(moment()),
        now in moment(),
    ) {
        let mut case = Case::unproven();
        case.evidence.rotated = rotated;
        case.policy.every = Some(every);
        case.policy.jitter = jitter;
        case.not_after = not_after;
        if case.at(now).status == Status::Ok {
            let rotated = rotated.expect("an unknown date is no pass");
            prop_assert!(rotated <= later(now, SKEW) && now < later(rotated, every));
            prop_assert!(not_after.is_none_or(|end| now < end));
        }
    }

    #[test]
    fn lengths_without_end_do_not_overflow(every in any::<i64>(), warn in any::<i64>(), now in moment()) {
        let mut case = Case::unproven();
        case.evidence.rotated = Some(now);
        case.policy.every = Some(SignedDuration::from_secs(every.saturating_abs()));
        case.policy.warn = SignedDuration::from_secs(warn.saturating_abs());
        case.policy.offboard = case.policy.warn;
        let _ = case.exposed("2026-01-01T00:00:00Z").at(now);
    }
}
