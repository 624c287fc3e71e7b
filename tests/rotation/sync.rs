//! `envward rotation sync`: entries that a CI job gave out, and pushes that only the store knows of.

use super::exemptions::forge;
use super::people::{commit, entries, last, project};
use crate::support::Sandbox;

/// A project with a directory store.
fn with_store() -> Sandbox {
    let sandbox = project();
    let manifest = sandbox.read("envward.toml");
    let manifest = manifest.replace(
        "[environments.staging]",
        "stores = [\"local\"]\n[stores.local]\ntype = \"directory\"\npath = \"secrets/store\"\n[environments.staging]",
    );
    sandbox.write("envward.toml", manifest);
    commit(&sandbox, "store");
    sandbox
}

#[test]
fn what_a_job_gave_out_comes_into_the_ledger_once() {
    let sandbox = with_store();
    let _ = sandbox.envward("push --yes --ledger-out out.jsonl").success();
    assert_eq!(entries(&sandbox).len(), 1);
    let _ = sandbox.envward("rotation sync out.jsonl").success().stderr_has("1 entry is new in the ledger\n");
    let entry = last(&sandbox);
    assert_eq!((&entry["event"], &entry["store"]), (&"pushed".into(), &"local".into()));
    let before = sandbox.read("envward.ledger.jsonl");
    let _ =
        sandbox.envward("rotation sync out.jsonl").success().stderr_has("0 entries are new in the ledger\n");
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
    let _ = sandbox.envward("rotation verify").success();
}

#[test]
fn two_entries_of_one_job_follow_each_other() {
    let sandbox = with_store();
    let _ = sandbox.envward("push --yes --ledger-out out.jsonl").success();
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"new").success();
    let _ = sandbox.envward("push --yes --ledger-out out.jsonl").success();
    let out = sandbox.read("out.jsonl");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let prev: Vec<&str> = lines[1]["prev"].as_array().unwrap().iter().filter_map(|id| id.as_str()).collect();
    assert!(prev.contains(&lines[0]["id"].as_str().unwrap()), "{prev:?}");
    let _ =
        sandbox.envward("rotation sync out.jsonl").success().stderr_has("2 entries are new in the ledger\n");
}

#[test]
fn a_file_with_one_bad_entry_is_not_taken_at_all() {
    let sandbox = with_store();
    let _ = sandbox.envward("push --yes --ledger-out out.jsonl").success();
    let good = sandbox.read("out.jsonl");
    let entry: serde_json::Value = serde_json::from_str(&good).unwrap();
    let before = sandbox.read("envward.ledger.jsonl");
    sandbox.write("out.jsonl", format!("{good}{}\n", forge(&entry, "store_version", "99")));
    let run = sandbox.envward("rotation sync out.jsonl").code(1);
    let run = run.stderr_has("was not written by anyone who knows the project key of production\n");
    let _ = run.stderr_has("help: nothing was taken in; if this checkout is older, run: git pull\n");
    sandbox.write("out.jsonl", good.replace("\"local\"", "\"other\""));
    let _ = sandbox
        .envward("rotation sync out.jsonl")
        .code(3)
        .stderr_has("error: line 1 of the ledger was changed after it was written\n");
    let _ = sandbox.envward("rotation sync missing.jsonl").code(3);
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
}

#[test]
fn a_push_that_the_ledger_does_not_know_is_observed_in_the_store() {
    let sandbox = with_store();
    // A job that loses what it would have entered.
    let _ = sandbox.envward("push --yes --ledger-out /dev/null").code(3);
    let _ = sandbox
        .envward("rotation sync")
        .success()
        .stderr_has("store local: the push of version 1 is entered as observed\n");
    let entry = last(&sandbox);
    assert_eq!((&entry["event"], &entry["evidence"]), (&"observed".into(), &"B".into()));
    assert_eq!((&entry["store"], &entry["store_version"]), (&"local".into(), &"1".into()));
    assert_eq!(entry["fingerprints"], entries(&sandbox)[0]["fingerprints"]);
    assert_eq!(entry["store_time"], "2026-03-01T12:00:00Z");
    let before = sandbox.read("envward.ledger.jsonl");
    let _ = sandbox
        .envward("rotation sync")
        .success()
        .stderr_has("store local: the ledger knows of its last push\n");
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
    let _ = sandbox.envward("rotation verify").success();
}
