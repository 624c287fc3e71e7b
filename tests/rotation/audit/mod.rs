//! Audits over many projects: `audit` with trees, lists and reports, `audit vault`, `audit aws`, `audit access`.

mod access;
mod aws;
mod projects;
mod reports;
mod stores;
mod vault;

use crate::support::Sandbox;
use crate::support::shop::{ALICE, ALICE_PUBLIC};

/// A directory for projects, without a key: who audits has none.
fn tree() -> Sandbox {
    Sandbox::new()
}

/// The manifest of a project with a variable that is rotated every 90 days.
fn manifest(name: &str) -> String {
    let name = serde_json::to_string(name).unwrap();
    format!(
        r#"[project]
name = {name}
default = "production"

[environments.production]
recipients = ["alice"]

[recipients]
alice = "{ALICE_PUBLIC}"

[vars.API_KEY]
rotate = {{ every = "90d", warn = "14d", grace = "14d" }}

[vars.OTHER]
required = false
"#
    )
}

/// Puts a project below the tree, in a repository of its own, sealed and committed at noon of a day.
fn add(sandbox: &mut Sandbox, directory: &str, name: &str, day: &str) {
    sandbox.write(&format!("{directory}/envward.toml"), manifest(name));
    sandbox.write(&format!("{directory}/.gitignore"), ".env.*\n.envward/\n");
    sandbox.write(&format!("{directory}/.env.production"), "API_KEY=first\n");
    sandbox.shell(&format!(
        "cd '{directory}' && git init -q -b main . && git config user.name Alice && git config user.email a@example.com"
    ));
    seal(sandbox, directory, day);
}

/// Seals and commits what the env file holds, at noon of a day.
fn seal(sandbox: &mut Sandbox, directory: &str, day: &str) {
    let now = sandbox.variables().iter().find(|(name, _)| name == "ENVWARD_TEST_ONLY_NOW").unwrap().1.clone();
    let noon = format!("{day}T12:00:00Z");
    sandbox.set("ENVWARD_TEST_ONLY_NOW", noon.clone());
    sandbox.set("ENVWARD_IDENTITY", ALICE);
    let sealed = sandbox.envward_with_input(&["-C", directory, "seal"], b"");
    assert_eq!(sealed.code, Some(0), "{}", sealed.stderr);
    commit(sandbox, directory, day);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", now);
    sandbox.set("ENVWARD_IDENTITY", "");
}

/// Commits everything, at noon of a day.
fn commit(sandbox: &Sandbox, directory: &str, day: &str) {
    let noon = format!("{day}T12:00:00Z");
    sandbox.shell(&format!(
        "cd '{directory}' && git add -A && GIT_AUTHOR_DATE={noon} GIT_COMMITTER_DATE={noon} git commit -q -m change"
    ));
}

/// A new value in the env file.
fn change(sandbox: &Sandbox, directory: &str, value: &str) {
    sandbox.write(&format!("{directory}/.env.production"), format!("API_KEY={value}\n"));
}
