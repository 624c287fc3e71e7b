//! Every exit code, shown by a command line. 5, for stores and servers, comes with the first store.

use crate::support::{Run, Sandbox, tool};

const SCHEMA: &str = "[vars.TOKEN]\n[vars.LOG_LEVEL]\nsecret = false\ndefault = \"INFO\"\n";

/// A project with a sealed file.
fn sealed() -> Sandbox {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", SCHEMA);
    sandbox.write("../answers", "TOKEN=tQ5wE8rY2uI7oP3aS9dF4gH6\n");
    for arguments in ["init --schema ../app.toml", "bootstrap --answers ../answers --no-input", "seal"] {
        let _ = sandbox.envward(arguments).success();
    }
    sandbox
}

/// Replaces a part of a file of the project.
fn edit(sandbox: &Sandbox, file: &str, from: &str, to: &str) {
    let text = sandbox.read(file);
    assert!(text.contains(from), "{from} is not in {file}");
    sandbox.write(file, text.replace(from, to));
}

fn ends(run: Run, code: i32, begins: &str) {
    let run = run.code(code);
    assert!(run.stderr.starts_with(begins), "{}", run.stderr);
}

#[test]
fn done_is_0() {
    let sandbox = sealed();
    for arguments in ["list", "check", "verify", "diff", "get TOKEN", "run -- true", "--help", "--version"] {
        let _ = sandbox.envward(arguments).code(0);
    }
}

#[test]
fn found_something_is_1() {
    let sandbox = sealed();
    ends(sandbox.envward("get NOPE"), 1, "error: ");
    ends(sandbox.envward_with_input(&["set", "NOPE"], b"x"), 1, "error: ");
    edit(&sandbox, ".env.production", "TOKEN=", "TOKEN=changeme # ");
    let _ = sandbox.envward("check").code(1).stdout_has("TOKEN");
}

#[test]
fn usage_and_unanswered_questions_are_2() {
    let sandbox = sealed();
    ends(sandbox.envward("no-such-command"), 2, "error: unrecognized subcommand");
    ends(sandbox.envward("list --no-such-flag"), 2, "error: unexpected argument '--no-such-flag'");
    ends(
        sandbox.envward("-e nowhere list"),
        2,
        "error: the manifest has no environment \"nowhere\"\nhelp: it has: production\n",
    );
    for command in [
        "init",
        "bootstrap",
        "seal",
        "unseal",
        "edit",
        "get TOKEN",
        "set TOKEN",
        "unset TOKEN",
        "rename A B",
        "run -- true",
        "identity show",
        "recipients add bob age1",
    ] {
        let run = sandbox.envward(&format!("--format json {command}"));
        ends(run, 2, "error: this command has no --format json; it has human\n");
    }
    ends(
        sandbox.envward("verify --format sarif"),
        2,
        "error: this command has no --format sarif; it has human and",
    );
    ends(sandbox.envward("-C nowhere list"), 2, "error: ");
    ends(sandbox.envward("init"), 2, "error: ");
    ends(sandbox.envward("run -- /no/such/command"), 2, "envward: error: ");
}

#[test]
fn a_manifest_a_schema_or_an_env_file_that_cannot_be_read_is_3() {
    let sandbox = sealed();
    ends(Sandbox::new().envward("list"), 3, "error: no envward.toml here or above");
    let malformed = sandbox.copy();
    malformed.write(".env.production", "TOKEN\n");
    ends(malformed.envward("seal"), 3, "error: ");
    ends(malformed.envward("run --file .env.production -- true"), 3, "envward: error: ");
    let _ = malformed.envward("check").code(1);
    edit(&sandbox, "schemas/app.toml", "[vars.TOKEN]", "[vars.TOKEN]\nno_such_field = 1");
    ends(sandbox.envward("check"), 3, "error: schemas/app.toml:");
    edit(&sandbox, "envward.toml", "[project]", "[project");
    ends(sandbox.envward("list").stderr_has("envward.toml:1:9"), 3, "error: ");
}

#[test]
fn what_cannot_be_opened_or_has_a_broken_seal_is_4() {
    let sandbox = sealed();
    let stranger = sandbox.copy();
    std::fs::remove_dir_all(stranger.home().join(".config")).unwrap();
    ends(stranger.envward("get TOKEN"), 4, "error: ");
    ends(stranger.envward("run -- true"), 4, "envward: error: ");
    edit(&sandbox, "secrets/production.enc.env", "LOG_LEVEL=INFO", "LOG_LEVEL=DEBUG");
    ends(sandbox.envward("get TOKEN"), 4, "error: ");
    let _ = sandbox.envward("verify").code(4);
    sandbox.write("secrets/production.enc.env", "\n");
    let run = sandbox.envward("get TOKEN").code(4).stdout("");
    let _ = run
        .stderr_has("production.enc.env: the sealed file is empty\n")
        .stderr_has("help: get it back from git with: git restore --source=HEAD FILE\n");
}

#[test]
fn changed_on_both_sides_is_6_and_nothing_is_written() {
    let alice = sealed();
    let bob = alice.copy();
    let _ = bob.envward_with_input(&["set", "TOKEN"], b"of-bob-9dF4gH6tQ5wE8rY2").success();
    for file in ["secrets/production.enc.env", "envward.ledger.jsonl"] {
        alice.write(file, bob.read(file));
    }
    edit(&alice, ".env.production", "tQ5wE8rY2uI7oP3aS9dF4gH6", "of-alice-uI7oP3aS9dF4gH6");
    ends(alice.envward("seal"), 6, "error: ");
    assert_eq!(alice.read("secrets/production.enc.env"), bob.read("secrets/production.enc.env"));
}

#[test]
fn a_bug_is_70() {
    if tool("strace").is_none() {
        return;
    }
    let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_SEED", "");
    let options = ["-o", "/dev/null", "-e", "inject=getrandom:error=EIO"];
    let output = sandbox.strace(&options, &["generate", "hex"], b"");
    assert_eq!(output.status.code(), Some(70));
    assert_eq!(output.stderr, b"error: the operating system's random generator failed\n");
}

#[test]
fn after_run_the_code_is_the_command_s() {
    let sandbox = sealed();
    let run = |script| sandbox.envward_with_input(&["run", "--", "sh", "-c", script], b"");
    let _ = run("exit 7").code(7);
    assert_eq!(run("kill -TERM $$").code, None, "the signal is the command's, too");
}
