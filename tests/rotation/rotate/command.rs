//! The driver `command`: what its commands get, and what happens if one of them fails, hangs, or prints the value.

use super::{AT_ONCE, OLD, agreed, allow, events, project, sealed};
use crate::support::{Sandbox, tool};

/// A project whose commands are these lines of a shell script, by step.
fn scripted(script: &str, options: &str) -> Sandbox {
    let commands = format!(
        r#"{{ kind = "command", set = ["./hook.sh", "set"], test = ["./hook.sh", "test"]{options} }}"#
    );
    let sandbox = project(&commands);
    sandbox.write("hook.sh", format!("#!/bin/sh\n{script}\n"));
    sandbox.shell("chmod 700 hook.sh");
    allow(&sandbox);
    sandbox
}

#[test]
fn nothing_runs_before_the_user_confirmed_it_and_after_the_script_changed() {
    let sandbox = project(AT_ONCE);
    sandbox.write("target.sh", sandbox.read("target.sh") + "# changed\n");
    let run = sandbox.envward("rotate TOKEN --yes --no-input").code(2);
    let _ = run
        .stderr_has("rotation of TOKEN runs ./target.sh set and runs ./target.sh test; nobody has confirmed to run that")
        .stderr_has("help: look at it, then run: envward allow");
    assert!(!sandbox.has("../home/steps"));
    assert_eq!(agreed(&sandbox, "local"), OLD);
}

#[test]
fn a_command_that_fails_leaves_the_target_as_it_was_and_the_journal() {
    let script = "echo $1 >>../home/log; [ $1 = set ] || exit 7";
    let sandbox = scripted(script, "");
    let run = sandbox.envward("rotate TOKEN --yes").code(5);
    let _ = run
        .stderr_has("error: TOKEN was not rotated: the command \"test\" of TOKEN ended with 7\n")
        .stderr_has("help: what it printed is not shown, since it may hold a value: have it keep a log\n");
    assert_eq!(agreed(&sandbox, "local"), OLD);
    sandbox.envward("rotate TOKEN --yes").code(2).stderr(
        "error: a rotation of TOKEN was stopped after: pending\n\
         help: go on with: envward rotate TOKEN --resume; or take it back with: envward rotate TOKEN --abort\n",
    );
    // Once it works, the same new value gets there.
    sandbox.write(
        "hook.sh",
        "#!/bin/sh\n[ $1 = test ] || printf '%s\\n' \"$ENVWARD_NEW_VALUE\" >$HOME/target\n",
    );
    sandbox.shell("chmod 700 hook.sh");
    allow(&sandbox);
    sandbox.envward("rotate TOKEN --resume").success();
    assert_ne!(agreed(&sandbox, "local"), OLD);
}

#[test]
fn a_target_that_fails_after_it_was_set_gets_the_old_value_again() {
    // The target takes the new value, and is away when it is tested for the first time.
    let script = r#"target=$HOME/target
case $1 in
set) printf '%s\n' "$ENVWARD_NEW_VALUE" >$target ;;
test) [ -e ../home/back ] || { touch ../home/back; exit 1; }; grep -qxF -- "$ENVWARD_NEW_VALUE" $target ;;
esac"#;
    let sandbox = scripted(script, "");
    let _ = sandbox.envward("rotate TOKEN --yes").code(5).stderr_has("the target has the previous value\n");
    assert_eq!(agreed(&sandbox, "local"), OLD);
    sandbox.envward("rotate TOKEN --abort").success();
    assert_eq!(agreed(&sandbox, "local"), OLD);
    assert!(events(&sandbox, "TOKEN").is_empty());
}

#[test]
fn a_command_that_hangs_is_ended_with_everything_it_started() {
    let script = "(sleep 1000; echo >../home/late) & echo $! >../home/pid; sleep 1000";
    let sandbox = scripted(script, ", timeout = \"1s\"");
    let run = sandbox.envward("rotate TOKEN --yes").code(5);
    let _ = run.stderr_has("the command \"set\" of TOKEN took longer than 1s and was ended");
    let pid = sandbox.read("../home/pid");
    let running = std::path::PathBuf::from(format!("/proc/{}/cwd", pid.trim()));
    // A busy system takes a moment to carry out what it was told.
    let gone = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        !running.exists()
    });
    assert!(gone, "it still runs");
    assert_eq!(sealed(&sandbox, "TOKEN"), OLD);
}

#[test]
fn a_command_that_makes_the_value_is_believed_if_it_prints_one() {
    for (create, code) in [("echo made-by-the-vendor-1", 0), ("true", 5), (r#"echo "$ENVWARD_OLD_VALUE""#, 5)]
    {
        let script = format!(
            "[ $1 != create ] || {create}\n[ $1 = create ] || printf '%s\\n' \"$ENVWARD_NEW_VALUE\" >$HOME/target"
        );
        let sandbox = scripted(&script, ", create = [\"./hook.sh\", \"create\"]");
        let run = sandbox.envward("rotate TOKEN --yes").code(code);
        assert!(!run.stderr.contains("made-by-the-vendor") && !run.stderr.contains(OLD), "{}", run.stderr);
        assert_eq!(sealed(&sandbox, "TOKEN") == "made-by-the-vendor-1", code == 0, "{create}");
    }
}

#[test]
fn the_commands_see_no_variable_of_the_user_but_those_that_are_named() {
    let script = "env | cut -d= -f1 | sort | tr '\\n' ' ' >../home/names\n[ $1 = set ] || exit 0\nprintf '%s\\n' \"$ENVWARD_NEW_VALUE\" >$HOME/target";
    let mut sandbox = scripted(script, ", variables = [\"LOG_LEVEL\", \"ADMIN_TOKEN\"]");
    let run = sandbox.envward("rotate TOKEN --yes").code(3);
    let _ = run.stderr_has("the commands of TOKEN need ADMIN_TOKEN, which has no value");
    sandbox.set("ADMIN_TOKEN", "admin-0123456789");
    sandbox.envward("rotate TOKEN --resume").success();
    let expected = "ADMIN_TOKEN ENVWARD_ENVIRONMENT ENVWARD_NEW_VALUE ENVWARD_OLD_VALUE ENVWARD_STEP \
                    ENVWARD_VARIABLE HOME LOG_LEVEL PATH PWD ";
    assert_eq!(
        sandbox.read("../home/names").replace("_ ", "").replace("SHLVL ", ""),
        expected.replace("_ ", "")
    );
}

#[test]
fn no_value_is_an_argument_and_none_is_said() {
    if tool("strace").is_none() {
        return;
    }
    let sandbox = project(AT_ONCE);
    let log = sandbox.directory_path().join("strace.log");
    let options = ["-f", "-s", "4096", "-e", "trace=execve", "-o", log.to_str().unwrap()];
    let output = sandbox.strace(&options, &["rotate", "TOKEN", "--yes", "-vv"], b"");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let value = agreed(&sandbox, "local");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("target.sh"), "{log}");
    for secret in [OLD, &value] {
        assert!(!log.contains(secret) && !stderr.contains(secret));
        let found = sandbox.shell(&format!("grep -rlF --exclude=.env.production -- '{secret}' . || true"));
        assert_eq!(found, "", "a value in the clear");
    }
}

#[test]
fn a_failure_says_where_the_rotation_stands_and_what_comes_next() {
    // The target takes a second value, and cannot end the first one before it is mended.
    let script = r#"target=$HOME/target
case $1 in
set) [ -e $HOME/settable ] && printf '%s\n' "$ENVWARD_OLD_VALUE" "$ENVWARD_NEW_VALUE" >$target ;;
finish) [ -e $HOME/mended ] && printf '%s\n' "$ENVWARD_NEW_VALUE" >$target ;;
esac"#;
    let mut sandbox = scripted(script, ", finish = [\"./hook.sh\", \"finish\"], overlap = true");
    let ways = "help: go on with: envward rotate TOKEN --resume; or take it back with: envward rotate TOKEN --abort\n";
    let logged = "help: what it printed is not shown, since it may hold a value: have it keep a log\n";
    let run = sandbox.envward("rotate TOKEN --yes").code(5);
    let stands =
        "note: sealed file and stores have the previous value of TOKEN; the new one is in the journal\n";
    let _ = run.stderr_has(&format!(
        "error: TOKEN was not rotated: the command \"set\" of TOKEN ended with 1\n{logged}{stands}{ways}"
    ));
    // doctor says so too.
    let doctor = sandbox.envward("doctor").code(1).stdout;
    assert!(doctor.contains("production: a rotation of TOKEN was stopped after: pending\n"), "{doctor}");
    assert!(doctor.contains("go on with: envward rotate TOKEN --resume; or take it back with: "), "{doctor}");
    sandbox.write("../home/settable", "");
    super::without_overlap(&sandbox);
    let run = sandbox.envward("rotate TOKEN --resume").code(5);
    let stands = "note: target, sealed file and stores have the new value of TOKEN; whether the previous one was ended \
                  is not known\n";
    let ways = "help: go on with: envward rotate TOKEN --resume; there is no way back, since the previous value may \
                have been ended\n";
    let _ = run.stderr_has(&format!(
        "error: the previous value of TOKEN was not ended: the command \"finish\" of TOKEN ended with 1\n\
         {logged}{stands}{ways}"
    ));
    sandbox.write("../home/mended", "");
    sandbox.envward("rotate TOKEN --resume").success();
    assert_eq!(super::accepted(&sandbox), [agreed(&sandbox, "local")]);

    // The same at the end of an overlap.
    sandbox.shell("rm ../home/mended");
    let manifest = sandbox.read("envward.toml");
    sandbox.write(
        "envward.toml",
        manifest.replace(
            "every = \"90d\", driver = { kind",
            "every = \"90d\", overlap = \"1d\", driver = { kind",
        ),
    );
    sandbox.set("ENVWARD_TEST_ONLY_SEED", "5");
    sandbox.envward("rotate TOKEN --yes").success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-03T12:00:00Z");
    let run = sandbox.envward("rotate --due --yes").code(5);
    let _ = run.stderr_has(&format!(
        "error: the previous value of TOKEN was not ended: the command \"finish\" of TOKEN ended with 1\n{logged}\
         note: TOKEN has its new value everywhere; its target may accept the previous one still\n\
         help: try again with: envward rotate --due\n"
    ));
}
