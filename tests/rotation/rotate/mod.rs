//! `envward rotate`: a new value gets to its target, the sealed file, the env file and the stores, and whatever stops
//! it, they agree in the end.

mod command;
mod due;
mod killed;
mod overlap;
mod preflight;
mod refused;

use crate::support::Sandbox;
use crate::support::shop::{ALICE, ALICE_PUBLIC};

/// The value before the first rotation.
const OLD: &str = "old-Kx83mQpL0vRw";

/// How the target's value is changed, without an overlap.
const AT_ONCE: &str = r#"{ kind = "command", set = ["./target.sh", "set"], test = ["./target.sh", "test"] }"#;

/// The same with two values that the target accepts meanwhile.
const TWO_VALUES: &str = r#"{ kind = "command", set = ["./target.sh", "set-both"], test = ["./target.sh", "test"], finish = ["./target.sh", "finish"], overlap = true }"#;

/// The manifest: `driver` rotates TOKEN, which is a part of URL, and `stores` is what follows the environment's name.
fn manifest(driver: &str, stores: &str) -> String {
    format!(
        r#"[project]
name = "shop"
default = "production"

[environments.production]
recipients = ["alice"]
{stores}

[recipients]
alice = "{ALICE_PUBLIC}"

[stores.local]
type = "directory"
path = "secrets/store"

[vars.TOKEN]
generate = {{ kind = "alphanumeric", length = 24 }}
rotate = {{ every = "90d", overlap = "1d", driver = {driver} }}

[vars.URL]
template = "https://shop:${{TOKEN|url}}@example.com/"

[vars.SESSION_KEY]
generate = {{ kind = "alphanumeric", length = 24 }}
description = "Signs sessions"
rotate = {{ every = "90d", overlap = "2d", driver = "generate", previous = "SESSION_KEY_PREVIOUS" }}

[vars.SESSION_KEY_PREVIOUS]
required = false

[vars.API_KEY]
obtain = "https://vendor.example/keys"
rotate = {{ every = "90d", runbook = "docs/keys.md" }}

[vars.LOG_LEVEL]
secret = false
"#
    )
}

/// A project that is sealed and pushed, and whose target accepts the old value of TOKEN.
fn project_with(driver: &str, stores: &str, variables: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    let sandbox = variables.iter().fold(sandbox, |sandbox, &(name, value)| sandbox.with(name, value));
    sandbox.write("envward.toml", manifest(driver, stores));
    sandbox.write(".gitignore", ".env*\n.envward/\n");
    sandbox.write("target.sh", include_str!("target.sh"));
    sandbox.shell("chmod 700 target.sh");
    sandbox.write("../home/target", format!("{OLD}\n"));
    let values = ["SESSION_KEY=session-0123456789", "API_KEY=api-0123456789", "LOG_LEVEL=INFO"].join("\n");
    sandbox.write(".env.production", format!("TOKEN={OLD}\nURL=https://shop:{OLD}@example.com/\n{values}\n"));
    sandbox.envward("seal").success();
    if stores.is_empty() {
        return sandbox;
    }
    allow(&sandbox);
    sandbox.envward("push --yes").success();
    sandbox
}

/// The same with a directory store.
fn project(driver: &str) -> Sandbox {
    project_with(driver, "stores = [\"local\"]", &[])
}

/// Leaves out how long the previous value of TOKEN stays valid.
fn without_overlap(sandbox: &Sandbox) {
    sandbox.write("envward.toml", sandbox.read("envward.toml").replace(r#"overlap = "1d", "#, ""));
    allow(sandbox);
}

/// Confirms what the manifest names, as a copy of a project needs once more.
fn allow(sandbox: &Sandbox) {
    sandbox.envward("allow --yes").success();
}

/// The value that the sealed file has.
#[track_caller]
fn sealed(sandbox: &Sandbox, name: &str) -> String {
    sandbox.envward(&format!("get {name}")).success().stdout.trim_end().to_owned()
}

/// The values that the target accepts.
fn accepted(sandbox: &Sandbox) -> Vec<String> {
    sandbox.read("../home/target").lines().map(str::to_owned).collect()
}

/// Sealed file, env file, store and target have one value, and what is rendered from it; gives that value.
#[track_caller]
fn agreed(sandbox: &Sandbox, store: &str) -> String {
    let value = sealed(sandbox, "TOKEN");
    let url = format!("https://shop:{value}@example.com/");
    assert_eq!(sealed(sandbox, "URL"), url);
    let env_file = sandbox.read(".env.production");
    assert!(env_file.contains(&format!("TOKEN={value}\n")) && env_file.contains(&url), "{env_file}");
    let served = sandbox.envward(&format!("run --from {store} -- printenv TOKEN URL")).success();
    assert_eq!(served.stdout, format!("{value}\n{url}\n"), "store {store}");
    assert!(accepted(sandbox).contains(&value), "the target does not accept what is sealed");
    sandbox.envward("verify").success();
    value
}

/// The events that the ledger has of a variable, oldest first.
fn events(sandbox: &Sandbox, variable: &str) -> Vec<serde_json::Value> {
    let ledger = sandbox.read("envward.ledger.jsonl");
    let entries = ledger.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let is_about = |entry: &serde_json::Value| {
        let names = entry["variables"].as_array();
        names.is_some_and(|names| names.iter().any(|name| name == variable))
    };
    entries.filter(is_about).collect()
}

#[test]
fn a_rotation_reaches_target_files_and_stores_and_is_recorded_with_its_proof() {
    let sandbox = project(AT_ONCE);
    let run = sandbox.envward("rotate TOKEN --yes").success();
    let value = agreed(&sandbox, "local");
    assert_ne!(value, OLD);
    assert_eq!(accepted(&sandbox), [value.as_str()]);
    run.stderr(
        "rotate TOKEN in production with the driver command\n\
         \x20 rendered again URL\n\
         \x20 pushed to local\n\
         warning: this ends at once: the old value of TOKEN, as soon as its target has the new one\n\
         sealed secrets/production.enc.env and .env.production\n\
         URL was rendered from its parts\n\
         pushed 2 variables to store local, version 2\n\
         TOKEN was rotated; its old value was seen to be refused\n",
    );
    let events = events(&sandbox, "TOKEN");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((&events[0]["event"], &events[0]["evidence"]), (&"rotated".into(), &"A".into()));
    assert!(!sandbox.has(".envward/rotations/production/TOKEN.age"));
}

#[test]
fn a_dry_run_says_what_would_be_done_and_writes_nothing() {
    let sandbox = project(AT_ONCE);
    let before = sandbox.shell("find . ../home -type f | sort | xargs sha256sum");
    let run = sandbox.envward("rotate TOKEN --dry-run").success();
    assert!(run.stderr.ends_with("nothing was done (--dry-run)\n"), "{}", run.stderr);
    assert_eq!(sandbox.shell("find . ../home -type f | sort | xargs sha256sum"), before);
}

#[test]
fn without_an_answer_nothing_is_rotated() {
    let sandbox = project(AT_ONCE);
    sandbox.envward("rotate TOKEN --no-input").code(2).stderr(
        "error: rotate asks before it writes, and nobody can be asked\n\
         help: --yes writes without asking, --dry-run only shows the plan\n",
    );
    assert_eq!(agreed(&sandbox, "local"), OLD);
}

#[test]
fn a_value_from_a_vendor_comes_from_standard_input() {
    let sandbox = project(AT_ONCE);
    let run = sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], b"api-9876543210\n").success();
    let _ = run
        .stderr_has("API_KEY: get a new value at https://vendor.example/keys\n")
        .stderr_has("API_KEY: the steps are in docs/keys.md\n")
        .stderr_has("API_KEY was rotated\nAPI_KEY: end the old value where it was issued\n");
    assert_eq!(sealed(&sandbox, "API_KEY"), "api-9876543210");
    assert_eq!(events(&sandbox, "API_KEY")[0]["evidence"], "D");
}

#[test]
fn nothing_is_no_new_value() {
    let sandbox = project(AT_ONCE);
    let before = sealed(&sandbox, "API_KEY");
    sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], b"\n").code(2).stderr_has(
        "error: no new value of API_KEY was given\nhelp: type it, or pipe it in: … | envward rotate API_KEY\n",
    );
    assert_eq!(sealed(&sandbox, "API_KEY"), before);
}

#[test]
fn a_placeholder_is_no_new_value() {
    let sandbox = project(AT_ONCE);
    let before = sealed(&sandbox, "API_KEY");
    for given in ["changeme", "<your-key>"] {
        let run = sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], given.as_bytes()).code(2);
        let _ = run.stderr_has(
            "error: the new value of API_KEY is a placeholder, which counts as unset\n\
             help: get a real one at https://vendor.example/keys\n",
        );
    }
    assert_eq!(sealed(&sandbox, "API_KEY"), before);
    assert!(events(&sandbox, "API_KEY").is_empty());
}

#[test]
fn the_old_value_given_again_is_no_rotation() {
    let sandbox = project(AT_ONCE);
    let run = sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], b"api-0123456789\n").code(3);
    let _ = run.stderr_has("error: API_KEY was not rotated: the new value of API_KEY is the old one\n");
    assert!(events(&sandbox, "API_KEY").is_empty());
}
