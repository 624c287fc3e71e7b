//! `envward rotation verify`, and what a damaged ledger does to the commands that read or write it.

use super::exemptions::forge;
use super::people::{as_bob, commit, entries, last, project, pull};
use crate::support::Sandbox;

const LEDGER: &str = "envward.ledger.jsonl";

type Change = Box<dyn Fn(&mut Vec<String>)>;

/// A ledger with three entries.
fn three() -> Sandbox {
    let sandbox = project();
    for ticket in ["1", "2"] {
        let _ = sandbox.envward(&format!("rotation attest API_KEY --ticket https://t/{ticket}")).success();
    }
    sandbox
}

/// The lines of the ledger, changed.
fn rewrite(sandbox: &Sandbox, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = sandbox.read(LEDGER).lines().map(str::to_owned).collect();
    change(&mut lines);
    sandbox.write(LEDGER, lines.join("\n") + "\n");
}

fn ids(sandbox: &Sandbox) -> Vec<String> {
    entries(sandbox).iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_whole_ledger_gives_its_heads_to_be_anchored() {
    let sandbox = three();
    let head = ids(&sandbox).pop().unwrap();
    let run = sandbox.envward("rotation verify").success();
    let _ = run.stdout(&format!("{head}\n")).stderr("production: 3 entries, authors checked\n");
    let report = sandbox.envward("rotation verify --format json").success().json();
    assert_eq!(
        report,
        serde_json::json!({
            "version": 1,
            "entries": 3,
            "environments": [{"environment": "production", "entries": 3, "authors_checked": true}],
            "heads": [head],
            "findings": [],
        })
    );
    let stranger = sandbox.copy().with("ENVWARD_IDENTITY", "");
    let _ = stranger
        .envward("rotation verify")
        .success()
        .stderr("production: 3 entries, authors not checked: no key opens it\n");
}

#[test]
fn an_edit_a_deletion_and_a_stranger_are_each_found() {
    let sandbox = three();
    let ids = ids(&sandbox);

    let edited = sandbox.copy();
    rewrite(&edited, |lines| lines[1] = lines[1].replace("https://t/1", "https://t/9"));
    let run = edited.envward("rotation verify").code(1).stdout("");
    let _ = run.stderr_has("error: line 2 of the ledger was changed after it was written\n");

    let deleted = sandbox.copy();
    rewrite(&deleted, |lines| {
        lines.remove(1);
    });
    let expected = format!(
        "error: entry {} is missing from the ledger: entry {} of 2026-03-01T12:00:00Z follows it\n",
        &ids[1][..12],
        &ids[2][..12]
    );
    let _ = deleted.envward("rotation verify").code(1).stdout("").stderr_has(&expected);

    let forged = sandbox.copy();
    let line = forge(&last(&forged), "ticket", "https://t/9");
    rewrite(&forged, |lines| lines[2] = line);
    let _ = forged.envward("rotation verify").code(1).stdout("").stderr_has(
        "by Alice <a@example.com> was not written by anyone who knows the project key of production\n",
    );
}

#[test]
fn a_ledger_that_was_cut_short_is_found_by_what_was_kept_elsewhere() {
    let sandbox = three();
    commit(&sandbox, "three");
    sandbox.shell("git tag v1");
    let head = sandbox.envward("rotation verify").success().stdout;
    sandbox.write("anchor.txt", &head);
    let head = head.trim();
    for anchor in [format!("--head {head}"), "--anchor anchor.txt".to_owned(), "--since v1".to_owned()] {
        let _ = sandbox.envward(&format!("rotation verify {anchor}")).success();
    }
    rewrite(&sandbox, |lines| {
        lines.pop();
    });
    // By itself it is a ledger like any other.
    let _ = sandbox.envward("rotation verify").success();
    for (anchor, origin) in [
        (format!("--head {head}"), "--head"),
        ("--anchor anchor.txt".to_owned(), "anchor.txt"),
        ("--since v1".to_owned(), "commit v1"),
        ("--since HEAD".to_owned(), "commit HEAD"),
    ] {
        let expected = format!("error: entry {} is missing from the ledger: {origin} has it\n", &head[..12]);
        let _ =
            sandbox.envward(&format!("rotation verify {anchor}")).code(1).stdout("").stderr_has(&expected);
    }
    let _ = sandbox
        .envward("rotation verify --since v2")
        .code(2)
        .stderr("error: git has no commit v2\nhelp: in a shallow clone run: git fetch --unshallow --tags\n");
    let _ = sandbox.envward("rotation verify --since --all").code(2);
    let _ = sandbox.envward("rotation verify --head abc").code(2).stderr(
        "error: --head has something that is no id of an entry\n\
         help: an id has 64 hexadecimal digits, as this command prints them\n",
    );
}

#[test]
fn a_date_in_the_future_is_found() {
    let mut sandbox = project();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-01T13:00:00Z");
    let _ = sandbox.envward("rotation attest API_KEY --ticket https://t/1").success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-01T12:30:00Z");
    let id = ids(&sandbox).pop().unwrap();
    let expected =
        format!("error: entry {} is from 2026-03-01T13:00:00Z, which is in the future\n", &id[..12]);
    let _ = sandbox.envward("rotation verify").code(1).stderr_has(&expected);
}

#[test]
fn what_is_no_ledger_is_said_and_nothing_is_written_over_it() {
    let newer = |line: &str| line.replace("\"v\":1", "\"v\":2");
    let cases: [(Change, &str); 3] = [
        (
            Box::new(|lines| lines.insert(1, "<<<<<<< HEAD".to_owned())),
            "error: line 2 of the ledger is a mark of a merge conflict\n\
             help: remove the marks and keep the lines of both sides; with \
             `envward.ledger.jsonl merge=union` in .gitattributes git does that\n",
        ),
        (
            Box::new(move |lines| lines[2] = newer(&lines[2])),
            "error: line 3 of the ledger has version 2, which this envward does not know\n\
             help: install a newer envward\n",
        ),
        (
            Box::new(|lines| lines.push("{}".to_owned())),
            "error: line 4 of the ledger is not an entry\n\
             help: take the line back from git: git checkout -- envward.ledger.jsonl\n",
        ),
    ];
    let sandbox = three();
    for (change, message) in cases {
        let sandbox = sandbox.copy();
        rewrite(&sandbox, |lines| change(lines));
        let before = sandbox.read(LEDGER);
        let said = message.lines().next().unwrap();
        let _ = sandbox.envward("rotation verify").code(1).stdout("").stderr_has(&format!("{said}\n"));
        let _ = sandbox.envward("rotation attest API_KEY --ticket https://t/1").code(3).stderr(message);
        let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"new").code(3);
        assert_eq!(sandbox.read(LEDGER), before);
    }
}

#[test]
fn sealing_anew_without_the_project_key_does_not_begin_a_second_life() {
    let sandbox = project();
    sandbox.write(".env.production", "API_KEY=canary-key\nDB_PASSWORD=canary-password\nLOG_LEVEL=info\n");
    sandbox.shell("rm -r secrets");
    // Another clone, whose machine has seen nothing of the project.
    let fresh = sandbox.copy();
    let before = fresh.read("envward.ledger.jsonl");
    let _ =
        fresh.envward("seal").code(4).stderr_has("the project key secrets/production.key.age is missing\n");
    assert_eq!(fresh.read("envward.ledger.jsonl"), before);
}

#[test]
fn after_a_merge_the_next_entry_follows_both_sides() {
    let alice = project();
    let bob = as_bob(&alice);
    for (person, ticket) in [(&alice, "1"), (&bob, "2")] {
        let _ = person.envward(&format!("rotation attest API_KEY --ticket https://t/{ticket}")).success();
        commit(person, "attest");
    }
    let mut heads = vec![ids(&alice).pop().unwrap(), ids(&bob).pop().unwrap()];
    heads.sort();
    pull(&alice, &bob);
    let both = alice.envward("rotation verify").success().stdout;
    assert_eq!(both.lines().collect::<Vec<_>>(), heads);
    let _ = alice.envward("rotation attest API_KEY --ticket https://t/3").success();
    assert_eq!(last(&alice)["prev"], serde_json::json!(heads));
}

#[test]
fn a_job_of_ci_is_named_with_its_run() {
    let sandbox = project()
        .with("GITHUB_ACTIONS", "true")
        .with("GITHUB_ACTOR", "carol")
        .with("GITHUB_REPOSITORY", "shop/app")
        .with("GITHUB_RUN_ID", "7");
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"new").success();
    let entry = last(&sandbox);
    assert_eq!(entry["actor"], "carol");
    assert_eq!(entry["ci"], serde_json::json!({"project": "shop/app", "run": "7", "system": "github"}));
    let _ = sandbox.envward("rotation verify").success();
}
