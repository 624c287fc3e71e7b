//! What CI systems run: the GitHub action, the GitLab template, the hook of the pre-commit framework.

use std::path::Path;

use serde_json::Value;

use crate::support::shop::{ALICE, sealed_shop};
use crate::support::{Sandbox, tool};

/// The shop with a value of two lines, without a key but for the one that a job is given.
fn shop() -> Sandbox {
    let programs = Path::new(env!("CARGO_BIN_EXE_envward")).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let sandbox = sealed_shop();
    sandbox.envward_with_input(&["set", "CERT"], b"line-of-1\nline-of-2").success();
    sandbox.shell("rm .env.production");
    sandbox.with("PATH", format!("{programs}:{path}")).with("ENVWARD_IDENTITY", "")
}

/// Runs a file of `ci/` as its runner would; `None` if the machine cannot.
fn run(sandbox: &Sandbox, kind: &str, file: &str, arguments: &[&str]) -> Option<Value> {
    if !sandbox.has_python_module("yaml") || tool("bash").is_none() {
        return None;
    }
    let repository = env!("CARGO_MANIFEST_DIR");
    let script = format!("{repository}/tests/interop/run_ci.py");
    let file = format!("{repository}/ci/{file}");
    let project = sandbox.project().display().to_string();
    let output =
        sandbox.command("python3").args([&script, kind, &file, &project]).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let scripts = result["scripts"].to_string();
    assert!(!scripts.contains("SECRET-KEY"), "an input is pasted into a script: {scripts}");
    Some(result)
}

const SECRETS: [&str; 5] = ["key-1", "pass-1", "line-of-1", "line-of-2", "AGE-SECRET-KEY"];

#[test]
fn the_github_action_gives_later_steps_the_variables_and_masks_the_secrets() {
    let sandbox = shop();
    let identity = format!("identity={ALICE}");
    let Some(result) = run(&sandbox, "github", "github/action.yml", &[&identity, "environment=production"])
    else {
        return;
    };
    assert_eq!(result["code"], 0, "{result}");
    assert_eq!(result["env"]["API_KEY"], "key-1");
    assert_eq!(result["env"]["CERT"], "line-of-1\nline-of-2");
    assert_eq!(result["env"]["LOG_LEVEL"], "INFO");
    assert_eq!(result["env"].get("ENVWARD_IDENTITY"), None, "the key is for one step");
    let log = result["log"].as_str().unwrap();
    assert!(SECRETS.iter().all(|secret| !log.contains(secret)), "{log}");
    assert!(result["raw"].as_str().unwrap().contains("::add-mask::key-1"), "{result}");
    assert!(!result["raw"].as_str().unwrap().contains("::add-mask::INFO"), "{result}");
}

#[test]
fn the_github_action_runs_a_command_that_alone_has_the_variables() {
    let mut sandbox = shop();
    sandbox.set("ENVWARD_IDENTITY", ALICE);
    let command = "command=false | true || test \"$API_KEY\" = key-1; test -z \"${ENVWARD_IDENTITY:-}\"; echo \"$LOG_LEVEL\"";
    let Some(result) = run(&sandbox, "github", "github/action.yml", &[command]) else { return };
    assert_eq!((&result["code"], result["env"].as_object().unwrap().len()), (&0.into(), 0), "{result}");
    assert_eq!(result["log"].as_str().unwrap().trim(), "INFO");
    let failing = run(&sandbox, "github", "github/action.yml", &["command=false; true"]).unwrap();
    assert_eq!(failing["code"], 1, "the first command that fails ends the script: {failing}");
}

#[test]
fn a_runner_without_envward_is_told_what_to_do() {
    let mut sandbox = shop();
    // Nothing but what the harness and the scripts need.
    sandbox.shell(
        "mkdir -p ../bin && for name in bash python3 sh; do ln -s $(command -v $name) ../bin/$name; done",
    );
    let python = sandbox.shell("python3 -c 'import sys; print(sys.prefix)'");
    sandbox.set("PATH", format!("{}/bin:{}", python.trim(), sandbox.directory_path().join("bin").display()));
    for (kind, file, job) in
        [("github", "github/action.yml", None), ("gitlab", "gitlab/envward.yml", Some("envward-check"))]
    {
        let Some(result) = run(&sandbox, kind, file, job.as_slice()) else { return };
        assert_eq!(result["code"], 2, "{result}");
        assert!(
            result["log"].as_str().unwrap().contains("or name a commit with the input \"revision\""),
            "{result}"
        );
    }
}

#[test]
fn the_gitlab_template_checks_the_environment() {
    let mut sandbox = shop();
    sandbox.set("ENVWARD_IDENTITY", ALICE);
    let Some(result) =
        run(&sandbox, "gitlab", "gitlab/envward.yml", &["envward-check", "environment=production"])
    else {
        return;
    };
    assert_eq!(result["code"], 0, "{result}");
    let log = result["log"].as_str().unwrap();
    assert!(SECRETS.iter().all(|secret| !log.contains(secret)), "{log}");
    let report: Value = serde_json::from_str(&sandbox.read("gl-code-quality-report.json")).unwrap();
    assert!(report.is_array(), "{report}");
    let staging =
        run(&sandbox, "gitlab", "gitlab/envward.yml", &["envward-check", "environment=staging"]).unwrap();
    assert_eq!(staging["code"], 3, "staging was never sealed: {staging}");
}

#[test]
fn the_pre_commit_framework_runs_the_hook() {
    let sandbox = shop();
    if tool("pre-commit").is_none() {
        return;
    }
    // The framework takes hooks from a repository; this one holds what it reads of envward's.
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
    sandbox.shell(&format!(
        "mkdir ../hooks && cp {hooks} ../hooks && cd ../hooks && git init -q -b main . && git add -A && \
         git -c user.name=A -c user.email=a@example.com commit -qm hooks && git tag v1"
    ));
    let repository = sandbox.directory_path().join("hooks").display().to_string();
    sandbox.write(
        ".pre-commit-config.yaml",
        format!("repos:\n  - repo: {repository}\n    rev: v1\n    hooks: [{{ id: envward }}]\n"),
    );
    sandbox.write("app/.env", "API_KEY=hunter22\n");
    sandbox.shell("git add -A && git add -f app/.env && pre-commit install");
    let commit = || {
        let output = sandbox.command("git").args(["commit", "-m", "x"]).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = commit();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("error: app/.env would be committed with plaintext values: API_KEY"), "{said}");
    sandbox.shell("git rm -q --cached app/.env");
    let (code, said) = commit();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Passed"), "{said}");
}
