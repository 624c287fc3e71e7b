//! Two people, two checkouts: nobody's change is lost.

use crate::support::Sandbox;
use crate::support::shop::{SEALED, sealed_shop};

/// Alice's checkout, in step with a repository that Bob has cloned into `../bob` and unsealed.
fn alice_and_bob() -> Sandbox {
    let alice = sealed_shop();
    alice.shell("git add -A && git commit -qm start");
    alice
        .shell("git clone -q . ../bob && cd ../bob && git config user.name Bob && git config user.email b@x");
    alice.envward("-C ../bob unseal").success();
    alice
}

/// Bob changes a value in his env file, seals and pushes; Alice pulls.
fn bob_changes(alice: &Sandbox, from: &str, to: &str) {
    alice.shell(&format!("sed -i s/{from}/{to}/ ../bob/.env.production"));
    alice.envward("-C ../bob seal").success();
    alice.shell("cd ../bob && git commit -qam bob");
    alice.shell("git pull -q ../bob main");
}

fn value(alice: &Sandbox, directory: &str, name: &str) -> String {
    let run = alice.envward(&format!("-C {directory} unseal --stdout --format json")).success();
    run.json()[name].as_str().unwrap_or("(none)").to_owned()
}

#[test]
fn a_stale_env_file_does_not_undo_what_was_pushed() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    alice.envward("seal").success().stderr(
        "secrets/production.enc.env is up to date\n\
         note: newer in the sealed file: DB_PASSWORD\n\
         help: take them into the env file with: envward unseal\n",
    );
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-bob");
}

#[test]
fn changes_of_different_variables_both_survive() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    alice.shell("sed -i s/key-1/key-alice/ .env.production");
    alice.envward("seal").success().stderr_has("  changed   API_KEY\n");
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-bob");
    assert_eq!(value(&alice, ".", "API_KEY"), "key-alice");
    alice.envward("unseal").success().stderr("unsealed into .env.production\n  written   DB_PASSWORD\n");
    let env = "# the shop\nAPI_KEY=key-alice\nDB_PASSWORD=pass-bob\nLOG_LEVEL=INFO\n";
    assert_eq!(alice.read(".env.production"), env);
    alice.envward("seal").success().stderr("secrets/production.enc.env is up to date\n");
}

#[test]
fn the_same_variable_on_both_sides_is_a_conflict_and_nothing_is_written() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    alice.shell("sed -i 's/pass-1/pass-alice/; s/key-1/key-alice/' .env.production");
    let files = "cat secrets/* envward.ledger.jsonl .envward/base/* .env.production";
    let before = alice.shell(files);
    for command in ["seal", "unseal"] {
        alice.envward(command).code(6).stderr(
            "error: changed on both sides: DB_PASSWORD; nothing was written\n\
             help: decide with --take env or --take sealed\n",
        );
    }
    assert_eq!(alice.shell(files), before);
}

#[test]
fn take_env_decides_for_alice() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    alice.shell("sed -i s/pass-1/pass-alice/ .env.production");
    alice.envward("seal --take env").success().stderr_has("  changed   DB_PASSWORD\n");
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-alice");
    alice.envward("unseal").success().stderr(".env.production is up to date\n");
}

#[test]
fn take_sealed_decides_for_bob_and_only_for_the_variable_that_is_named() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    bob_changes(&alice, "key-1", "key-bob");
    alice.shell("sed -i 's/pass-1/pass-alice/; s/key-1/key-alice/' .env.production");
    alice.envward("seal --take sealed DB_PASSWORD").code(6).stderr_has("changed on both sides: API_KEY;");
    alice.envward("unseal --take sealed DB_PASSWORD").code(6);
    alice
        .envward("seal --take sealed")
        .success()
        .stderr_has("note: newer in the sealed file: API_KEY, DB_PASSWORD\n");
    alice.envward("unseal").success();
    assert_eq!(
        alice.read(".env.production"),
        "# the shop\nAPI_KEY=key-bob\nDB_PASSWORD=pass-bob\nLOG_LEVEL=INFO\n"
    );
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-bob");
}

#[test]
fn unseal_with_take_env_keeps_the_change_to_be_sealed() {
    let alice = alice_and_bob();
    bob_changes(&alice, "pass-1", "pass-bob");
    alice.shell("sed -i s/pass-1/pass-alice/ .env.production");
    alice.envward("unseal --take env").success().stderr_has("not sealed yet: DB_PASSWORD\n");
    alice.envward("seal").success().stderr_has("  changed   DB_PASSWORD\n");
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-alice");
}

#[test]
fn unseal_with_take_sealed_and_a_name_gives_up_a_change_that_only_the_env_file_has() {
    let alice = alice_and_bob();
    alice.shell("sed -i 's/pass-1/pass-alice/; s/key-1/key-alice/' .env.production");
    alice.envward("unseal --take sealed").success().stderr_has("not sealed yet: API_KEY, DB_PASSWORD\n");
    alice.envward("unseal --take sealed API_KEY").success().stderr_has("  written   API_KEY\n");
    assert!(alice.read(".env.production").contains("API_KEY=key-1\nDB_PASSWORD=pass-alice\n"));
}

#[test]
fn without_a_base_different_values_are_a_conflict() {
    let alice = alice_and_bob();
    alice.shell("rm -r .envward && sed -i s/pass-1/pass-alice/ .env.production");
    alice.envward("seal").code(6).stderr_has("changed on both sides: DB_PASSWORD;");
}

#[test]
fn a_variable_that_bob_removed_does_not_come_back() {
    let alice = alice_and_bob();
    alice.shell("sed -i /API_KEY/d ../bob/.env.production");
    alice.envward("-C ../bob seal --prune").success();
    alice.shell("cd ../bob && git commit -qam bob && cd - && git pull -q ../bob main");
    alice.envward("seal").success();
    assert_eq!(value(&alice, ".", "API_KEY"), "(none)");
    alice.envward("unseal").success().stderr_has("not in the sealed file, kept in the env file: API_KEY\n");
    alice.envward("unseal --prune").success().stderr_has("  removed   API_KEY\n");
    assert!(!alice.read(".env.production").contains("API_KEY"));
}

#[test]
fn ledgers_merge_without_a_conflict_and_the_next_entry_names_both_heads() {
    let alice = alice_and_bob();
    alice.write(".env.staging", "API_KEY=s\nDB_PASSWORD=s\nLOG_LEVEL=DEBUG\n");
    alice.envward("seal -e staging").success();
    alice.shell("git add -A && git commit -qm staging");
    alice.shell("sed -i s/pass-1/pass-bob/ ../bob/.env.production");
    alice.envward("-C ../bob seal").success();
    alice.shell("cd ../bob && git commit -qam bob");
    alice.shell("git pull -q --no-rebase --no-edit ../bob main");
    alice.shell("sed -i s/key-1/key-alice/ .env.production");
    alice.envward("seal").success();
    let ledger = alice.read("envward.ledger.jsonl");
    let entries: Vec<serde_json::Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[3]["prev"].as_array().unwrap().len(), 2);
    alice.envward("verify").success();
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let alice = sealed_shop();
    let binary = env!("CARGO_BIN_EXE_envward");
    let mut writers = Vec::new();
    for number in 0..6 {
        writers.push(
            alice
                .command(binary)
                .args(["set", &format!("NEW_{number}"), "--new"])
                .stdin(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap(),
        );
    }
    for mut writer in writers {
        use std::io::Write;
        writer.stdin.take().unwrap().write_all(b"value\n").unwrap();
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for number in 0..6 {
        assert_eq!(value(&alice, ".", &format!("NEW_{number}")), "value");
    }
    assert!(alice.read(SEALED).contains("NEW_5="));
    alice.envward("verify").success();
}

#[test]
fn a_conflict_of_git_in_the_sealed_file_is_named_and_both_changes_can_be_kept() {
    let alice = alice_and_bob();
    alice.shell("sed -i s/pass-1/pass-bob/ ../bob/.env.production");
    alice.envward("-C ../bob seal").success();
    alice.shell("cd ../bob && git commit -qam bob");
    alice.shell("sed -i s/key-1/key-alice/ .env.production");
    alice.envward("seal").success();
    alice.shell("git commit -qam alice; git pull -q --no-rebase ../bob main || true");
    alice.envward("run -- true").code(4).stderr_has("holds the conflict markers of a git merge, from line ");
    alice.envward("list").code(4).stderr_has(
        "help: run `envward git resolve`; `envward git install` lets git merge sealed files itself\n",
    );
    alice.shell(&format!("git checkout -q --theirs {SEALED}"));
    // Her env file is as it was when she sealed it, so her own change looks like the older one.
    alice
        .envward("seal --take env")
        .success()
        .stderr_has("note: newer in the sealed file: API_KEY, DB_PASSWORD\n");
    alice
        .envward("seal --take env API_KEY")
        .success()
        .stderr_has("  changed   API_KEY\n")
        .stderr_has("note: newer in the sealed file: DB_PASSWORD\n");
    assert_eq!(value(&alice, ".", "API_KEY"), "key-alice");
    assert_eq!(value(&alice, ".", "DB_PASSWORD"), "pass-bob");
    alice.envward("verify").success();
}
