//! Who left and what leaked: what they could know is marked as due.

use super::people::{as_bob, commit, last, project};
use crate::support::Sandbox;

/// A project whose variable NEW was added after Bob had left; he could open the others.
fn after_bob() -> Sandbox {
    let sandbox = project();
    let _ = sandbox.envward("recipients remove bob").success();
    commit(&sandbox, "bob left");
    sandbox
}

fn because(sandbox: &Sandbox, reason: &str, more: &[&str]) -> crate::support::Run {
    sandbox.envward_with_input(&[&["rotate", "--because", reason][..], more].concat(), b"")
}

fn names(entry: &serde_json::Value) -> Vec<&str> {
    entry["variables"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect()
}

#[test]
fn who_leaves_makes_due_what_the_key_could_open() {
    let sandbox = project();
    let _ = sandbox
        .envward("recipients remove bob")
        .success()
        .stderr_has("due on 2026-03-08: see envward rotation status\n");
    let entries = super::people::entries(&sandbox);
    let events: Vec<&str> = entries.iter().filter_map(|entry| entry["event"].as_str()).collect();
    assert_eq!(events, ["created", "exposed", "rekeyed"]);
    assert_eq!(entries[1]["reason"], "left: bob");
    assert_eq!(names(&entries[1]), ["API_KEY", "DB_PASSWORD"]);
    let _ = sandbox.envward("verify").success();
    let _ = sandbox.envward("rotation verify").success();
    let status = sandbox.envward("rotation status -e production --format json --fail-on none").json();
    for row in status["entries"].as_array().unwrap() {
        assert_eq!(row["due"], "2026-03-08T12:00:00Z", "{row}");
    }
}

#[test]
fn someone_who_left_before_is_found_by_name_or_by_key_in_older_commits() {
    let sandbox = after_bob();
    let key = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";
    for who in ["bob", key] {
        let run = because(&sandbox, &format!("left: {who}"), &[]).success();
        let _ = run.stdout("").stderr(
            "production: marked as due\n  exposed   API_KEY, DB_PASSWORD\n\
             due on 2026-03-08: see envward rotation status\nto commit: envward.ledger.jsonl\n",
        );
        assert_eq!(last(&sandbox)["reason"], format!("left: {who}"));
    }
    let before = sandbox.read("envward.ledger.jsonl");
    let _ = because(&sandbox, "left: carol", &[]).code(2).stderr(
        "error: no commit has a recipient \"carol\"\n\
         help: name them as envward.toml did in any commit, or give the public key\n",
    );
    let _ = because(&sandbox, "holidays", &[]).code(2).stderr(
        "error: --because is `left: NAME` or `leaked: WHERE`\n\
         help: such as --because \"left: alice\" or --because \"leaked: log of a CI job\"\n",
    );
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
}

#[test]
fn who_is_still_let_in_is_said() {
    let sandbox = project();
    let _ = because(&sandbox, "left: bob", &["DB_PASSWORD"]).success().stderr_has(
        "warning: production: bob can still open it\nhelp: shut them out: envward recipients remove bob\n",
    );
    assert_eq!(names(&last(&sandbox)), ["DB_PASSWORD"]);
}

#[test]
fn a_shallow_clone_says_at_least_these() {
    let sandbox = after_bob();
    let shallow = Sandbox::new();
    let (from, to) = (sandbox.project(), shallow.project());
    sandbox.shell(&format!("git clone -q --depth 1 'file://{}' '{}/clone'", from.display(), to.display()));
    let run = sandbox
        .command(env!("CARGO_BIN_EXE_envward"))
        .current_dir(to.join("clone"))
        .env("ENVWARD_IDENTITY", super::people::identity("alice"))
        .args(["rotate", "--because", "left: age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("this clone is shallow: at least these"), "{said}");
}

#[test]
fn what_leaked_is_named_or_all_of_it() {
    let sandbox = project();
    let _ = because(&sandbox, "leaked: CI log", &["API_KEY"]).success();
    assert_eq!(
        (names(&last(&sandbox)), &last(&sandbox)["reason"]),
        (vec!["API_KEY"], &"leaked: CI log".into())
    );
    let before = sandbox.read("envward.ledger.jsonl");
    let _ = because(&sandbox, "leaked: CI log", &["--no-input"]).code(2).stderr(
        "error: nobody can be asked whether every secret leaked\n\
         help: name those that leaked, or mark all with --yes\n",
    );
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
    let _ = because(&sandbox, "leaked: CI log", &["--yes"]).success();
    assert_eq!(names(&last(&sandbox)), ["API_KEY", "DB_PASSWORD"]);
    // A new value ends it.
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"new").success();
    let status = sandbox.envward("rotation status API_KEY -e production --format json --fail-on none").json();
    assert_eq!(status["entries"][0]["due"], "2026-05-30T12:00:00Z");
}

#[test]
fn what_leaked_is_known_again_when_it_comes_back_under_another_project_key() {
    let sandbox = project();
    let _ = because(&sandbox, "leaked: CI log", &["API_KEY"]).success();
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"second-value").success();
    let _ = sandbox.envward("recipients remove bob").success();
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"third-value").success();
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"canary-key").success();
    let _ = sandbox.envward("rotation status API_KEY -e production --fail-on none").success().stdout_has(
        "value-returned: shop production API_KEY: the value of 2026-03-01 is one that it had before, on 2026-03-01\n\
         exposed: shop production API_KEY: it became known on 2026-03-01: leaked: CI log\n",
    );
    // Nor does `rotate` to a known value make it unknown.
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"fourth-value").success();
    let _ = sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], b"canary-key").success();
    let status = sandbox.envward("rotation status API_KEY -e production --fail-on none").success();
    let _ = status.stdout_has("exposed: shop production API_KEY");
}

#[test]
fn bootstrap_says_when_values_were_made_and_the_first_seal_goes_on_with_its_key() {
    let sandbox = project();
    sandbox.write(".env.staging", "API_KEY=canary-key\nDB_PASSWORD=canary-password\n");
    let run = sandbox.envward("bootstrap -e staging --no-input").success();
    let _ = run.stderr_has("to commit: secrets/staging.key.age envward.ledger.jsonl\n");
    let entry = last(&sandbox);
    assert_eq!((&entry["event"], &entry["generation"]), (&"created".into(), &0.into()));
    assert_eq!(entry["fingerprints"].as_object().unwrap().len(), 3);
    let status = sandbox.envward("rotation status -e staging --format json --fail-on none").json();
    assert_eq!(status["entries"][0]["due"], "2026-05-30T12:00:00Z");

    let before = (sandbox.read("envward.ledger.jsonl"), sandbox.read("secrets/staging.key.age"));
    let _ = sandbox.envward("bootstrap -e staging --no-input").success();
    assert_eq!((sandbox.read("envward.ledger.jsonl"), sandbox.read("secrets/staging.key.age")), before);

    let prints = entry["fingerprints"].clone();
    let _ = sandbox.envward("seal -e staging").success();
    let sealed = last(&sandbox);
    assert_eq!((&sealed["event"], &sealed["generation"]), (&"created".into(), &1.into()));
    assert_eq!((&sealed["fingerprints"], &sealed["key"]), (&prints, &1.into()));
    let _ = sandbox.envward("verify -e staging").success();
    let _ = sandbox.envward("rotation verify").success();
}

#[test]
fn who_joins_between_bootstrap_and_the_first_seal_can_open_both_files() {
    let sandbox = project();
    sandbox.write(".env.staging", "API_KEY=canary-key\nDB_PASSWORD=canary-password\n");
    let _ = sandbox.envward("bootstrap -e staging --no-input").success();
    let key = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";
    let _ = sandbox.envward_with_input(&["recipients", "add", "bob", key, "-e", "staging"], b"").success();
    let _ = sandbox.envward("seal -e staging").success();
    let bob = as_bob(&sandbox);
    let _ = bob.envward("get API_KEY -e staging").success().stdout("canary-key\n");
}

#[test]
fn who_leaves_before_the_first_seal_does_not_keep_the_project_key() {
    let sandbox = project();
    let manifest = sandbox.read("envward.toml");
    sandbox.write("envward.toml", manifest.replace("[\"alice\"]", "[\"alice\", \"bob\"]"));
    sandbox.write(".env.staging", "API_KEY=canary-key\nDB_PASSWORD=canary-password\n");
    let _ = sandbox.envward("bootstrap -e staging --no-input").success();
    let values = last(&sandbox)["fingerprints"].clone();
    let bob = as_bob(&sandbox);
    let _ = sandbox.envward("recipients remove bob -e staging").success().stderr(
        "staging: new project key, without bob\nto commit: secrets/staging.key.age envward.ledger.jsonl\n",
    );
    let entry = last(&sandbox);
    assert_eq!(
        (&entry["event"], &entry["key"], &entry["new_key"]),
        (&"rekeyed".into(), &1.into(), &2.into())
    );
    assert_eq!(entry["fingerprints"], values);
    assert_eq!(entry["new_fingerprints"].as_object().unwrap().len(), 3);

    // The values are as old as they were, and the first seal goes on with the new key.
    let later = sandbox.copy().with("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let _ = later.envward("seal -e staging").success();
    assert_eq!(last(&later)["key"], 2);
    let _ = later.envward("rotation verify").success();
    let status = later.envward("rotation status API_KEY -e staging --format json --fail-on none").json();
    assert_eq!(status["entries"][0]["last_rotated"], "2026-03-01T12:00:00Z");
    // Bob's key opens neither file, and a seal of his own is refused.
    bob.shell(&format!("cp '{}/secrets/staging.key.age' secrets/", later.project().display()));
    bob.shell(&format!("cp '{}/secrets/staging.enc.env' secrets/", later.project().display()));
    let _ = bob.envward("get API_KEY -e staging").code(4);
}

#[test]
fn what_became_known_is_due_also_without_a_policy_or_a_place_in_the_schema() {
    let sandbox = project();
    let schema = sandbox.read("envward.toml") + "\n[vars.PLAIN_TOKEN]\nowner = '@plain'\n";
    sandbox.write("envward.toml", schema);
    let _ = sandbox.envward_with_input(&["set", "PLAIN_TOKEN"], b"canary-token").success();
    let _ = sandbox.envward_with_input(&["set", "--new", "UNDECLARED"], b"canary-new").success();
    let rows = || {
        let status = sandbox.envward("rotation status -e production --format json --fail-on none").json();
        let row = |row: &serde_json::Value| format!("{} {} {}", row["variable"], row["status"], row["owner"]);
        status["entries"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows(), [r#""API_KEY" "ok" null"#, r#""DB_PASSWORD" "ok" null"#]);
    let _ = because(&sandbox, "leaked: a log", &["--yes"]).success();
    assert_eq!(
        rows(),
        [
            r#""API_KEY" "due_soon" null"#,
            r#""DB_PASSWORD" "due_soon" null"#,
            r#""PLAIN_TOKEN" "due_soon" "@plain""#,
            r#""UNDECLARED" "due_soon" null"#,
        ]
    );
    let later = sandbox.copy().with("ENVWARD_TEST_ONLY_NOW", "2026-03-08T12:00:00Z");
    let _ = later.envward("rotation status -e production").code(1);
    // A new value ends it.
    let _ = sandbox.envward_with_input(&["set", "PLAIN_TOKEN"], b"canary-other").success();
    assert!(!rows().iter().any(|row| row.contains("PLAIN_TOKEN")));
}

#[test]
fn what_leaked_by_a_clock_that_is_ahead_counts_from_now() {
    let mut sandbox = project();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2027-03-01T12:00:00Z");
    let _ = because(&sandbox, "leaked: x", &["API_KEY"]).success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let report = sandbox.envward("audit --no-git --format json --fail-on none").code(1).json();
    let mut entries = report["entries"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["variable"] == "API_KEY").unwrap();
    assert_eq!((&entry["status"], &entry["due"]), (&"due_soon".into(), &"2026-03-09T12:00:00Z".into()));
    assert_eq!(entry["findings"][0]["message"], "it became known on 2026-03-02: leaked: x");
    assert_eq!(report["findings"][0]["code"], "ledger-date");
}
