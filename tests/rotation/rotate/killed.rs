//! The process is killed before, during and after each step: after `--resume` and after `--abort` the sealed file, the
//! env file, the store and the target agree.

use super::{AT_ONCE, OLD, TWO_VALUES, accepted, agreed, allow, events, project, project_with};
use crate::support::Sandbox;
use crate::support::openbao::server;

const KILL_AT: &str = "ENVWARD_TEST_ONLY_KILL_AT";

/// Kills a rotation at a moment.
#[track_caller]
fn kill(sandbox: &mut Sandbox, moment: &str) {
    sandbox.set(KILL_AT, moment);
    let run = sandbox.envward("rotate TOKEN --yes -vv");
    assert_eq!(run.code, None, "{moment}: {}", run.stderr);
    sandbox.set(KILL_AT, "");
    let journal = sandbox.project().join(".envward/rotations/production/TOKEN.age");
    if let Ok(text) = std::fs::read_to_string(journal) {
        assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{moment}");
    }
}

/// Kills a rotation at every moment of a step, and brings it to an end in both ways.
#[track_caller]
fn check(driver: &str, step: &str) {
    let before = project(driver);
    for moment in ["begins", "done", "noted"] {
        let moment = &format!("{moment}:{step}");
        // Until the first note there is nothing to go on with, after the last there is nothing to take back.
        let has_begun = !matches!(moment.as_str(), "begins:pending" | "done:pending");
        let is_recorded = matches!(moment.as_str(), "done:recorded" | "noted:recorded");

        let mut resumed = before.copy();
        allow(&resumed);
        kill(&mut resumed, moment);
        resumed.envward("rotate --resume").success();
        let value = agreed(&resumed, "local");
        assert_eq!(value != OLD, has_begun, "{moment}");
        assert_eq!(events(&resumed, "TOKEN").len(), usize::from(has_begun), "{moment}: recorded once");

        let mut aborted = before.copy();
        allow(&aborted);
        kill(&mut aborted, moment);
        let run = aborted.envward("rotate --abort");
        let refused = is_recorded && !(moment == "noted:recorded" && driver == TWO_VALUES);
        assert_eq!(run.code, Some(if refused { 2 } else { 0 }), "{moment}: {}", run.stderr);
        let value = agreed(&aborted, "local");
        assert_eq!(value == OLD, !is_recorded, "{moment}");
        if !is_recorded {
            assert_eq!(accepted(&aborted), [OLD], "{moment}: the new value still works");
            aborted.envward("rotate TOKEN --yes").success();
            assert_ne!(agreed(&aborted, "local"), OLD, "{moment}");
        }
    }
}

/// One test for each step and kind of target.
macro_rules! killed {
    ($($name:ident: $driver:ident $step:literal,)*) => {
        $(#[test]
        fn $name() {
            check($driver, $step);
        })*
    };
}

killed! {
    while_the_new_value_is_made: AT_ONCE "pending",
    while_it_is_set: AT_ONCE "set",
    while_it_is_tested: AT_ONCE "tested",
    while_it_is_sealed: AT_ONCE "current",
    while_it_is_pushed: AT_ONCE "pushed",
    while_the_old_one_is_ended: AT_ONCE "ended",
    while_it_is_recorded: AT_ONCE "recorded",
    with_an_overlap_while_the_new_value_is_made: TWO_VALUES "pending",
    with_an_overlap_while_it_is_set: TWO_VALUES "set",
    with_an_overlap_while_it_is_tested: TWO_VALUES "tested",
    with_an_overlap_while_it_is_sealed: TWO_VALUES "current",
    with_an_overlap_while_it_is_pushed: TWO_VALUES "pushed",
    with_an_overlap_while_it_is_recorded: TWO_VALUES "recorded",
}

#[test]
fn on_a_server_the_versions_agree_after_a_kill_around_the_push() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let stores = format!(
        "stores = [\"vault\"]\n[stores.vault]\ntype = \"vault\"\naddress = \"{}\"\nmount = \"{}\"\npath = \"shop/{{env}}\"\n",
        server.address(),
        mount.name
    );
    let mut sandbox = project_with(AT_ONCE, &stores, &[("VAULT_TOKEN", &mount.token)]);
    let mut seed = 10;
    let mut value = OLD.to_owned();
    for moment in ["done:tested", "done:current", "begins:pushed", "done:pushed", "done:ended"] {
        for way in ["--abort", "--resume"] {
            seed += 1;
            sandbox.set("ENVWARD_TEST_ONLY_SEED", seed.to_string());
            kill(&mut sandbox, moment);
            sandbox.envward(&format!("rotate TOKEN {way}")).success();
            let now = agreed(&sandbox, "vault");
            assert_eq!(now == value, way == "--abort", "{moment} {way}");
            value = now;
        }
    }
}
