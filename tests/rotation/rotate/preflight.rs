//! What could stop a rotation halfway is found before anything outside is touched.

use super::{AT_ONCE, OLD, TWO_VALUES, accepted, allow, events, project, sealed};
use crate::support::Sandbox;

/// Nothing happened: no command ran, no journal lies there, and all have the old value.
#[track_caller]
fn untouched(sandbox: &Sandbox) {
    assert!(!sandbox.has("../home/steps"), "the target was touched");
    assert!(!sandbox.has(".envward/rotations/production/TOKEN.age"), "there is a journal");
    assert_eq!(accepted(sandbox), [OLD]);
    assert!(events(sandbox, "TOKEN").is_empty());
}

/// Edits TOKEN in the env file.
fn edit_token(sandbox: &Sandbox) {
    let value = sealed(sandbox, "TOKEN");
    let text =
        sandbox.read(".env.production").replace(&format!("TOKEN={value}\n"), "TOKEN=by-hand-0123456\n");
    sandbox.write(".env.production", text);
}

#[test]
fn an_unsealed_change_of_the_variable_in_the_env_file_is_refused() {
    for driver in [AT_ONCE, TWO_VALUES] {
        let sandbox = project(driver);
        edit_token(&sandbox);
        sandbox.envward("rotate TOKEN --dry-run").code(6);
        let _ = sandbox.envward("rotate TOKEN --yes").code(6).stderr_has(
            "error: the env file has a change of TOKEN that is not sealed, and that would be lost\n\
             help: take it over with: envward seal; or drop it with: envward unseal --take sealed TOKEN\n",
        );
        untouched(&sandbox);
        assert_eq!(sealed(&sandbox, "TOKEN"), OLD);
        // What it says helps.
        sandbox.envward("unseal --take sealed TOKEN").success();
        sandbox.envward("rotate TOKEN --yes").success();
    }
}

#[test]
fn the_value_before_is_not_ended_for_a_rotation_that_cannot_be_sealed() {
    let mut sandbox = project(TWO_VALUES);
    sandbox.envward("rotate TOKEN --yes").success();
    sandbox.set("ENVWARD_TEST_ONLY_SEED", "2");
    edit_token(&sandbox);
    sandbox.envward("rotate TOKEN --yes").code(6);
    assert_eq!(accepted(&sandbox).len(), 2);
    assert_eq!(events(&sandbox, "TOKEN").len(), 1);
}

#[test]
fn no_vendor_makes_a_value_that_could_not_be_sealed() {
    let create = r#", create = ["./target.sh", "create"] }"#;
    let sandbox = project(&AT_ONCE.replace(" }", create));
    edit_token(&sandbox);
    sandbox.envward("rotate TOKEN --yes").code(6);
    untouched(&sandbox);
}

#[test]
fn an_env_file_that_others_may_read_is_refused() {
    let sandbox = project(AT_ONCE);
    sandbox.shell("chmod 644 .env.production");
    let _ = sandbox.envward("rotate TOKEN --yes").code(3).stderr_has(".env.production");
    untouched(&sandbox);
}

#[test]
fn an_env_file_that_git_tracks_is_refused() {
    let sandbox = project(AT_ONCE);
    sandbox.shell("git add -f .env.production");
    let before = sandbox.read(".env.production");
    let refusal = ".env.production, so its secrets would be in the next commit\nhelp: run: git rm --cached ";
    let _ = sandbox.envward("rotate TOKEN --yes").code(3).stderr_has(refusal);
    untouched(&sandbox);
    let set = sandbox.envward_with_input(&["set", "LOG_LEVEL"], b"DEBUG").code(3);
    let _ = set.stderr_has("error: git tracks ").stderr_has(refusal);
    assert_eq!(sealed(&sandbox, "LOG_LEVEL"), "INFO");
    sandbox.shell("rm .env.production");
    let _ = sandbox.envward("unseal").code(3).stderr_has(refusal);
    assert!(!sandbox.has(".env.production"));
    sandbox.shell("git rm -q --cached .env.production");
    sandbox.envward("unseal").success();
    assert_eq!(sandbox.read(".env.production").lines().count(), before.lines().count());
    sandbox.envward("rotate TOKEN --yes").success();
}

#[test]
fn a_sealed_file_that_is_a_link_is_refused() {
    let sandbox = project(AT_ONCE);
    sandbox.shell("mv secrets/production.enc.env secrets/other.enc.env && ln -s other.enc.env secrets/production.enc.env");
    let _ = sandbox.envward("rotate TOKEN --yes").code(3).stderr_has("production.enc.env");
    untouched(&sandbox);
}

#[test]
fn a_rotation_is_not_taken_back_at_the_target_alone() {
    let mut sandbox = project(AT_ONCE);
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "noted:current");
    let _ = sandbox.envward("rotate TOKEN --yes").stderr;
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "");
    let value = sealed(&sandbox, "TOKEN");
    edit_token(&sandbox);
    let _ = sandbox
        .envward("rotate TOKEN --abort")
        .code(6)
        .stderr_has("error: the env file has a change of TOKEN that is not sealed, and that would be lost\n");
    assert_eq!((accepted(&sandbox), sealed(&sandbox, "TOKEN")), (vec![value.clone()], value));
}

#[test]
fn of_several_none_is_rotated_if_one_cannot_be() {
    let sandbox = project(AT_ONCE);
    let before = sealed(&sandbox, "SESSION_KEY");
    for (names, message) in [
        (
            "SESSION_KEY API_KEY",
            "error: API_KEY is rotated by hand, and has to be named alone\nhelp: run: envward rotate API_KEY\n",
        ),
        ("SESSION_KEY URL", "error: URL is rendered from its parts\n"),
        ("SESSION_KEY LOG_LEVEL", "error: the schema does not say how LOG_LEVEL is rotated\n"),
    ] {
        let run = sandbox.envward(&format!("rotate {names} --yes")).code(2);
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
        assert_eq!(sealed(&sandbox, "SESSION_KEY"), before, "{names}");
    }
    // A rotation that was stopped is one too.
    let mut stopped = sandbox.copy();
    allow(&stopped);
    stopped.set("ENVWARD_TEST_ONLY_KILL_AT", "noted:set");
    let _ = stopped.envward("rotate TOKEN --yes").stderr;
    stopped.set("ENVWARD_TEST_ONLY_KILL_AT", "");
    let _ = stopped
        .envward("rotate SESSION_KEY TOKEN --yes")
        .code(2)
        .stderr_has("error: a rotation of TOKEN was stopped");
    assert_eq!(sealed(&stopped, "SESSION_KEY"), before);
}
