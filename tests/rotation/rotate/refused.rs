//! What `rotate` refuses, and what it does when someone else is at work.

use std::process::Stdio;

use super::{AT_ONCE, OLD, agreed, allow, project, sealed};
use crate::support::{Sandbox, fed};

#[test]
fn a_variable_without_a_policy_is_refused_with_what_to_write() {
    let sandbox = project(AT_ONCE);
    sandbox.envward("rotate LOG_LEVEL --yes").code(2).stderr(
        "error: the schema does not say how LOG_LEVEL is rotated\n\
         help: add it under [vars.LOG_LEVEL], such as: rotate = { every = \"90d\", driver = \"generate\" }\n",
    );
    let _ = sandbox.envward("rotate TOKE --yes").code(2).stderr_has("help: did you mean TOKEN?");
    sandbox.envward("rotate URL --yes").code(2).stderr(
        "error: URL is rendered from its parts\nhelp: rotate a part, and it is rendered again: TOKEN\n",
    );
}

#[test]
fn an_environment_without_a_sealed_file_is_refused() {
    let sandbox = project(AT_ONCE);
    sandbox.shell("rm secrets/production.enc.env");
    let _ = sandbox
        .envward("rotate TOKEN --yes")
        .code(3)
        .stderr_has("secrets/production.enc.env does not exist\nhelp: run: envward seal\n");
}

#[test]
fn a_second_rotation_at_the_same_time_is_refused() {
    let sandbox = project(r#"{ kind = "command", set = ["./slow.sh"], test = ["true"] }"#);
    sandbox.shell("mkfifo ../home/begun ../home/go");
    sandbox.write(
        "slow.sh",
        "#!/bin/sh\necho >$HOME/begun; cat $HOME/go; printf '%s\\n' \"$ENVWARD_NEW_VALUE\" >$HOME/target\n",
    );
    sandbox.shell("chmod 700 slow.sh");
    allow(&sandbox);
    let mut first = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    let mut first = first.args(["rotate", "TOKEN", "--yes"]).stderr(Stdio::null()).spawn().unwrap();
    sandbox.shell("cat ../home/begun");
    sandbox.envward("rotate SESSION_KEY --yes").code(6).stderr(
        "error: another envward process is rotating variables of environment production\n\
         help: wait for it to end\n",
    );
    sandbox.shell("echo >../home/go");
    assert!(first.wait().unwrap().success());
    assert_ne!(agreed(&sandbox, "local"), OLD);
}

/// A project whose rotation of TOKEN is stopped when the target has the new value.
fn stopped() -> Sandbox {
    let mut sandbox = project(AT_ONCE);
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "noted:tested");
    let _ = sandbox.envward("rotate TOKEN --yes").stderr;
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "");
    sandbox
}

#[test]
fn another_variable_that_someone_sets_meanwhile_is_kept() {
    let sandbox = stopped();
    sandbox.envward_with_input(&["set", "LOG_LEVEL"], b"DEBUG").success();
    sandbox.envward("rotate TOKEN --resume").success();
    assert_ne!(agreed(&sandbox, "local"), OLD);
    assert_eq!(sealed(&sandbox, "LOG_LEVEL"), "DEBUG");
}

#[test]
fn the_same_variable_that_someone_sets_meanwhile_is_a_conflict() {
    let sandbox = stopped();
    sandbox.envward_with_input(&["set", "TOKEN"], b"by-someone-else").success();
    for way in ["--resume", "--abort"] {
        let run = sandbox.envward(&format!("rotate TOKEN {way}"));
        if way == "--resume" {
            let _ = run.code(6).stderr_has(
                "error: TOKEN got another value meanwhile, neither the previous nor the new one\n\
                 note: the target has the new value of TOKEN; sealed file and stores may have the previous one\n\
                 help: go on with: envward rotate TOKEN --resume; or take it back with: envward rotate TOKEN --abort\n",
            );
        } else {
            run.success();
        }
        assert_eq!(sealed(&sandbox, "TOKEN"), "by-someone-else");
    }
}

#[test]
fn what_the_store_has_from_someone_else_stops_a_rotation_before_it_begins() {
    let sandbox = project(AT_ONCE);
    let mut other = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    sandbox.shell("cp -a . ../other");
    other.current_dir(sandbox.directory_path().join("other")).args(["set", "TOKEN"]);
    assert!(fed(&mut other, b"by-someone-else").status.success());
    let mut other = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    other.current_dir(sandbox.directory_path().join("other")).args(["push", "--yes"]);
    assert!(fed(&mut other, b"").status.success());
    sandbox.shell("rm -rf secrets/store && cp -a ../other/secrets/store secrets/store");
    let _ = sandbox.envward("rotate TOKEN --yes").code(6).stderr_has("TOKEN");
    assert!(!sandbox.has("../home/steps"), "the target was touched");
    assert_eq!(sealed(&sandbox, "TOKEN"), OLD);
}
