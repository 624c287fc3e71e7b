//! `audit --report`: what projects sent.

use super::{add, tree};
use crate::support::Sandbox;

/// A project whose own report of that day is in `reports/NAME.json`.
fn reported(sandbox: &mut Sandbox, name: &str, sealed: &str, day: &str) {
    add(sandbox, name, name, sealed);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", format!("{day}T12:00:00Z"));
    let report = sandbox.envward_with_input(&["-C", name, "rotation", "status", "--format", "json"], b"");
    assert!(matches!(report.code, Some(0 | 1)), "{}", report.stderr);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", crate::support::NOW);
    sandbox.write(&format!("reports/{name}.json"), report.stdout);
}

/// The same, and the project is not here any more.
fn sent(sandbox: &mut Sandbox, name: &str, sealed: &str, day: &str) {
    reported(sandbox, name, sealed, day);
    std::fs::remove_dir_all(sandbox.project().join(name)).unwrap();
}

#[test]
fn reports_are_merged_as_they_are() {
    let mut sandbox = tree();
    sent(&mut sandbox, "shop", "2026-02-20", "2026-02-28");
    // On its own day it was in order; it would not be now.
    sent(&mut sandbox, "till", "2025-11-28", "2026-02-23");
    let report =
        sandbox.envward("audit --report reports/shop.json reports/till.json --fail-on overdue").success();
    assert!(report.stdout.contains("shop") && report.stdout.contains("till"), "{}", report.stdout);
    let json =
        sandbox.envward("audit --format json --fail-on none --report reports/shop.json").success().json();
    assert_eq!(json["entries"][0]["last_rotated"], "2026-02-20T12:00:00Z");
    assert_eq!(json["entries"][0]["status"], "ok");
    assert_eq!(json["summary"]["projects"], 1);
}

#[test]
fn a_project_that_stopped_reporting_is_silent() {
    let mut sandbox = tree();
    sent(&mut sandbox, "shop", "2026-02-20", "2026-02-21");
    let run = sandbox.envward("audit --report reports/shop.json --fail-on none").code(1);
    assert!(run.stdout.contains("\nsilent: shop: its last report is of 2026-02-21\n"), "{}", run.stdout);
    sandbox.envward("audit --report reports/shop.json --fail-on none --max-age 30d").success();
    sandbox.write("expected.txt", "shop\nads\n");
    let run = sandbox
        .envward("audit --report reports/shop.json --fail-on none --max-age 30d --expect expected.txt")
        .code(1);
    let ads = "\nsilent: ads: it is expected, and was neither found nor sent a report\n";
    assert!(run.stdout.contains(ads) && !run.stdout.contains("silent: shop"), "{}", run.stdout);
}

#[test]
fn what_is_no_report_is_a_finding_and_not_shown() {
    let mut sandbox = tree();
    sent(&mut sandbox, "shop", "2026-02-20", "2026-02-28");
    sandbox.write("bad.json", "PASSWORD=hunter2\n");
    sandbox.write("new.json", r#"{"version":2,"generated":"2026-02-28T12:00:00Z","things":[]}"#);
    let run = sandbox
        .envward("audit --report bad.json reports/shop.json new.json gone.json --fail-on none")
        .code(1);
    for message in [
        "bad.json is no report of rotation status --format json (line 1, column 1)",
        "new.json is a report of version 2, and this envward reads version 1",
        "gone.json: No such file",
    ] {
        assert!(run.stdout.contains(message), "{message}\n{}", run.stdout);
    }
    assert!(run.stdout.contains("API_KEY") && !run.stdout.contains("hunter2"), "{}", run.stdout);
}

#[test]
fn a_project_that_lies_here_is_looked_at_here() {
    let mut sandbox = tree();
    reported(&mut sandbox, "shop", "2025-11-20", "2025-11-21");
    let report = sandbox.envward("audit shop --report reports/shop.json --format json").code(1).json();
    let statuses: Vec<_> =
        report["entries"].as_array().unwrap().iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, ["overdue"], "{report}");
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn an_audit_can_be_merged_again() {
    let mut sandbox = tree();
    add(&mut sandbox, "a/shop", "shop", "2026-02-20");
    add(&mut sandbox, "b/till", "till", "2026-02-21");
    let first = sandbox.envward("audit --format json").success();
    sandbox.write("all.json", &first.stdout);
    let again = sandbox.envward("audit --format json --report all.json").success();
    let (first, again) = (first.json(), again.json());
    for (number, entry) in first["entries"].as_array().unwrap().iter().enumerate() {
        let mut expected = entry.clone();
        // The date of the report that they come from goes on with them.
        expected["reported"] = "2026-03-01T12:00:00Z".into();
        assert_eq!(again["entries"][number], expected);
    }
    assert_eq!(again["summary"]["projects"], 2);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-09T12:00:00Z");
    let late = again.to_string().replace("\"generated\":\"2026-03-01", "\"generated\":\"2026-03-09");
    sandbox.write("late.json", late);
    let run = sandbox.envward("audit --report late.json --fail-on none").code(1);
    assert!(run.stdout.contains("\nsilent: shop: its last report is of 2026-03-01\n"), "{}", run.stdout);
}
