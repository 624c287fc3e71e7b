//! `envward recipients`: who can open the sealed files, who no longer can, and what they have seen.

use std::path::PathBuf;

use envward::cli::Globals;
use envward::context::{Clock, Context};
use envward::env_vars::EnvSnapshot;
use envward::project::Project;
use envward::rng::Rng;
use envward::seal::sops::Plain;
use envward::seal::{self, Access};
use envward::secret::Secret;
use envward::ui::{ColorChoice, Ui};

use crate::support::{NOW, Run, Sandbox, on_a_terminal};

const ALICE: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
const BOB: &str = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";
const CI: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

/// The files that change when someone joins or leaves everywhere.
const TO_COMMIT: &str = "to commit: secrets/production.enc.env secrets/production.key.age \
                         secrets/staging.enc.env secrets/staging.key.age envward.ledger.jsonl envward.toml\n";

const MANIFEST: &str = r#"# ours
[project]
name = "app"
default = "production"

[environments.production]
recipients = ["alice"] # who deploys
[environments.staging]
recipients = ["alice"]

[recipients]
alice = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma"   # keep

[vars.TOKEN]
[vars.API_KEY]
required = false
"#;

fn identity(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops");
    let text = std::fs::read_to_string(path.join(format!("{name}.agekey"))).unwrap();
    text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned()
}

/// A git repository with that manifest, for Alice.
fn project(manifest: &str) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", identity("alice"));
    sandbox.write("envward.toml", manifest);
    sandbox
}

/// Seals an environment for the first time.
fn seal(sandbox: &Sandbox, environment: &str) {
    let home = sandbox.home();
    let variables = [("HOME", home.as_os_str().to_owned()), ("ENVWARD_IDENTITY", identity("alice").into())];
    let env: EnvSnapshot = variables.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let mut context = Context {
        ui: Ui::new(ColorChoice::Never, true, -1, true),
        clock: Clock::fixed(NOW.parse().unwrap()),
        rng: Rng::test_only_seeded(3),
        env,
        cwd: sandbox.project(),
        globals: Globals::default(),
    };
    let project = Project::require(&context).unwrap();
    let environment = project.environment_named(environment).unwrap();
    let lines = [("TOKEN", "canary-token"), ("API_KEY", "canary-key")]
        .map(|(name, value)| Plain::Value { name: name.to_owned(), value: Secret::new(value) })
        .into();
    let mut access = Access::from_context(&context, None);
    seal::create(&project, &environment, lines, None, &mut access, &mut context.rng).unwrap();
}

fn commit(sandbox: &Sandbox, day: &str) {
    sandbox.shell(&format!(
        "git add -A && GIT_AUTHOR_DATE={day}T12:00:00Z GIT_COMMITTER_DATE={day}T12:00:00Z git commit -qm {day}"
    ));
}

fn envward(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.envward_with_input(arguments, b"")
}

/// Whether Bob can start a program with the environment, and what he sees of it.
fn bob_reads(sandbox: &Sandbox, environment: &str) -> Option<String> {
    let output = sandbox
        .command(env!("CARGO_BIN_EXE_envward"))
        .env("ENVWARD_IDENTITY", identity("bob"))
        .args(["run", "-e", environment, "--", "printenv", "TOKEN"])
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => Some(String::from_utf8(output.stdout).unwrap()),
        code => {
            assert_eq!((code, output.stdout.as_slice()), (Some(4), b"".as_slice()));
            None
        }
    }
}

/// Bob added to both environments, sealed on the first of January and added on the second.
fn with_bob() -> Sandbox {
    let sandbox = project(MANIFEST);
    seal(&sandbox, "production");
    seal(&sandbox, "staging");
    commit(&sandbox, "2026-01-01");
    let _ = envward(&sandbox, &["recipients", "add", "bob", BOB]).success();
    commit(&sandbox, "2026-01-02");
    sandbox
}

fn value_lines(sealed: &str) -> Vec<&str> {
    sealed.lines().filter(|line| line.starts_with("TOKEN=") || line.starts_with("API_KEY=")).collect()
}

#[test]
fn someone_who_is_added_can_open_every_environment() {
    let sandbox = project(MANIFEST);
    seal(&sandbox, "production");
    seal(&sandbox, "staging");
    let before = sandbox.read("secrets/production.enc.env");
    let added = envward(&sandbox, &["recipients", "add", "bob", BOB]).success();
    let said = format!("production: bob can open it now\nstaging: bob can open it now\n{TO_COMMIT}");
    assert!(added.stderr.ends_with(&said), "{}", added.stderr);
    let expected = MANIFEST
        .replace("[\"alice\"]", "[\"alice\", \"bob\"]")
        .replace("   # keep\n", &format!("   # keep\nbob = \"{BOB}\"\n"));
    assert_eq!(sandbox.read("envward.toml"), expected);
    let after = sandbox.read("secrets/production.enc.env");
    assert_eq!(value_lines(&after), value_lines(&before), "the values keep their ciphertext");
    for environment in ["production", "staging"] {
        assert_eq!(bob_reads(&sandbox, environment).as_deref(), Some("canary-token\n"));
    }
    let _ = envward(&sandbox, &["recipients", "list"]).success();
}

#[test]
fn with_an_environment_only_that_one_is_changed() {
    let sandbox = project(MANIFEST);
    seal(&sandbox, "production");
    seal(&sandbox, "staging");
    let production = sandbox.read("secrets/production.enc.env");
    let _ = envward(&sandbox, &["recipients", "add", "bob", BOB, "-e", "staging"]).success();
    assert_eq!(sandbox.read("secrets/production.enc.env"), production);
    assert_eq!(bob_reads(&sandbox, "production"), None);
    assert_eq!(bob_reads(&sandbox, "staging").as_deref(), Some("canary-token\n"));
    assert!(sandbox.read("envward.toml").contains("recipients = [\"alice\"] # who deploys\n"));
    let _ = envward(&sandbox, &["recipients", "remove", "bob", "-e", "staging"]).success();
    assert_eq!(sandbox.read("envward.toml"), MANIFEST);
    assert_eq!(bob_reads(&sandbox, "staging"), None);
}

#[test]
fn adding_twice_changes_nothing() {
    let sandbox = with_bob();
    let again = envward(&sandbox, &["recipients", "add", "bob", BOB]).success();
    assert!(
        again.stderr.ends_with("production: bob can open it already\nstaging: bob can open it already\n")
    );
    sandbox.shell("git diff --exit-code");
}

#[test]
fn what_cannot_be_a_recipient_is_refused_and_nothing_is_written() {
    let sandbox = with_bob();
    let private = identity("bob");
    let refused = envward(&sandbox, &["recipients", "add", "carol", &private]).code(2);
    assert!(refused.stderr.starts_with("error: it is a private key, which must not be shared\nhelp: "));
    assert!(!refused.stderr.contains(&private));
    let help = "help: a public key is age1 and 58 letters and digits, or ssh-ed25519 AAAA…; \
                the person's own `envward identity show` prints it\n";
    let [length, wrong] = [&BOB[..60], &BOB.replace("age1v", "age1w")];
    let cases = [
        ("bob@example.com", "it is not a public key"),
        (length, "it is not a whole age key: it has 60 characters, and an age key 62"),
        (wrong, "a character of it is wrong: its checksum does not fit"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "it is not a whole SSH key"),
    ];
    for (key, what) in cases {
        let expected = format!("error: {what}\n{help}");
        envward(&sandbox, &["recipients", "add", "carol", key]).code(2).stderr(&expected);
    }
    envward(&sandbox, &["recipients", "add", "bob", CI]).code(2).stderr(
        "error: the manifest has another key for bob\n\
         help: run `envward recipients remove bob` first, or choose another name\n",
    );
    let _ = envward(&sandbox, &["recipients", "add", "not a name", CI]).code(3);
    sandbox.shell("git diff --exit-code");
}

#[test]
fn without_an_identity_nobody_is_added() {
    let sandbox = with_bob().with("ENVWARD_IDENTITY", "");
    let _ = envward(&sandbox, &["recipients", "add", "ci", CI]).code(4);
    let _ = envward(&sandbox, &["recipients", "remove", "bob"]).code(4);
    sandbox.shell("git diff --exit-code");
}

#[test]
fn someone_who_is_removed_is_shut_out_and_what_they_saw_is_listed() {
    let sandbox = with_bob();
    let key_before = sandbox.read("secrets/production.key.age");
    let removed = envward(&sandbox, &["recipients", "remove", "bob"]).success();
    assert_eq!(
        removed.stdout,
        "ENVIRONMENT  VARIABLE  FIRST       LAST\n\
         production   API_KEY   2026-01-02  2026-03-01\n\
         production   TOKEN     2026-01-02  2026-03-01\n\
         staging      API_KEY   2026-01-02  2026-03-01\n\
         staging      TOKEN     2026-01-02  2026-03-01\n"
    );
    assert!(removed.stderr.contains("production: new data key and new project key, without bob\n"));
    let warning = "warning: bob could open these; change their values where they are used\n";
    let due = "due on 2026-03-08: see envward rotation status\n";
    assert!(removed.stderr.ends_with(&format!("{warning}{due}{TO_COMMIT}")), "{}", removed.stderr);
    assert_eq!(sandbox.read("envward.toml"), MANIFEST);
    assert_eq!((bob_reads(&sandbox, "production"), bob_reads(&sandbox, "staging")), (None, None));
    sandbox.envward("run -- printenv TOKEN").success().stdout("canary-token\n");
    assert_ne!(sandbox.read("secrets/production.key.age"), key_before);
}

#[test]
fn a_removal_links_the_new_project_key_to_the_old_one_in_the_ledger() {
    let sandbox = with_bob();
    let _ = envward(&sandbox, &["recipients", "remove", "bob", "-e", "production"]).success();
    let ledger = sandbox.read("envward.ledger.jsonl");
    let last: serde_json::Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["environment"]), (&"rekeyed".into(), &"production".into()));
    let names = |field: &str| last[field].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names("fingerprints"), ["API_KEY", "TOKEN"]);
    assert_eq!(names("new_fingerprints"), ["API_KEY", "TOKEN"]);
    assert_ne!(last["fingerprints"]["TOKEN"], last["new_fingerprints"]["TOKEN"]);
    assert_eq!((last["key"].as_u64(), last["new_key"].as_u64()), (Some(1), Some(2)));
}

#[test]
fn a_machine_that_saw_the_old_project_key_accepts_the_new_one() {
    let sandbox = with_bob();
    sandbox.envward("run -- true").success().stderr("");
    let _ = envward(&sandbox, &["recipients", "remove", "bob"]).success();
    sandbox.envward("run -- true").success().stderr("");
}

#[test]
fn a_key_that_opened_only_old_commits_is_found_in_them() {
    let sandbox = with_bob();
    let _ = envward(&sandbox, &["recipients", "remove", "bob"]).success();
    commit(&sandbox, "2026-01-05");
    let _ = envward(&sandbox, &["recipients", "add", "bob", BOB, "-e", "staging"]).success();
    let removed = envward(&sandbox, &["recipients", "remove", "bob", "--format", "json"]).success();
    let report = removed.json();
    assert_eq!((&report["version"], &report["complete"]), (&1.into(), &true.into()));
    let production = &report["variables"][0];
    assert_eq!(
        *production,
        serde_json::json!({"environment": "production", "variable": "API_KEY",
            "first": "2026-01-02", "last": "2026-01-02"})
    );
    assert!(removed.stderr.contains("production: bob could not open it\n"), "{}", removed.stderr);
}

#[test]
fn in_a_shallow_clone_the_list_says_that_there_may_be_more() {
    let sandbox = with_bob();
    sandbox.shell("git clone -q --depth 1 file://$PWD shallow");
    let clone = sandbox.project().join("shallow").display().to_string();
    let removed = envward(&sandbox, &["-C", &clone, "recipients", "remove", "bob"]).code(1);
    assert!(removed.stdout.contains("TOKEN"));
    assert!(
        removed.stderr.contains(
            "warning: bob could open at least these; change their values where they are used\n\
             warning: this clone is shallow, so older commits could not be looked at\n\
             help: run `git fetch --unshallow` before you remove someone\n"
        ),
        "{}",
        removed.stderr
    );
}

#[test]
fn nobody_unknown_and_not_the_last_one_is_removed() {
    let sandbox = with_bob();
    envward(&sandbox, &["recipients", "remove", "bobb"])
        .code(2)
        .stderr("error: the manifest has no recipient \"bobb\"\nhelp: did you mean \"bob\"?\n");
    let _ = envward(&sandbox, &["recipients", "remove", "bob"]).success();
    commit(&sandbox, "2026-01-05");
    let refused = envward(&sandbox, &["recipients", "remove", "alice"]).code(2);
    assert!(refused.stderr.contains("error: nobody would be left who can open production\n"));
    sandbox.shell("git diff --exit-code");
}

#[test]
fn the_last_one_stays_also_where_nothing_is_sealed_yet() {
    let sandbox = project(MANIFEST);
    envward(&sandbox, &["recipients", "remove", "alice"]).code(2).stderr(
        "error: nobody would be left who can open production\n\
         help: add someone first: envward recipients add NAME KEY\n",
    );
    assert_eq!(sandbox.read("envward.toml"), MANIFEST);
}

#[test]
fn nobody_shuts_themselves_out_without_being_asked() {
    let sandbox = with_bob();
    let _ = envward(&sandbox, &["recipients", "remove", "alice", "--no-input"]).code(2).stderr_has(
        "error: alice is your own key: you could no longer open what you seal; nothing was changed\n\
         help: let another recipient run: envward recipients remove alice\n",
    );
    sandbox.shell("git diff --exit-code");
    let remove = ["recipients", "remove", "alice", "-e", "staging"];
    let (code, shown) = on_a_terminal(&sandbox, &[("all the same?", "n\n")], &remove);
    assert_eq!(code, Some(2), "{shown}");
    sandbox.shell("git diff --exit-code");
    let (code, shown) = on_a_terminal(&sandbox, &[("all the same?", "y\n")], &remove);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("staging: new data key and new project key, without alice"), "{shown}");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", identity("bob"));
    let removed = envward(&sandbox, &["recipients", "remove", "alice", "--no-input"]).success();
    assert!(removed.stderr.contains("production: new data key and new project key, without alice\n"));
}

#[test]
fn a_new_data_key_is_not_wrapped_to_a_recipient_that_has_expired() {
    let sandbox = with_bob();
    let _ = envward(&sandbox, &["recipients", "add", "ci", CI, "-e", "production"]).success();
    let dated = sandbox
        .read("envward.toml")
        .replace(&format!("ci = \"{CI}\""), &format!("ci = {{ key = \"{CI}\", expires = 2026-02-28 }}"));
    sandbox.write("envward.toml", dated);
    let listed = envward(&sandbox, &["recipients", "list"]).code(1);
    assert!(listed.stdout.contains("2026-02-28  expired\n"), "{}", listed.stdout);
    let removed = envward(&sandbox, &["recipients", "remove", "bob", "-e", "production"]).code(1);
    let warning = "warning: production: not sealed to ci, which expired on 2026-02-28\n";
    assert!(removed.stderr.contains(warning), "{}", removed.stderr);
    assert!(!sandbox.read("secrets/production.enc.env").contains(CI));
}

#[test]
fn list_shows_who_can_open_what_and_needs_no_private_key() {
    let sandbox = with_bob().with("ENVWARD_IDENTITY", "");
    envward(&sandbox, &["recipients", "list", "-e", "staging"]).success().stdout(&format!(
        "ENVIRONMENT  NAME   KEY{0}EXPIRES  NOTE\n\
         staging      alice  {ALICE}  -\n\
         staging      bob    {BOB}  -\n",
        " ".repeat(61)
    ));
    let file =
        envward(&sandbox, &["recipients", "list", "--file", "secrets/staging.enc.env", "--format", "json"]);
    let keys: Vec<String> = file.success().json()["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys, [ALICE, BOB]);
}

#[test]
fn a_recipient_in_the_manifest_alone_cannot_open_anything_and_is_reported() {
    let sandbox = with_bob();
    let forged = sandbox
        .read("envward.toml")
        .replace("[\"alice\", \"bob\"]", "[\"alice\", \"mallory\"]")
        .replace("bob = ", &format!("mallory = \"{CI}\"\nbob = "));
    sandbox.write("envward.toml", forged);
    let listed = envward(&sandbox, &["recipients", "list", "-e", "production", "--format", "json"]).code(1);
    let states: Vec<(Option<String>, String)> = listed.json()["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().map(str::to_owned), row["state"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        (Some("alice".to_owned()), "ok".to_owned()),
        (Some("mallory".to_owned()), "manifest_only".to_owned()),
        (None, "file_only".to_owned()),
    ];
    assert_eq!(states, expected);
}

#[test]
fn adding_one_does_not_let_in_another_whom_only_the_manifest_names() {
    let sandbox = with_bob();
    let forged = sandbox
        .read("envward.toml")
        .replace("[\"alice\", \"bob\"]", "[\"alice\", \"bob\", \"mallory\"]")
        .replace("bob = ", &format!("mallory = \"{CI}\"\nbob = "));
    sandbox.write("envward.toml", forged);
    let carol = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    let added = envward(&sandbox, &["recipients", "add", "carol", carol, "-e", "production"]).code(1);
    let expected =
        "warning: the recipients of the sealed file differ from the manifest: mallory is missing\n";
    assert!(added.stderr.contains(expected), "{}", added.stderr);
    let sealed = sandbox.read("secrets/production.enc.env");
    assert!(sealed.contains(carol) && !sealed.contains(CI));
}

#[test]
fn an_age_file_gets_its_recipients_too() {
    let age = "[environments.production]\nformat = \"age\"\n";
    let sandbox = project(&MANIFEST.replace("[environments.production]\n", age));
    seal(&sandbox, "production");
    commit(&sandbox, "2026-01-01");
    let _ = envward(&sandbox, &["recipients", "add", "bob", BOB, "-e", "production"]).success();
    assert_eq!(bob_reads(&sandbox, "production").as_deref(), Some("canary-token\n"));
    let removed = envward(&sandbox, &["recipients", "remove", "bob", "-e", "production"]).success();
    assert!(removed.stdout.contains("production   TOKEN     2026-01-01  2026-03-01\n"), "{}", removed.stdout);
    assert_eq!(bob_reads(&sandbox, "production"), None);
}
