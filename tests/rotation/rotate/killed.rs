//! The process is killed before, during and after each step: after `--resume` and after `--abort` the sealed file, the
//! env file, the store and the target agree.

use super::{AT_ONCE, OLD, TWO_VALUES, accepted, agreed, allow, events, project, project_with, sealed};
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
    let Some(mut sandbox) = project_on_a_server() else { return };
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

/// A project whose store is a real OpenBao; `None`, and said, where there is none.
fn project_on_a_server() -> Option<Sandbox> {
    let server = server()?;
    let mount = server.kv(2);
    let address = server.address();
    let stores = format!(
        "stores = [\"vault\"]\n[stores.vault]\ntype = \"vault\"\naddress = \"{address}\"\nmount = \"{}\"\n\
         path = \"shop/{{env}}\"\n",
        mount.name
    );
    Some(project_with(AT_ONCE, &stores, &[("VAULT_TOKEN", &mount.token)]))
}

#[test]
fn in_ci_the_store_keeps_the_journal_and_the_next_checkout_brings_the_rotation_to_its_end() {
    let Some(mut sandbox) = project_on_a_server() else { return };
    sandbox.set("CI", "true");
    sandbox.shell("git add -A && git commit -qm checkout");
    for (seed, way) in [("21", "--resume"), ("22", "--abort")] {
        sandbox.set("ENVWARD_TEST_ONLY_SEED", seed);
        let before = sealed(&sandbox, "TOKEN");
        kill(&mut sandbox, "done:current");
        // The next job has what is committed, and no more.
        sandbox.shell("rm -rf .envward .env.production && git checkout -q .");
        let served = sandbox.envward("run --from vault -- printenv TOKEN").success();
        assert_eq!(served.stdout, format!("{before}\n"), "a reader of the store saw half a rotation");
        let _ = sandbox.envward("rotate TOKEN --yes").code(2).stderr_has(
            "error: a rotation of TOKEN was stopped on another machine: store vault keeps its journal\n",
        );
        let run = sandbox.envward(&format!("rotate TOKEN {way}")).success();
        let _ = run.stderr_has("store vault no longer keeps the journal of TOKEN\n");
        sandbox.envward("unseal").success();
        let value = agreed(&sandbox, "vault");
        assert_eq!(value == before, way == "--abort");
        sandbox.shell("git add -A && git commit -q --allow-empty -m rotated");
    }
}

#[test]
fn in_ci_without_a_store_that_lasts_the_target_is_not_touched() {
    let sandbox = project(AT_ONCE).with("CI", "true");
    sandbox.envward("rotate TOKEN --yes").code(2).stderr_has(
        "error: this checkout does not last, and environment production has no store that could keep the new value \
         of TOKEN\nhelp: name a store for it, or rotate where the checkout lasts\n",
    );
    assert_eq!(agreed(&sandbox, "local"), OLD);
    assert!(!sandbox.has("../home/steps"));
    assert!(!sandbox.has(".envward/rotations/production/TOKEN.age"));
    sandbox.envward("rotate SESSION_KEY --yes").success();
}
