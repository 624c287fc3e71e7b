//! `audit --report`: what projects sent.

use super::{add, tree};
use crate::support::{Run, Sandbox};

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

/// Reports that were made elsewhere: `audit --report` of them on that day at noon.
fn audit_of(reports: &[&str], day: &str, more: &str) -> (Sandbox, Run) {
    let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_NOW", format!("{day}T12:00:00Z"));
    let names: Vec<String> = (0..reports.len()).map(|number| format!("{number}.json")).collect();
    for (name, report) in names.iter().zip(reports) {
        sandbox.write(name, report);
    }
    let run = sandbox.envward(&format!("audit --report {} {more}", names.join(" ")));
    (sandbox, run)
}

/// A report of that day with these entries of the project `shop`.
fn report(day: &str, entries: &[&str]) -> String {
    let entry = |entry: &&str| format!(r#"{{"project":"shop",{entry}}}"#);
    let entries: Vec<String> = entries.iter().map(entry).collect();
    let entries = entries.join(",");
    format!(
        r#"{{"version":1,"generated":"{day}T12:00:00Z","title":"shop","entries":[{entries}],"summary":{{}}}}"#
    )
}

const DUE_SOON: &str = r#""environment":"production","variable":"K","status":"due_soon",
    "warn":"2026-04-20T00:00:00Z","due":"2026-05-03T00:00:00Z","exempt_until":null"#;
const EXEMPT: &str = r#""environment":"production","variable":"X","status":"exempt",
    "due":"2026-01-03T00:00:00Z","exempt_until":"2026-05-04""#;
const OVERDUE: &str = r#""environment":"production","variable":"K","status":"overdue",
    "due":"2026-05-01T00:00:00Z""#;

#[test]
fn reports_are_merged() {
    let mut sandbox = tree();
    sent(&mut sandbox, "shop", "2026-02-20", "2026-02-28");
    sent(&mut sandbox, "till", "2026-02-20", "2026-02-28");
    let report = sandbox.envward("audit --report reports/shop.json reports/till.json").success();
    assert!(report.stdout.contains("shop") && report.stdout.contains("till"), "{}", report.stdout);
    let json =
        sandbox.envward("audit --format json --fail-on none --report reports/shop.json").success().json();
    assert_eq!(json["entries"][0]["last_rotated"], "2026-02-20T12:00:00Z");
    assert_eq!(json["entries"][0]["status"], "ok");
    assert_eq!(json["summary"]["projects"], 1);
}

#[test]
fn a_deadline_that_has_passed_since_the_report_counts() {
    let mut sandbox = tree();
    // On its own day it was in order.
    sent(&mut sandbox, "till", "2025-11-28", "2026-02-23");
    let json = sandbox.envward("audit --format json --report reports/till.json").code(1).json();
    assert_eq!(json["entries"][0]["status"], "overdue");

    let report = report("2026-05-02", &[DUE_SOON, EXEMPT]);
    let (_, run) = audit_of(&[&report], "2026-05-08", "--format json");
    let json = run.code(1).json();
    let statuses: Vec<_> = json["entries"].as_array().unwrap().iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["overdue", "exempt_expired"]);
    let _ = audit_of(&[&report], "2026-05-02", "").1.success();
}

#[test]
fn a_report_from_the_future_is_no_pass_and_hides_no_other() {
    let future =
        r#""environment":"production","variable":"K","status":"ok","reported":"2099-01-01T00:00:00Z""#;
    let (old, new) = (report("2026-01-02", &[future]), report("2026-05-08", &[OVERDUE]));
    let (_, run) = audit_of(&[&old], "2026-05-08", "--fail-on none");
    let message = "0.json says that it was made at 2099-01-01T00:00:00Z, which is in the future\n";
    assert!(run.code(1).stdout.contains(message));
    let (_, run) = audit_of(&[&old, &new], "2026-05-08", "--format json --fail-on none");
    let json = run.code(1).json();
    assert_eq!(json["entries"].as_array().unwrap().len(), 1);
    assert_eq!(json["entries"][0]["status"], "overdue");
}

#[test]
fn a_report_is_asked_for_one_environment_like_a_project() {
    let staging = r#""environment":"staging","variable":"K","status":"ok""#;
    let report = report("2026-05-08", &[OVERDUE, staging]);
    let (sandbox, run) = audit_of(&[&report], "2026-05-08", "--format json -e staging");
    let json = run.success().json();
    assert_eq!(json["entries"].as_array().unwrap().len(), 1);
    assert_eq!(json["entries"][0]["environment"], "staging");
    let _ = sandbox
        .envward("audit --report 0.json -e stagign --fail-on none")
        .code(2)
        .stderr("error: none of the projects has an environment \"stagign\"\n");
}

#[test]
fn of_two_entries_on_one_variable_the_worse_one_counts() {
    let fine = r#""environment":"production","variable":"K","status":"ok","due":"2026-08-01T00:00:00Z""#;
    for entries in [[fine, OVERDUE], [OVERDUE, fine]] {
        let report = report("2026-05-08", &entries);
        let (_, run) = audit_of(&[&report], "2026-05-08", "--format prometheus");
        let metrics = run.code(1).stdout;
        let samples: Vec<&str> =
            metrics.lines().filter(|line| line.starts_with("secret_rotation_status{")).collect();
        assert!(matches!(samples[..], [sample] if sample.contains("status=\"overdue\"")), "{metrics}");
    }
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
