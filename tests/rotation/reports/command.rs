//! `rotation report` from outside.

use envward::cli::Format;

use crate::support::{Run, Sandbox};

const SCHEMA: &str = r#"
[schema]
name = "shop"

[vars.API_KEY]
generate = { kind = "hex" }
rotate = { every = "90d", warn = "14d", owner = "@payments" }

[vars.SESSION_KEY]
generate = { kind = "hex" }
rotate = { every = "365d", warn = "30d" }

[vars.OTHER]
generate = { kind = "hex" }
"#;

/// A project that was sealed and committed on the first of March 2026, and is looked at on that day.
fn sandbox(now: &str) -> Sandbox {
    let mut sandbox = Sandbox::git();
    sandbox.write("shop.toml", SCHEMA);
    sandbox.envward("init --schema shop.toml").success();
    sandbox.envward("bootstrap --no-input").success();
    sandbox.envward("seal").success();
    let date = "2026-03-01T12:00:00Z";
    sandbox.shell(&format!(
        "git add -A && GIT_COMMITTER_DATE={date} GIT_AUTHOR_DATE={date} git commit -qm sealed"
    ));
    sandbox.set("ENVWARD_TEST_ONLY_NOW", now);
    sandbox
}

fn report(sandbox: &Sandbox, flags: &str) -> Run {
    sandbox.envward(&format!("rotation report {flags}"))
}

#[test]
fn it_ends_with_1_when_something_is_late_and_not_before() {
    let sandbox = sandbox("2026-05-29T12:00:00Z");
    report(&sandbox, "").success().stdout_has("due_soon");
    report(&sandbox, "--fail-on due_soon").code(1);
    let mut sandbox = sandbox;
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-06-10T12:00:00Z");
    report(&sandbox, "").code(1);
    report(&sandbox, "--fail-on none").success();
}

#[test]
fn it_has_nine_forms() {
    let sandbox = sandbox("2026-06-10T12:00:00Z");
    let beginnings = [
        (Format::Human, "ENVIRONMENT  VARIABLE"),
        (Format::Json, "{\"version\":1,\"generated\":\"2026-06-10T12:00:00Z\",\"title\":"),
        (Format::Csv, "project,environment,variable,"),
        (Format::Sarif, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\""),
        (Format::Ics, "BEGIN:VCALENDAR\r\n"),
        (Format::Prometheus, "# HELP secret_rotation_"),
        (Format::Markdown, "## Rotation: "),
        (Format::Junit, "<?xml version=\"1.0\""),
        (Format::Html, "<!DOCTYPE html>"),
    ];
    for (format, beginning) in beginnings {
        let run = report(&sandbox, &format!("--format {}", format.name())).code(1);
        assert!(run.stdout.starts_with(beginning), "{}: {}", format.name(), run.stdout);
        // In Markdown it has a backslash.
        assert!(run.stdout.replace('\\', "").contains("API_KEY"), "{}: {}", format.name(), run.stdout);
    }
    report(&sandbox, "--format gitlab").code(2);
}

#[test]
fn a_report_without_a_key_says_that_the_authors_were_not_checked() {
    let sandbox = sandbox("2026-03-02T12:00:00Z");
    let key = sandbox.home().join(".config/envward/keys.txt");
    let said = "who wrote the entries of the ledger was not checked: that takes a key";
    let forms = [
        ("human", format!("\n{said}\n"), String::new()),
        ("json", ",\"authors_checked\":false,".to_owned(), ",\"authors_checked\":true,".to_owned()),
        ("markdown", format!("\n\nNote: {said}.\n"), String::new()),
        ("html", format!("\n<p>Note: {said}.</p>\n"), String::new()),
        ("sarif", format!("{{\"text\":\"{said}\"}}"), String::new()),
        (
            "prometheus",
            "\nsecret_rotation_authors_checked 0\n".to_owned(),
            "\nsecret_rotation_authors_checked 1\n".to_owned(),
        ),
    ];
    for (format, without, with) in forms {
        let run = report(&sandbox, &format!("--format {format}")).success();
        assert!(run.stdout.contains(&without), "{}", run.stdout);
        let audit = sandbox.envward(&format!("audit --format {format}")).success();
        assert!(audit.stdout.contains(&without), "{}", audit.stdout);
        let run = report(&sandbox, &format!("--format {format} --identity {}", key.display())).success();
        assert!(run.stdout.contains(&with) && !run.stdout.contains(&without), "{}", run.stdout);
    }
}

#[test]
fn a_file_is_replaced_as_a_whole() {
    let sandbox = sandbox("2026-06-10T12:00:00Z");
    let on_stdout = report(&sandbox, "--format prometheus").code(1).stdout;
    let run = report(&sandbox, "--format prometheus --output out/shop.prom").code(1);
    run.stdout("").stderr("wrote out/shop.prom\n");
    assert_eq!(sandbox.read("out/shop.prom"), on_stdout);
    assert_eq!(sandbox.shell("ls -A out"), "shop.prom\n");
    sandbox.shell("ln -s shop.prom out/link.prom");
    report(&sandbox, "--format prometheus --output out/link.prom").code(3);
    assert_eq!(sandbox.shell("ls -A out"), "link.prom\nshop.prom\n");
}

#[test]
fn sarif_points_at_the_line_that_declares_the_variable() {
    let sandbox = sandbox("2026-06-10T12:00:00Z");
    let log = report(&sandbox, "--format sarif").code(1).json();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        result["message"]["text"],
        "API_KEY in production was due on 2026-05-30, and its grace is over"
    );
    let place = &result["locations"][0]["physicalLocation"];
    let file = place["artifactLocation"]["uri"].as_str().unwrap();
    let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
    assert_eq!(sandbox.read(file).lines().nth(line - 1), Some("[vars.API_KEY]"));
}

#[test]
fn help_says_what_sets_it_apart_from_status() {
    let help = Sandbox::new().envward("rotation report --help").success().stdout;
    let words: Vec<&str> = help.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("`rotation status` answers a person at a terminal"), "{help}");
    for form in ["csv", "sarif", "ics", "prometheus", "markdown", "junit", "html"] {
        assert!(words.contains(form), "{form} is missing in {help}");
    }
}
