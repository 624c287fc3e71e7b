//! `envward schema show`, `docs`, `json-schema` and `example`: a schema for people and for other tools.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::builtin_schemas::SYSTEMS;
use crate::support::Sandbox;

const SCHEMA: &str = r#"
[vars.PORT]
type = "port"
description = "Where it listens"
default = 8080
secret = false
group = "server"
[vars.API_KEY]
prefix = "sk-"
obtain = "https://example.com/keys"
[vars.STORE_URL]
type = "redis-url"
default = "redis://:hunter2@localhost:6379/0"
[vars.WORKERS]
type = "int"
min = 1
secret = false
required = "PORT == 80"
[vars.SESSION_KEY]
type = "hex"
bytes = 32
generate = { kind = "hex", bytes = 32 }
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("base.toml", SCHEMA);
    sandbox.write("app.toml", "[schema]\nextends = ['base.toml']\n[vars.PORT]\nmin = 1024\n");
    sandbox
}

#[test]
fn show_gives_the_schema_after_extends() {
    let run = sandbox().envward("schema show --schema app.toml").success();
    insta::assert_snapshot!(run.stdout, @r"
    NAME         TYPE       REQUIRED   SECRET  DEFAULT      GROUP
    PORT         port       required   -       8080         server
    API_KEY      string     required   secret  -            -
    STORE_URL    redis-url  required   secret  (not shown)  -
    WORKERS      int        sometimes  -       -            -
    SESSION_KEY  hex        required   secret  -            -
    ");
    let run = sandbox().envward("schema show PORT --schema app.toml").success();
    insta::assert_snapshot!(run.stdout, @r"
    name         PORT
    type         port
    min          1024
    required     yes
    secret       no
    default      8080
    description  Where it listens
    group        server
    declared in  app.toml:3
    ");
    sandbox().envward("schema show PROT --schema app.toml").code(2).stderr_has("did you mean PORT?");
}

#[test]
fn show_as_json_keeps_its_shape() {
    let report = sandbox().envward("schema show --schema app.toml --format json").success().json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["schema"], "app");
    let workers = &report["variables"][3];
    assert_eq!(workers["required"], "PORT == 80");
    assert_eq!(workers["limits"], json!({ "min": 1 }));
    assert_eq!(report["variables"][0]["default"], json!({ "*": "8080" }));
    assert!(!report.to_string().contains("hunter2"));
}

#[test]
fn no_document_of_a_built_in_schema_shows_the_default_of_a_secret() {
    let sandbox = Sandbox::new();
    for system in SYSTEMS {
        let report =
            sandbox.envward(&format!("schema show --schema builtin:{system} --format json")).success().json();
        let variables = report["variables"].as_array().unwrap();
        assert!(variables.len() > 10, "{system}");
        for document in ["docs", "json-schema", "example"] {
            let text =
                sandbox.envward(&format!("schema {document} --schema builtin:{system}")).success().stdout;
            for variable in variables {
                let name = variable["name"].as_str().unwrap();
                assert!(
                    text.contains(name) || !variable["deprecated"].is_null(),
                    "{system} {document}: {name}"
                );
            }
            // The one that all of them have.
            assert!(!text.contains("redis://localhost:6379/0"), "{system} {document}");
            let again =
                sandbox.envward(&format!("schema {document} --schema builtin:{system}")).success().stdout;
            assert_eq!(text, again, "{system} {document}");
        }
    }
}

#[test]
fn an_example_is_a_strict_env_file_of_which_check_says_what_is_left() {
    let sandbox = sandbox();
    sandbox
        .envward("schema example --schema app.toml --out .env.example")
        .success()
        .stderr("wrote .env.example\n");
    let report = sandbox.envward("check .env.example --schema app.toml --format json").code(1).json();
    let findings: Vec<(&str, &str)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["code"].as_str().unwrap(), finding["variable"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(findings, [("placeholder", "API_KEY"), ("placeholder", "SESSION_KEY")]);
    sandbox.envward("schema example --schema app.toml --out .env.example").success();
}

#[test]
fn an_example_does_not_replace_an_env_file() {
    let sandbox = sandbox();
    sandbox.write(".env", "API_KEY=sk-hunter2\n");
    let refused = "error: .env is there already, and envward did not write it; nothing was changed\n\
                   help: move it away, or name another file with --out\n";
    sandbox.envward("schema example --schema app.toml --out .env").code(2).stderr(refused);
    assert_eq!(sandbox.read(".env"), "API_KEY=sk-hunter2\n");
}

#[test]
fn a_document_replaces_an_earlier_one_and_nothing_that_a_person_wrote() {
    let sandbox = sandbox();
    for (document, file) in [("example", ".env.example"), ("docs", "ENV.md"), ("json-schema", "env.json")] {
        let command = format!("schema {document} --schema app.toml --out {file}");
        sandbox.envward(&command).success();
        let written = sandbox.read(file);
        sandbox.envward(&command).success();
        sandbox.write(file, "# by hand\n");
        sandbox.envward(&command).code(2).stderr_has("is there already, and envward did not write it");
        assert_eq!(sandbox.read(file), "# by hand\n");
        assert!(written.len() > 100, "{document}");
    }
}

#[test]
fn the_examples_of_the_built_in_schemas_have_no_error_but_what_is_left_to_fill_in() {
    for system in SYSTEMS {
        let sandbox = Sandbox::new();
        sandbox.envward(&format!("schema example --schema builtin:{system} --out .env.example")).success();
        let text = sandbox.read(".env.example");
        let run = sandbox.envward(&format!("check .env.example --schema builtin:{system} --format json"));
        for finding in run.json()["diagnostics"].as_array().unwrap() {
            let is_error = finding["severity"] == "error";
            // What is rendered, or required under a condition, is there as a comment.
            let comment = format!("# {}=", finding["variable"].as_str().unwrap_or_default());
            let is_comment =
                finding["code"] == "missing" && text.lines().any(|line| line.starts_with(&comment));
            assert!(!is_error || is_comment || finding["code"] == "placeholder", "{system}: {finding}");
        }
    }
}

#[test]
fn bootstrap_takes_no_placeholder_of_an_example_for_an_answer() {
    let sandbox = sandbox();
    sandbox.envward("init --schema app.toml").success();
    sandbox.envward("schema example --out answers.example").success();
    let run = sandbox.envward("bootstrap --answers answers.example --no-input").code(1);
    assert!(run.stderr.contains("API_KEY"), "{}", run.stderr);
    let env = sandbox.read(".env.production");
    assert!(!env.contains("your-"), "{env}");
    assert!(env.contains("SESSION_KEY="), "{env}");
}

/// Values, and whether the environment with them is valid.
fn validate(sandbox: &Sandbox, schema: &str, environments: &Value) -> Vec<bool> {
    sandbox.write("environment.schema.json", schema);
    sandbox.write("environments.json", environments.to_string());
    let script = "import json, jsonschema\n\
                  schema = json.load(open('environment.schema.json'))\n\
                  jsonschema.Draft202012Validator.check_schema(schema)\n\
                  validator = jsonschema.Draft202012Validator(schema)\n\
                  print(json.dumps([validator.is_valid(each) for each in json.load(open('environments.json'))]))";
    let output = sandbox.command("python3").args(["-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn another_tool_validates_an_environment_with_the_json_schema() {
    let sandbox = sandbox();
    if !sandbox.has_python_module("jsonschema") {
        return;
    }
    let schema = sandbox.envward("schema json-schema --schema app.toml").success().stdout;
    let good = json!({ "API_KEY": "sk-live", "SESSION_KEY": "ab".repeat(32), "PORT": "8080", "OTHER": "x" });
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let environments = json!([
        good,
        with("PORT", "http".into()),
        with("PORT", 8080.into()),
        with("API_KEY", "pk-live".into()),
        with("SESSION_KEY", "abc".into()),
        with("STORE_URL", "http://h".into()),
        with("WORKERS", "2".into()),
        with("WORKERS", "many".into()),
        { "API_KEY": "sk-live" },
    ]);
    let valid = validate(&sandbox, &schema, &environments);
    assert_eq!(valid, [true, false, false, false, false, false, true, false, false]);
}

#[test]
fn the_json_schema_of_a_system_takes_what_bootstrap_made() {
    let sandbox = Sandbox::new();
    if !sandbox.has_python_module("jsonschema") {
        return;
    }
    for system in SYSTEMS {
        let schema =
            sandbox.envward(&format!("schema json-schema --schema builtin:{system}")).success().stdout;
        let report =
            sandbox.envward(&format!("schema show --schema builtin:{system} --format json")).success().json();
        // Every default of the schema, as far as it is shown.
        let defaults: BTreeMap<&str, &Value> = report["variables"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|variable| Some((variable["name"].as_str()?, variable["default"].get("*")?)))
            .collect();
        assert!(!defaults.is_empty(), "{system}");
        let mut parsed: Value = serde_json::from_str(&schema).unwrap();
        parsed["required"] = json!([]);
        assert_eq!(validate(&sandbox, &parsed.to_string(), &json!([defaults])), [true], "{system}");
    }
}
