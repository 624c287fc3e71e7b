//! `envward git`: git shows, merges and checks sealed files.

use std::path::Path;

use crate::support::shop::{ALICE, BOB, SEALED, line, manifest, sealed_shop, shop};
use crate::support::{Run, Sandbox, program};

pub const LEDGER: &str = "envward.ledger.jsonl";

/// git and envward by their names, as in a person's shell.
fn on_path(mut sandbox: Sandbox) -> Sandbox {
    let programs = Path::new(env!("CARGO_BIN_EXE_envward")).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    sandbox.set("PATH", format!("{programs}:{path}"));
    sandbox
}

/// The sealed shop with the drivers, committed.
pub fn installed() -> Sandbox {
    let sandbox = on_path(sealed_shop());
    sandbox.envward("git install").success();
    sandbox.shell("git add -A && git commit -qm first");
    sandbox
}

pub fn set(sandbox: &Sandbox, name: &str, value: &str) {
    sandbox.envward_with_input(&["set", name], value.as_bytes()).success();
}

/// Sets variables on a branch of its own and on main, each in one commit.
pub fn branches(sandbox: &Sandbox, main: &[(&str, &str)], other: &[(&str, &str)]) {
    sandbox.shell("git checkout -qb other");
    for (name, value) in other {
        set(sandbox, name, value);
    }
    sandbox.shell("git commit -qam other && git checkout -q main && rm .env.production");
    for (name, value) in main {
        set(sandbox, name, value);
    }
    sandbox.shell("git commit -qam main");
}

/// Runs git; its exit code and what it and envward said.
pub fn git(sandbox: &Sandbox, arguments: &str) -> (i32, String) {
    let output = sandbox.command("git").args(arguments.split(' ')).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

pub fn get(sandbox: &Sandbox, name: &str) -> String {
    sandbox.envward(&format!("get {name}")).success().stdout.trim_end().to_owned()
}

/// The exact findings of `verify`, which looks at structure, recipients, ledger and seal.
pub fn verified(sandbox: &Sandbox) -> Run {
    sandbox.envward("verify -e production").success()
}

#[test]
fn different_variables_merge_without_a_conflict() {
    let sandbox = installed();
    branches(&sandbox, &[("API_KEY", "key-2")], &[("DB_PASSWORD", "pass-2"), ("CERT", "a\nb")]);
    let theirs = sandbox.shell(&format!("git show other:{SEALED}"));
    let (code, said) = git(&sandbox, "merge -q other -m merged");
    assert_eq!(code, 0, "{said}");
    assert_eq!(get(&sandbox, "API_KEY"), "key-2");
    assert_eq!(get(&sandbox, "DB_PASSWORD"), "pass-2");
    assert_eq!(get(&sandbox, "CERT"), "a\nb");
    // What is theirs keeps their ciphertext, so that its age can be told from the history.
    assert_eq!(line(&sandbox.read(SEALED), "DB_PASSWORD="), line(&theirs, "DB_PASSWORD="));
    verified(&sandbox);
    assert_eq!(sandbox.shell("git status --porcelain"), "");
    assert_eq!(sandbox.read(LEDGER).lines().count(), 5, "two of theirs, one of ours, and that of the merge");
    assert!(!sandbox.has(".envward/merge/production.json"));
}

#[test]
fn the_same_variable_conflicts_by_name_and_is_decided_by_name() {
    let sandbox = installed();
    branches(
        &sandbox,
        &[("API_KEY", "ours"), ("REGION", "eu")],
        &[("API_KEY", "theirs"), ("DB_PASSWORD", "p")],
    );
    let (code, said) = git(&sandbox, "merge other -m merged");
    assert_eq!(code, 1);
    let conflict = format!(
        "error: conflict in {SEALED}: both sides changed API_KEY; the file has our value\n\
         help: keep it with `git add {SEALED}`, or decide by name: envward git resolve --take theirs NAME…\n"
    );
    assert!(said.contains(&conflict), "{said}");
    assert!(!said.contains("ours\n") && !said.contains("theirs\n"), "{said}");
    // The file is whole in the meantime, with everything that is not in conflict.
    verified(&sandbox);
    assert_eq!((get(&sandbox, "API_KEY"), get(&sandbox, "DB_PASSWORD")), ("ours".into(), "p".into()));
    let undecided = format!(
        "error: {SEALED}: both sides changed API_KEY; nothing was written\n\
         help: decide with --take ours or --take theirs, for all or by name\n"
    );
    sandbox.envward("git resolve").code(1).stderr(&undecided);
    let resolved = sandbox.envward("git resolve --take theirs API_KEY").success();
    assert_eq!(
        resolved.stderr,
        format!("sealed {SEALED}, generation 5\n  taken     API_KEY\nnext: git add {SEALED} {LEDGER}\n")
    );
    sandbox.shell(&format!("git add {SEALED} {LEDGER} && git commit -qm decided"));
    assert_eq!((get(&sandbox, "API_KEY"), get(&sandbox, "REGION")), ("theirs".into(), "eu".into()));
    verified(&sandbox);
    sandbox.envward("git resolve").success().stderr("git calls no sealed file unmerged\n");
}

#[test]
fn a_rebase_and_a_cherry_pick_merge_too() {
    let sandbox = installed();
    branches(&sandbox, &[("API_KEY", "key-2")], &[("DB_PASSWORD", "pass-2")]);
    set(&sandbox, "REGION", "eu");
    sandbox.shell("git commit -qam region && git checkout -qb picked && git cherry-pick other");
    verified(&sandbox);
    sandbox.shell("git checkout -q main && git rebase -q other");
    verified(&sandbox);
    for (name, value) in [("API_KEY", "key-2"), ("DB_PASSWORD", "pass-2"), ("REGION", "eu")] {
        assert_eq!(get(&sandbox, name), value);
    }
    assert_eq!(sandbox.shell("git status --porcelain"), "");
}

#[test]
fn a_merge_that_is_given_up_leaves_nothing_for_the_next_one() {
    let sandbox = installed();
    branches(&sandbox, &[("API_KEY", "ours")], &[("API_KEY", "theirs")]);
    assert_eq!(git(&sandbox, "merge other").0, 1);
    sandbox.shell("git merge --abort");
    verified(&sandbox);
    set(&sandbox, "API_KEY", "theirs");
    sandbox.shell("git commit -qam agreed && git merge -q other -m merged");
    verified(&sandbox);
    assert_eq!(get(&sandbox, "API_KEY"), "theirs");
}

#[test]
fn another_reader_of_sops_opens_what_was_merged() {
    let sandbox = installed();
    if !sandbox.has_python_module("cryptography") || !sandbox.has_python_module("pyrage") {
        return;
    }
    branches(
        &sandbox,
        &[("API_KEY", "key-2"), ("REGION", "eu")],
        &[("DB_PASSWORD", "pass-2"), ("CERT", "a\nb")],
    );
    sandbox.shell("git merge -q other -m merged");
    sandbox.write("alice.key", ALICE);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/read_sops.py");
    let output = sandbox.command("python3").args([script, "alice.key", SEALED]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let values: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(values["DB_PASSWORD"], "pass-2", "{values}");
    assert_eq!(values["CERT"], "a\nb");
    assert_eq!(values["API_KEY"], "key-2");
    if let Some(sops) = program("sops") {
        let output = sandbox
            .command(&sops)
            .env("SOPS_AGE_KEY", ALICE)
            .args(["decrypt", "--input-type", "dotenv", "--output-type", "json", SEALED])
            .output()
            .unwrap();
        let values: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(values["DB_PASSWORD"], "pass-2");
    }
}

#[test]
fn who_has_no_key_gets_a_conflict_and_a_whole_file() {
    let sandbox = installed();
    branches(&sandbox, &[("API_KEY", "key-2")], &[("DB_PASSWORD", "pass-2")]);
    let before = sandbox.read(SEALED);
    let mut stranger = sandbox.copy();
    stranger.set("ENVWARD_IDENTITY", "");
    let (code, said) = git(&stranger, "merge other");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("error: ") && said.contains("no identity"), "{said}");
    assert_eq!(stranger.read(SEALED), before);
    // Who has one completes it.
    stranger.set("ENVWARD_IDENTITY", BOB);
    stranger.envward("git resolve").success();
    verified(&stranger);
    assert_eq!(get(&stranger, "DB_PASSWORD"), "pass-2");
}

#[test]
fn recipients_of_one_side_are_kept_and_a_replaced_key_is_refused() {
    let sandbox = on_path(shop());
    sandbox.write("envward.toml", manifest("\"alice\""));
    sandbox.envward("seal").success();
    sandbox.envward("git install").success();
    sandbox.shell("git add -A && git commit -qm first && git checkout -qb joined && rm .env.production");
    sandbox
        .envward(&format!("recipients add bob {} -e production", crate::support::shop::BOB_PUBLIC))
        .success();
    sandbox.shell("git commit -qam bob && git checkout -q main");
    set(&sandbox, "API_KEY", "key-2");
    sandbox.shell("git commit -qam key && git merge -q joined -m merged");
    verified(&sandbox);
    let bob = sandbox.copy().with("ENVWARD_IDENTITY", BOB);
    assert_eq!(get(&bob, "API_KEY"), "key-2");

    let other = sandbox.copy();
    other.envward("recipients remove bob -e production").success();
    other.shell("git commit -qam left");
    set(&sandbox, "API_KEY", "key-3");
    sandbox.shell(&format!("git commit -qam key3 && git fetch -q {} main", other.project().display()));
    let (code, said) = git(&sandbox, "merge FETCH_HEAD");
    assert_eq!(code, 1);
    let refused = format!(
        "error: {SEALED} cannot be merged: theirs has a new project key\n\
         help: keep it whole: git checkout --theirs -- {SEALED}; then make again what the other side changed: API_KEY\n"
    );
    assert!(said.contains(&refused), "{said}");
    // The way out that it names.
    sandbox.shell(&format!("git checkout -q --theirs -- {SEALED}"));
    assert_eq!(get(&sandbox, "API_KEY"), "key-2");
    set(&sandbox, "API_KEY", "key-3");
    verified(&sandbox);
}

#[test]
fn a_merge_without_the_driver_is_recognised_and_repaired() {
    let sandbox = on_path(sealed_shop());
    sandbox.shell("git add -A && git commit -qm first");
    branches(&sandbox, &[("API_KEY", "key-2")], &[("DB_PASSWORD", "pass-2")]);
    assert_eq!(git(&sandbox, "merge other").0, 1);
    let run = sandbox.envward("unseal").code(4);
    let run = run.stderr_has("the sealed file holds the conflict markers of a git merge, from line ");
    let _ = run.stderr_has(
        "help: run `envward git resolve`; `envward git install` lets git merge sealed files itself",
    );
    let doctor = sandbox.envward("doctor -e production").code(1);
    let doctor = doctor.stdout_has("holds the conflict markers of a git merge");
    let _ = doctor.stdout_has("next: run: envward git install");
    sandbox
        .envward("git pre-commit envward.toml secrets/production.enc.env")
        .code(1)
        .stderr_has("conflict markers");
    sandbox.envward("git resolve").success();
    assert_eq!((get(&sandbox, "API_KEY"), get(&sandbox, "DB_PASSWORD")), ("key-2".into(), "pass-2".into()));
    verified(&sandbox);
}

#[test]
fn a_diff_shows_names_and_marks_and_no_secret() {
    let sandbox = installed();
    set(&sandbox, "API_KEY", "key-2");
    set(&sandbox, "LOG_LEVEL", "DEBUG");
    let diff = sandbox.shell("git diff");
    let changed: Vec<&str> = diff.lines().filter(|line| line.starts_with(['+', '-'])).collect();
    assert!(changed.contains(&"-LOG_LEVEL=INFO") && changed.contains(&"+LOG_LEVEL=DEBUG"), "{diff}");
    assert!(changed.contains(&"-# production of shop, generation 1, project key 1"), "{diff}");
    assert_eq!(changed.iter().filter(|line| line.contains("API_KEY=(secret ")).count(), 2, "{diff}");
    assert!(diff.contains("\n DB_PASSWORD=(secret "), "{diff}");
    assert!(!diff.contains("key-1") && !diff.contains("key-2") && !diff.contains("the shop"), "{diff}");
    sandbox.shell("git commit -qam changed");
    assert!(sandbox.shell("git log -p -1").contains("+LOG_LEVEL=DEBUG"));
    // Back again: the mark is of the value, not of the write.
    set(&sandbox, "API_KEY", "key-1");
    sandbox.shell("git commit -qam back");
    let diff = sandbox.shell("git diff HEAD~2");
    assert!(!diff.contains("+API_KEY"), "{diff}");
    // Nothing of it is kept.
    assert_eq!(sandbox.shell("git for-each-ref refs/notes"), "");
    let mut stranger = sandbox.copy();
    stranger.set("ENVWARD_IDENTITY", "");
    let (code, diff) = git(&stranger, "diff HEAD~2");
    assert_eq!(code, 0);
    assert!(diff.contains("+LOG_LEVEL=DEBUG") && diff.contains("API_KEY=ENC["), "{diff}");
}

#[test]
fn installing_twice_changes_nothing_and_somebody_s_hook_stays() {
    let sandbox = on_path(sealed_shop());
    let first = sandbox.envward("git install").success();
    assert_eq!(
        first.stderr,
        "wrote .gitattributes\nwrote .git/info/attributes\n\
         set the diff and merge drivers in the settings of this clone\nwrote .git/hooks/pre-commit\n\
         to commit: .gitattributes; a branch without it merges sealed files line by line\n"
    );
    assert_eq!(
        sandbox.read(".gitattributes"),
        "envward.ledger.jsonl merge=union\n\nsecrets/*.enc.env diff=envward merge=envward\n"
    );
    let config = sandbox.read(".git/config");
    sandbox.envward("git install").success().stderr("everything is set up already\n");
    assert_eq!(sandbox.read(".git/config"), config);
    let doctor = sandbox.envward("doctor -e production").success();
    let _ = doctor.stdout_has("git shows and merges sealed files by name");

    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n");
    sandbox.envward("git install").code(1).stderr(
        "warning: .git/hooks/pre-commit is somebody's hook, and was left as it is\n\
         help: have it call: envward git pre-commit\n",
    );
    assert_eq!(sandbox.read(".git/hooks/pre-commit"), "#!/bin/sh\nmake lint\n");
    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint && envward git pre-commit\n");
    sandbox.envward("git install").success();
    sandbox.shell("git config core.hooksPath .husky");
    let run = sandbox.envward("git install").code(1);
    let _ = run.stderr_has("core.hooksPath is set, so .husky/pre-commit was not written");
    Sandbox::new().envward("git install").code(3);
}

#[test]
fn a_commit_with_plaintext_or_a_broken_sealed_file_is_stopped() {
    let sandbox = installed();
    sandbox.write("deploy/.env.local", "API_KEY=hunter22\nLOG_LEVEL=INFO\n");
    sandbox.write(".env.example", "API_KEY=\n");
    sandbox.write("public/.env", "LOG_LEVEL=INFO\n");
    sandbox.shell("git add -f deploy/.env.local .env.example public/.env");
    let (code, said) = git(&sandbox, "commit -m plaintext");
    assert_eq!(code, 1);
    assert_eq!(
        said,
        "error: deploy/.env.local would be committed with plaintext values: API_KEY\n\
         help: run: git rm --cached deploy/.env.local, and add it to .gitignore\n"
    );
    sandbox.shell("git rm -q --cached deploy/.env.local && git commit -qm public");
    // What a commit of a part takes is in an index of its own.
    sandbox.write(SEALED, "API_KEY=hunter22\n");
    let (code, said) = git(&sandbox, &format!("commit {SEALED} -m broken"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("it is not a sealed file: it has no sops metadata"), "{said}");
    assert!(!said.contains("hunter22"), "{said}");
}

#[test]
fn the_hook_stops_a_value_of_the_project_in_any_file() {
    let sandbox = installed();
    set(&sandbox, "API_KEY", "q7Zp0aXw93LmRt5");
    sandbox.shell("git add -A && git commit -qm key");
    sandbox.write("deploy.sh", "export KEY=q7Zp0aXw93LmRt5\n");
    sandbox.write("notes.txt", "cTdacDBhWHc5M0xtUnQ1\n");
    sandbox.shell("git add deploy.sh notes.txt");
    let (code, said) = git(&sandbox, "commit -qm leak");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("error: deploy.sh:1: the value of API_KEY (production) stands here"), "{said}");
    assert!(said.contains("error: notes.txt:1: "), "{said}");
    assert!(!said.contains("q7Zp0aXw93LmRt5"), "{said}");
    // What is not committed is nobody's leak, and who has no key is warned and not stopped.
    sandbox.shell("git reset -q && git add notes.txt && echo clean > notes.txt && git add notes.txt");
    assert_eq!(git(&sandbox, "commit -qm clean").0, 0);
    let stranger = sandbox.copy().with("ENVWARD_IDENTITY", "/nowhere");
    stranger.write("README.md", "shop\n");
    stranger.shell("rm -f .env.production && git add README.md");
    let (code, said) = git(&stranger, "commit -qm words");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(
            "warning: the values of production in secrets/production.enc.env were not searched for"
        ),
        "{said}"
    );
}
