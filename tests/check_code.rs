//! `envward check --code`: what the code reads against what the schema has.

use crate::support::Sandbox;

const SCHEMA: &str = "[vars.LOG_LEVEL]\nsecret = false\n[vars.API_KEY]\n[vars.LEFT_OVER]\nrequired = false\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app.toml", SCHEMA);
    sandbox.write(
        "src/app.py",
        "import os\nkey = os.environ['API_KEY']\nlevel = os.getenv('LOG_LEVLE')\n# os.environ['COMMENT']\n\
         ttl = int(os.getenv('CACHE_TTL', '60'))\nhome = os.environ['HOME']\n",
    );
    sandbox.write("tests/test_app.py", "import os\nos.environ['ONLY_IN_TESTS']\n");
    sandbox
}

#[test]
fn what_the_schema_lacks_and_what_nothing_reads_is_found() {
    let run = sandbox().envward("check --code src --schema app.toml").code(1);
    insta::assert_snapshot!(run.stdout, @r#"
    error[undeclared]: the code reads LOG_LEVLE, which the schema lacks
    --> src/app.py:3:1
     = help: did you mean LOG_LEVEL?

    warning[undeclared]: the code reads CACHE_TTL with a default, and the schema lacks it
    --> src/app.py:5:1
     = help: add [vars.CACHE_TTL] to the schema

    warning[unread]: nothing that was looked at reads LOG_LEVEL
    --> app.toml:1:1
     = help: remove it from the schema, or say who reads it: group = "service:NAME"

    warning[unread]: nothing that was looked at reads LEFT_OVER
    --> app.toml:4:1
     = help: remove it from the schema, or say who reads it: group = "service:NAME"

    src: 1 error, 3 warnings
    "#);
}

#[test]
fn without_a_path_the_project_is_looked_through_except_its_tests() {
    let sandbox = sandbox();
    let all = sandbox.envward("check --code --schema app.toml --format json").code(1).json();
    let named: Vec<&str> = all["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["variable"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["LOG_LEVLE", "CACHE_TTL", "LOG_LEVEL", "LEFT_OVER"]);
}

#[test]
fn code_and_schema_that_agree_end_with_0() {
    let sandbox = Sandbox::new();
    sandbox.write("app.toml", "[vars.API_KEY]\n");
    sandbox.write("app.go", "package main\nvar key = os.Getenv(\"API_KEY\")\n");
    sandbox.envward("check --code --schema app.toml --strict").success().stdout(".: nothing found\n");
    sandbox.write("app.go", "package main\n");
    sandbox.envward("check --code --schema app.toml").success().stdout_has("warning[unread]");
    sandbox.envward("check --code --schema app.toml --strict").code(1);
}

#[test]
fn every_form_of_the_report_knows_the_findings() {
    let sandbox = sandbox();
    for format in ["sarif", "github", "gitlab", "junit"] {
        let run = sandbox.envward(&format!("check --code src --schema app.toml --format {format}")).code(1);
        assert!(
            run.stdout.contains("undeclared") && run.stdout.contains("src/app.py"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_path_that_is_not_there_and_flags_that_do_not_fit_are_refused() {
    let sandbox = sandbox();
    sandbox.envward("check --code absent --schema app.toml").code(3).stderr_has("absent");
    sandbox.envward("check --code --process --schema app.toml").code(2);
    sandbox.envward("check --code").code(3).stderr_has("no envward.toml here or above");
}
