//! What a store says about the age of a value, on real servers: what was pushed is proven, and nothing that leaves the
//! value as it is makes it younger.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::project::{LEDGER, Project};
use crate::support::moto;
use crate::support::openbao::{Mount, server};
use crate::support::shop::BOB_PUBLIC;

/// Where the values lie below the mount.
const PATH: &str = "app/production";

/// The day so many days ago; servers have the real clock.
fn ago(days: i64) -> String {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    at.strftime("%Y-%m-%d").to_string()
}

/// Sealed 60 days ago, with a new `TOKEN` 30 days ago, which was pushed to a KV engine then.
fn pushed(mount: &Mount<'_>) -> Project {
    let mut project = Project::unsealed("stores = [\"vault\"]\n");
    let (address, name) = (mount.server.address(), &mount.name);
    project.sandbox.set("VAULT_ADDR", &address);
    project.sandbox.set("VAULT_TOKEN", &mount.token);
    let store = format!("type = \"vault\"\naddress = \"{address}\"\nmount = \"{name}\"\npath = \"{PATH}\"\n");
    pushed_to(project, "vault", &store)
}

/// The same, to a secret in AWS.
fn pushed_to_aws(server: &moto::Server, name: &str) -> Project {
    let mut project = Project::unsealed("stores = [\"aws\"]\n");
    project.sandbox = server.with(project.sandbox);
    pushed_to(project, "aws", &format!("type = \"aws-secrets-manager\"\nname = \"{name}\"\n"))
}

fn pushed_to(mut project: Project, store: &str, definition: &str) -> Project {
    let manifest = project.sandbox.read("envward.toml");
    project.sandbox.write("envward.toml", format!("{manifest}\n[stores.{store}]\n{definition}"));
    project.on(&ago(60));
    let project = project.seal_first();
    let _ = project.sandbox.envward("push --yes").success();
    project.commit();
    rotated(project)
}

fn rotated(mut project: Project) -> Project {
    project.rotate(&ago(30), "TOKEN", "token-2");
    let _ = project.sandbox.envward("push --yes").success();
    project.commit();
    project
}

/// Day, grade and findings of a variable, and the findings about the project.
fn status(project: &mut Project, variable: &str) -> (String, String) {
    project.on(&ago(0));
    let report =
        project.sandbox.envward("rotation status --stores --format json --fail-on none").code(0).json();
    let codes = |findings: &Value| {
        let codes = findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap());
        codes.collect::<Vec<_>>().join(" ")
    };
    let mut entries = report["entries"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["variable"] == variable).unwrap();
    let text = |name: &str| entry[name].as_str().unwrap_or("-").chars().take(10).collect::<String>();
    let row = [text("last_rotated"), text("evidence"), codes(&entry["findings"])].join(" ");
    (row.trim_end().to_owned(), codes(&report["findings"]))
}

#[test]
fn what_was_pushed_is_proven_and_a_later_push_of_another_does_not_change_that() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut project = pushed(&mount);
    assert_eq!(status(&mut project, "TOKEN"), (format!("{} B", ago(30)), String::new()));
    // Its own version was followed by one with a new `TOKEN`.
    assert_eq!(status(&mut project, "API_KEY"), (format!("{} B", ago(60)), String::new()));
}

#[test]
fn the_same_value_put_again_is_told_and_makes_nothing_younger() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut project = pushed(&mount);
    let held = mount.request("GET", &format!("data/{PATH}"), None)["data"]["data"].clone();
    mount.request("POST", &format!("data/{PATH}"), Some(json!({ "data": held })));
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D same-value", ago(30)));
}

#[test]
fn an_old_version_put_back_in_the_store_makes_nothing_younger() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut project = pushed(&mount);
    let before = project.sandbox.read(LEDGER);
    let _ = project.sandbox.copy().envward("rollback --to 1 --yes").success();
    // On another machine than this one: here nobody knows what the new version holds.
    assert_eq!(project.sandbox.read(LEDGER), before);
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D same-value", ago(30)));
    let _ = project.sandbox.envward("rollback --to 2 --yes").success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} B same-value", ago(30)));
    let _ = project.sandbox.envward("rollback --to 1 --yes").success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D value-returned", ago(60)));
}

#[test]
fn an_edited_tag_makes_nothing_younger() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut project = pushed(&mount);
    let before = status(&mut project, "TOKEN");
    let tag = json!({ "custom_metadata": { "owner": "team" } });
    mount.request("POST", &format!("metadata/{PATH}"), Some(tag));
    assert_eq!(status(&mut project, "TOKEN"), before);
}

#[test]
fn in_aws_too_only_a_new_value_makes_a_secret_younger() {
    let Some(server) = moto::server() else { return };
    let name = server.new_name();
    let mut project = pushed_to_aws(server, &name);
    let proven = (format!("{} B", ago(30)), String::new());
    assert_eq!(status(&mut project, "TOKEN"), proven);

    let tags = json!([{ "Key": "owner", "Value": "team" }]);
    server.call("TagResource", &json!({ "SecretId": name, "Tags": tags })).success();
    assert_eq!(status(&mut project, "TOKEN"), proven);

    let again = json!({ "SecretId": name, "SecretString": server.text(&name), "ClientRequestToken": format!("{name:0>32}") });
    server.call("PutSecretValue", &again).success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D same-value", ago(30)));
}

#[test]
fn an_older_version_made_current_in_aws_makes_nothing_younger() {
    let Some(server) = moto::server() else { return };
    let name = server.new_name();
    let mut project = pushed_to_aws(server, &name);
    let versions = server.boto3("list_secret_version_ids", &json!({ "SecretId": name }));
    let id = |stage: &str| {
        let mut versions = versions["Versions"].as_array().unwrap().iter();
        let has = |version: &&Value| version["VersionStages"].as_array().unwrap().contains(&json!(stage));
        versions.find(has).unwrap()["VersionId"].clone()
    };
    server
        .call(
            "UpdateSecretVersionStage",
            &json!({
                "SecretId": name, "VersionStage": "AWSCURRENT",
                "MoveToVersionId": id("AWSPREVIOUS"), "RemoveFromVersionId": id("AWSCURRENT"),
            }),
        )
        .success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D value-returned", ago(60)));
}

#[test]
fn a_rollback_is_in_the_ledger_with_the_value_that_the_store_serves_since() {
    let mut project = Project::unsealed("stores = [\"local\"]\n");
    project = pushed_to(project, "local", "type = \"directory\"\npath = \"secrets/store\"\n");
    project.on(&ago(10));
    let _ = project.sandbox.envward("rollback TOKEN --to 1 --yes").success();
    let lines = project.ledger();
    let entry = |line: &String| serde_json::from_str::<Value>(line).unwrap();
    let (last, first) = (entry(lines.last().unwrap()), entry(&lines[0]));
    assert_eq!((&last["event"], &last["store_version"]), (&json!("pushed"), &json!("3")));
    assert_eq!(last["restores"], "1");
    assert_eq!(last["fingerprints"], json!({ "TOKEN": first["fingerprints"]["TOKEN"] }));
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D value-returned", ago(60)));
    assert_eq!(status(&mut project, "API_KEY").0, format!("{} B", ago(60)));
    let _ = project.sandbox.envward("verify").success();
    let _ = project.sandbox.envward("rotation verify").success();
    // What is pushed next is served.
    let _ = project.sandbox.envward_with_input(&["set", "TOKEN"], b"token-3").success();
    let _ = project.sandbox.envward("push --take local TOKEN --yes").success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} B", ago(0)));
}

#[test]
fn a_rollback_to_a_value_of_an_older_project_key_makes_nothing_younger() {
    let mut project = Project::unsealed("stores = [\"local\"]\n");
    project = pushed_to(project, "local", "type = \"directory\"\npath = \"secrets/store\"\n");
    project.on(&ago(20));
    let _ = project.sandbox.envward_with_input(&["recipients", "add", "bob", BOB_PUBLIC], b"").success();
    let _ = project.sandbox.envward("recipients remove bob").success();
    project.commit();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} B exposed", ago(30)));
    let _ = project.sandbox.envward("rollback TOKEN --to 1 --yes").success();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} D value-returned exposed", ago(60)));
}

#[test]
fn a_rollback_without_a_key_says_that_the_ledger_does_not_know() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut project = pushed(&mount);
    let before = project.sandbox.read(LEDGER);
    project.sandbox.set("ENVWARD_IDENTITY", "");
    let _ = project
        .sandbox
        .envward("rollback --to 1 --yes")
        .success()
        .stderr_has("warning: the ledger does not know of this: no private key opens the project key\n");
    assert_eq!(project.sandbox.read(LEDGER), before);
}

#[test]
fn a_directory_that_was_sealed_anew_for_other_recipients_holds_the_same_and_that_is_no_finding() {
    let mut project = Project::unsealed("stores = [\"local\"]\n");
    project = pushed_to(project, "local", "type = \"directory\"\npath = \"secrets/store\"\n");
    let proven = (format!("{} B", ago(30)), String::new());
    assert_eq!(status(&mut project, "TOKEN"), proven);
    project.on(&ago(20));
    let _ = project.sandbox.envward_with_input(&["recipients", "add", "bob", BOB_PUBLIC], b"").success();
    project.commit();
    assert_eq!(status(&mut project, "TOKEN"), proven);
    project.on(&ago(5));
    let _ = project.sandbox.envward("recipients remove bob").success();
    project.commit();
    assert_eq!(status(&mut project, "TOKEN").0, format!("{} B exposed", ago(30)));
}
