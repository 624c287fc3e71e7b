//! The forms of the report of `envward check`, as other programs read them.

use serde_json::{Value, json};

use crate::support::{Run, Sandbox};

const SCHEMA: &str = r#"
[vars.PORT]
type = "port"
secret = false
[vars.API_KEY]
[vars.LEVEL]
secret = false
required = false
deprecated = "set LOG_LEVEL: it knows more levels, at 100%"
"#;

fn check(arguments: &str) -> Run {
    let sandbox = Sandbox::new();
    sandbox.write("schema.toml", SCHEMA);
    sandbox.write("a,b:c/.env", "PORT=http\nLEVEL=INFO\n");
    let mut all = vec!["check", "a,b:c/.env", "--schema", "schema.toml"];
    all.extend(arguments.split_whitespace());
    sandbox.envward_with_input(&all, b"")
}

#[test]
fn json_keeps_its_shape() {
    let report = check("--format json").code(1).json();
    let port = &report["diagnostics"][0];
    assert_eq!(
        report,
        json!({
            "version": 1,
            "diagnostics": [
                {
                    "code": "type", "severity": "error", "variable": "PORT", "file": "a,b:c/.env", "line": 1,
                    "column": 6, "message": port["message"], "help": port["help"],
                },
                {
                    "code": "deprecated", "severity": "warning", "variable": "LEVEL", "file": "a,b:c/.env", "line": 2,
                    "column": 7, "message": "LEVEL is deprecated",
                    "help": "set LOG_LEVEL: it knows more levels, at 100%",
                },
                {
                    "code": "missing", "severity": "error", "variable": "API_KEY", "file": "a,b:c/.env",
                    "line": null, "column": null, "message": "API_KEY is not set, and required",
                    "help": "give API_KEY its real value",
                },
            ],
            "summary": { "errors": 2, "warnings": 1 },
        })
    );
    assert!(port["message"].as_str().unwrap().starts_with("PORT "));
}

#[test]
fn json_of_a_right_file_is_an_empty_report() {
    let sandbox = Sandbox::new();
    sandbox.write("schema.toml", "");
    sandbox.write(".env", "");
    let report = sandbox.envward("check .env --schema schema.toml --format json").success().json();
    assert_eq!(report, json!({ "version": 1, "diagnostics": [], "summary": { "errors": 0, "warnings": 0 } }));
}

/// What the OASIS standard requires of a log, a run, a tool, a rule and a result.
#[test]
fn sarif_has_what_the_standard_requires() {
    let log = check("--format sarif").code(1).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "envward");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].is_string() && rule["help"]["text"].is_string(), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        assert!(result["message"]["text"].is_string(), "{result}");
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a,b:c/.env");
    }
    assert_eq!(results[0]["level"], "error");
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["region"],
        json!({ "startLine": 1, "startColumn": 6 })
    );
    assert_eq!(results[2]["locations"][0]["physicalLocation"]["region"], Value::Null);
}

#[test]
fn fingerprints_do_not_depend_on_the_day_or_on_lines_above() {
    let fingerprints = |file: &str, now: &str| {
        let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_NOW", now);
        sandbox.write("schema.toml", SCHEMA);
        sandbox.write(".env", file);
        let log = sandbox.envward("check .env --schema schema.toml --format sarif").code(1).json();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let before = fingerprints("PORT=http\n", "2026-03-01T00:00:00Z");
    let after = fingerprints("# new\n\nPORT=https\n", "2027-04-02T00:00:00Z");
    assert_eq!(before.len(), 2);
    assert_eq!(before, after);
}

#[test]
fn github_annotations_are_escaped() {
    let run = check("--format github").code(1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines[1],
        "::warning file=a%2Cb%3Ac/.env,line=2,col=7,title=deprecated::LEVEL is deprecated%0Ahelp: set LOG_LEVEL: it \
         knows more levels, at 100%25"
    );
    assert_eq!(
        lines[2],
        "::error file=a%2Cb%3Ac/.env,title=missing::API_KEY is not set, and required%0Ahelp: give API_KEY its real \
         value"
    );
    assert_eq!(lines.len(), 3);
}

#[test]
fn gitlab_issues_have_the_fields_it_reads() {
    let issues = check("--format gitlab").code(1).json();
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 3);
    for issue in issues {
        for field in ["description", "check_name", "fingerprint"] {
            assert!(issue[field].is_string(), "{issue}");
        }
        assert!(["info", "minor", "major"].contains(&issue["severity"].as_str().unwrap()));
        assert_eq!(issue["location"]["path"], "a,b:c/.env");
        assert!(issue["location"]["lines"]["begin"].is_u64());
    }
}

#[test]
fn junit_counts_what_fails() {
    let lenient = check("--format junit").code(1);
    assert!(
        lenient.stdout.contains(r#"<testsuite name="a,b:c/.env" tests="3" failures="2">"#),
        "{}",
        lenient.stdout
    );
    let strict = check("--format junit --strict").code(1);
    assert!(strict.stdout.contains(r#"tests="3" failures="3">"#), "{}", strict.stdout);
}
