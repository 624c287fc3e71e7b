//! Every form, read by a library of another project.

use envward::cli::Format;
use envward::rotation::{Row, Status};
use serde_json::{Value, json};

use super::{HOSTILE, SHOWN, report, row, rows, write};
use crate::support::Sandbox;

/// The schema of SARIF 2.1.0, as the npm package `@microsoft/jest-sarif` 1.0.0-beta.0 has it.
const SARIF_SCHEMA: &str = "tests/fixtures/sarif/sarif-2.1.0-rtm.5.json";

/// What Python makes of a report; `None`, and said, if it lacks that module.
fn read(format: Format, rows: &[Row], module: &str) -> Option<Value> {
    let sandbox = Sandbox::new();
    if !sandbox.has_python_module(module) {
        return None;
    }
    sandbox.write("report", report(format, rows));
    let root = env!("CARGO_MANIFEST_DIR");
    let schema = if format == Format::Sarif { format!("'{root}/{SARIF_SCHEMA}'") } else { String::new() };
    let name = format.name();
    let text =
        sandbox.shell(&format!("python3 '{root}/tests/interop/read_report.py' {name} report {schema}"));
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn sarif_is_what_its_schema_says() {
    let Some(log) = read(Format::Sarif, &rows(), "jsonschema") else { return };
    assert_eq!(log["errors"], json!([]));
    let place = format!("{SHOWN} in {SHOWN}");
    assert_eq!(
        log["messages"],
        json!([
            format!("{SHOWN}: {SHOWN}"),
            format!("{place} was due on 2026-01-01, and its grace is over"),
            "LATE in production was due on 2026-02-25",
            "LOST in production has no accepted proof of when it was replaced",
            format!("{place}: {SHOWN}"),
            "SOON in production is due on 2026-03-05",
        ])
    );
}

#[test]
fn a_calendar_has_a_day_for_each_deadline() {
    let Some(events) = read(Format::Ics, &rows(), "icalendar") else { return };
    let events = events.as_array().unwrap();
    assert_eq!(events.len(), 5, "{events:?}");
    assert_eq!(events[0]["day"], "2026-08-01");
    assert_eq!(events[2]["summary"], "rotate LATE (shop production)");
    assert_eq!(events[2]["owner"], "@search");
    assert_eq!(events[4]["summary"], format!("rotate {SHOWN} ({SHOWN} {SHOWN})"));
    for event in events {
        assert_eq!(event["alarms"], json!(["2026-02-20T00:00:00+00:00"]), "{event}");
        assert_eq!(event["errors"], json!([]), "{event}");
    }
}

#[test]
fn metrics_are_four_families_and_the_names_are_whole() {
    let Some(families) = read(Format::Prometheus, &rows(), "prometheus_client") else { return };
    let counts: Vec<(&str, usize)> = families
        .as_array()
        .unwrap()
        .iter()
        .map(|family| (family["name"].as_str().unwrap(), family["samples"].as_array().unwrap().len()))
        .collect();
    assert_eq!(
        counts,
        [
            ("secret_rotation_report_generated_timestamp_seconds", 1),
            ("secret_rotation_due_timestamp_seconds", 5),
            ("secret_rotation_authors_checked", 1),
            ("secret_last_rotated_timestamp_seconds", 5),
            ("secret_rotation_status", 6),
            ("secret_rotation_finding", 2),
        ]
    );
    assert!(families.as_array().unwrap().iter().all(|family| family["type"] == "gauge"));
    let hostile = &families[1]["samples"][4];
    for label in ["project", "environment", "variable", "class", "owner"] {
        assert_eq!(hostile[0][label], SHOWN, "{label}");
    }
    assert_eq!(hostile[1], 1_767_225_600.0);
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let Some(table) = read(Format::Csv, &rows(), "openpyxl") else { return };
    assert_eq!(table["formulas"], json!([]));
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1 + 6 + 1);
    assert_eq!(rows[6][2], format!("'{SHOWN}"));
    let guarded = rows[1..]
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .all(|cell| !cell.as_str().unwrap().starts_with(['=', '+', '-', '@', '\t', '\r']));
    assert!(guarded, "{rows:?}");
    // The same text without the guard is one, so that the reader would have found it.
    let bare = Sandbox::new();
    bare.write("report", format!("\"{}\"\n", HOSTILE.replace('"', "\"\"").replace(['\0', '\u{1b}'], "")));
    let script = format!("{}/tests/interop/read_report.py", env!("CARGO_MANIFEST_DIR"));
    let read: Value = serde_json::from_str(&bare.shell(&format!("python3 '{script}' csv report"))).unwrap();
    assert_eq!(read["formulas"].as_array().unwrap().len(), 1);
}

#[test]
fn junit_counts_what_fails() {
    let Some(suites) = read(Format::Junit, &rows(), "junitparser") else { return };
    let counts: Vec<(&str, u64, u64)> = suites
        .as_array()
        .unwrap()
        .iter()
        .map(|suite| {
            (
                suite["name"].as_str().unwrap(),
                suite["tests"].as_u64().unwrap(),
                suite["failures"].as_u64().unwrap(),
            )
        })
        .collect();
    let hostile = format!("{SHOWN}/{SHOWN}");
    assert_eq!(
        counts,
        [("shop/production", 4, 2), ("till/production", 1, 0), (&*hostile, 1, 1), (SHOWN, 1, 1)]
    );
    assert_eq!(suites[0]["cases"][2], json!(["LATE", ["rotation-overdue"]]));
}

/// What a person sees by `cat` must not move the cursor or show another text, in any form.
#[test]
fn no_form_shows_a_control_character() {
    let formats = [
        Format::Human,
        Format::Json,
        Format::Csv,
        Format::Sarif,
        Format::Ics,
        Format::Prometheus,
        Format::Markdown,
        Format::Junit,
        Format::Html,
    ];
    for format in formats {
        let text = String::from_utf8(report(format, &rows())).unwrap();
        let is_hostile = |character: &char| {
            (character.is_control() && !matches!(character, '\n' | '\r')) || *character == '\u{202e}'
        };
        let found: Vec<char> = text.chars().filter(is_hostile).collect();
        assert!(found.is_empty(), "{}: {found:?}", format.name());
    }
}

/// The most memory that this process had so far, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Runs alone in a process of its own: other tests need memory too.
#[cfg(target_os = "linux")]
#[test]
fn two_hundred_thousand_rows_need_no_more_memory_than_a_few() {
    const ALONE: &str = "ENVWARD_TEST_MEMORY";
    if std::env::var_os(ALONE).is_none() {
        let name = "rotation::reports::outside::two_hundred_thousand_rows_need_no_more_memory_than_a_few";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let output = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    for format in [
        Format::Json,
        Format::Csv,
        Format::Ics,
        Format::Prometheus,
        Format::Junit,
        Format::Markdown,
        Format::Sarif,
        Format::Html,
    ] {
        // What the form holds in any case is there before.
        let rows = |count: usize| {
            (0..count).map(|number| row(&format!("V{number}"), Status::Overdue, "2026-02-25T00:00:00Z"))
        };
        let few: Vec<Row> = rows(20_000).collect();
        write(format, &few, std::io::sink());
        drop(few);
        let before = peak();
        stream(format, rows(200_000));
        // The kernel's figure is not exact: it may even be less than before.
        let grown = peak().saturating_sub(before);
        assert!(grown < 16 * 1024, "{} took {grown} KiB more", format.name());
    }
}

/// Writes rows that are made as they are taken.
#[cfg(target_os = "linux")]
fn stream(format: Format, rows: impl Iterator<Item = Row>) {
    use envward::rotation::Summary;
    use envward::rotation::report::{Head, open};
    let head =
        Head { generated: "2026-03-01T12:00:00Z".parse().unwrap(), title: "all".to_owned(), color: false };
    let mut sink = open(format, &head, Box::new(std::io::sink())).unwrap();
    let mut summary = Summary::default();
    for row in rows {
        sink.row(&row).unwrap();
        summary.add(row.status);
    }
    sink.finish(&summary).unwrap();
}
