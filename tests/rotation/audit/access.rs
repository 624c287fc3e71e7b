//! `audit access`: who could open what, and when.

use serde_json::json;

use super::{add, change, commit, manifest, seal, tree};
use crate::support::Sandbox;
use crate::support::shop::{ALICE, ALICE_PUBLIC, BOB_PUBLIC};

/// A project that Alice sealed on January 1, which Bob joined on the 10th and left on the 20th.
fn joined_and_left() -> Sandbox {
    let mut sandbox = tree();
    add(&mut sandbox, "shop", "shop", "2026-01-01");
    for (day, arguments) in
        [("2026-01-10", vec!["add", "bob", BOB_PUBLIC]), ("2026-01-20", vec!["remove", "bob"])]
    {
        sandbox.set("ENVWARD_TEST_ONLY_NOW", format!("{day}T12:00:00Z"));
        sandbox.set("ENVWARD_IDENTITY", ALICE);
        let arguments = [vec!["-C", "shop", "recipients"], arguments].concat();
        let changed = sandbox.envward_with_input(&arguments, b"");
        assert!(matches!(changed.code, Some(0 | 1)), "{}", changed.stderr);
        commit(&sandbox, "shop", day);
    }
    sandbox.set("ENVWARD_TEST_ONLY_NOW", crate::support::NOW);
    sandbox.set("ENVWARD_IDENTITY", "");
    sandbox
}

#[test]
fn who_left_could_open_it_until_then_and_who_stayed_still_can() {
    joined_and_left().envward("audit access").success().stdout(
        "PROJECT  ENVIRONMENT  VARIABLE  RECIPIENT  FROM        UNTIL\n\
         shop     production   API_KEY   alice      2026-01-01  now\n\
         shop     production   API_KEY   bob        2026-01-10  2026-01-20\n",
    );
}

#[test]
fn one_day_one_variable_and_one_recipient_can_be_asked_for() {
    let sandbox = joined_and_left();
    let recipients = |arguments: &str| {
        let report = sandbox.envward(&format!("audit access --format json {arguments}")).success().json();
        let entries = report["entries"].as_array().unwrap().clone();
        entries.iter().map(|entry| entry["recipient"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(recipients("--on 2026-01-09"), ["alice"]);
    assert_eq!(recipients("--on 2026-01-10"), ["alice", "bob"]);
    assert_eq!(recipients("--on 2026-01-20"), ["alice", "bob"]);
    assert_eq!(recipients("--on 2026-01-21"), ["alice"]);
    assert!(recipients("--on 2025-12-31").is_empty());
    assert_eq!(recipients("--recipient bob"), ["bob"]);
    assert_eq!(recipients(&format!("--recipient {BOB_PUBLIC}")), ["bob"]);
    assert!(recipients("--variable OTHER").is_empty());
}

#[test]
fn json_says_the_key_and_the_moments() {
    let report = joined_and_left().envward("audit access --format json --recipient bob").success().json();
    let expected = json!({
        "version": 1,
        "generated": "2026-03-01T12:00:00Z",
        "entries": [{
            "project": "shop", "environment": "production", "variable": "API_KEY", "recipient": "bob",
            "key": BOB_PUBLIC, "from": "2026-01-10T12:00:00Z", "until": "2026-01-20T12:00:00Z"
        }],
        "findings": []
    });
    assert_eq!(report, expected);
}

#[test]
fn a_branch_that_still_has_it_counts() {
    let sandbox = joined_and_left();
    sandbox.shell("cd shop && git branch old HEAD~1");
    let report = sandbox.envward("audit access --recipient bob").success();
    assert!(report.stdout.ends_with("bob        2026-01-10  now\n"), "{}", report.stdout);
}

#[test]
fn a_shallow_clone_says_that_there_may_be_more() {
    let sandbox = joined_and_left();
    sandbox.shell("git clone -q --depth 1 file://$PWD/shop clone && rm -rf shop");
    let report = sandbox.envward("audit access").code(1);
    assert!(report.stdout.contains("alice") && !report.stdout.contains("bob"), "{}", report.stdout);
    report.stderr("warning: shop, production: older commits are missing from the clone: there may be more\n");
}

#[test]
fn the_age_format_shows_no_recipients_and_that_is_said() {
    let sandbox = tree();
    let manifest =
        manifest("shop").replace("recipients = [\"alice\"]", "format = \"age\"\nrecipients = [\"alice\"]");
    sandbox.write("shop/envward.toml", manifest);
    sandbox
        .envward("audit access")
        .code(1)
        .stdout("")
        .stderr("warning: shop, production: a file in age format does not show who can open it\n");
}

#[test]
fn what_is_not_committed_counts_from_now() {
    let mut sandbox = tree();
    add(&mut sandbox, "shop", "shop", "2026-01-01");
    change(&sandbox, "shop", "second");
    seal(&mut sandbox, "shop", "2026-01-02");
    sandbox.shell("rm -rf shop/.git");
    let report = sandbox.envward("audit access --format json").success().json();
    assert_eq!(report["entries"][0]["key"], ALICE_PUBLIC);
    assert_eq!(report["entries"][0]["from"], "2026-03-01T12:00:00Z");
    assert_eq!(report["entries"][0]["until"], serde_json::Value::Null);
}

#[test]
fn a_misspelt_environment_is_not_one_that_nobody_could_open() {
    let sandbox = joined_and_left();
    sandbox
        .envward("audit access -e prodution")
        .code(2)
        .stderr("error: none of the projects has an environment \"prodution\"\n");
}

#[test]
fn flags_of_every_command_may_stand_before_it_and_others_are_not_ignored() {
    let sandbox = joined_and_left();
    let report = sandbox.envward("audit --format json access --recipient bob").success().json();
    assert_eq!(report["entries"][0]["recipient"], "bob");
    for before in ["shop", "--no-git", "--fail-on none", "--max-age 3d"] {
        let _ = sandbox.envward(&format!("audit {before} access")).code(2).stderr(
            "error: what stands before the command is for audits of projects, and would be ignored\n\
             help: write paths and flags after the command, and a directory that is called like one with ./ before \
             it\n",
        );
    }
}
