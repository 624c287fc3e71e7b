//! The process is killed before, during and after each step: after `--resume` and after `--abort` the sealed file, the
//! env file, the store and the target agree.

use super::{
    AT_ONCE, OLD, TWO_VALUES, accepted, agreed, allow, events, project, project_with, sealed, without_overlap,
};
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

/// Kills a rotation at every moment of a step, where the target takes two values and the policy gives no overlap, and
/// brings it to an end in both ways. From the end of the previous value on the only way is forward.
#[track_caller]
fn check_without_overlap(step: &str) {
    let before = project(TWO_VALUES);
    without_overlap(&before);
    for moment in ["begins", "done", "noted"] {
        let moment = &format!("{moment}:{step}");
        let may_have_ended = matches!(step, "recorded" | "ended") && moment != "begins:ended";
        let mut resumed = before.copy();
        allow(&resumed);
        kill(&mut resumed, moment);
        resumed.envward("rotate --resume").success();
        let value = agreed(&resumed, "local");
        assert_eq!(accepted(&resumed), [value], "{moment}");

        let mut aborted = before.copy();
        allow(&aborted);
        kill(&mut aborted, moment);
        let run = aborted.envward("rotate --abort");
        assert_eq!(run.code, Some(if may_have_ended { 2 } else { 0 }), "{moment}: {}", run.stderr);
        if may_have_ended {
            assert!(
                aborted.has(".envward/rotations/production/TOKEN.age"),
                "{moment}: the new value is lost"
            );
            aborted.envward("rotate --resume").success();
        }
        let value = agreed(&aborted, "local");
        assert_eq!(value == OLD, !may_have_ended, "{moment}");
        assert_eq!(accepted(&aborted), [value], "{moment}");
    }
}

#[test]
fn two_values_without_an_overlap_while_it_is_set() {
    check_without_overlap("set");
}

#[test]
fn two_values_without_an_overlap_while_it_is_sealed() {
    check_without_overlap("current");
}

#[test]
fn two_values_without_an_overlap_while_it_is_pushed() {
    check_without_overlap("pushed");
}

#[test]
fn two_values_without_an_overlap_while_the_old_one_is_ended() {
    check_without_overlap("ended");
}

#[test]
fn two_values_without_an_overlap_while_it_is_recorded() {
    check_without_overlap("recorded");
}

#[test]
fn what_a_failed_finish_may_have_ended_is_not_taken_back() {
    let sandbox = project(TWO_VALUES);
    without_overlap(&sandbox);
    // It ends the old value, and fails after that.
    sandbox.write(
        "target.sh",
        sandbox.read("target.sh").replace(
            "finish) put \"$ENVWARD_NEW_VALUE\" ;;",
            "finish) put \"$ENVWARD_NEW_VALUE\"; [ -e \"$HOME/mended\" ] ;;",
        ),
    );
    sandbox.shell("chmod 700 target.sh");
    allow(&sandbox);
    let _ = sandbox
        .envward("rotate TOKEN --yes")
        .code(5)
        .stderr_has("the command \"finish\" of TOKEN ended with 1\n");
    sandbox.envward("rotate TOKEN --yes").code(2).stderr(
        "error: a rotation of TOKEN was stopped after: pushed\n\
         help: go on with: envward rotate TOKEN --resume; there is no way back, since the previous value may have \
         been ended\n",
    );
    sandbox.envward("rotate --abort").code(2).stderr(
        "error: the rotation of TOKEN cannot be taken back: its previous value may have been ended\n\
         help: go on with: envward rotate TOKEN --resume\n",
    );
    let value = agreed(&sandbox, "local");
    assert_eq!(accepted(&sandbox), [value.as_str()]);
    sandbox.write("../home/mended", "");
    sandbox.envward("rotate --resume").success();
    assert_eq!(agreed(&sandbox, "local"), value);
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
    project_on_a_server_with(AT_ONCE)
}

fn project_on_a_server_with(driver: &str) -> Option<Sandbox> {
    let server = server()?;
    let mount = server.kv(2);
    let address = server.address();
    let stores = format!(
        "stores = [\"vault\"]\n[stores.vault]\ntype = \"vault\"\naddress = \"{address}\"\nmount = \"{}\"\n\
         path = \"shop/{{env}}\"\n",
        mount.name
    );
    Some(project_with(driver, &stores, &[("VAULT_TOKEN", &mount.token)]))
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
fn in_ci_the_kept_journal_says_that_there_is_no_way_back() {
    let Some(mut sandbox) = project_on_a_server_with(TWO_VALUES) else { return };
    without_overlap(&sandbox);
    sandbox.set("CI", "true");
    sandbox.shell("git add -A && git commit -qm checkout");
    sandbox.set("ENVWARD_TEST_ONLY_SEED", "31");
    kill(&mut sandbox, "done:ended");
    sandbox.shell("rm -rf .envward .env.production && git checkout -q .");
    let _ = sandbox
        .envward("rotate TOKEN --abort")
        .code(2)
        .stderr_has("help: go on with: envward rotate TOKEN --resume\n");
    sandbox.envward("rotate TOKEN --resume").success();
    sandbox.envward("unseal").success();
    let value = agreed(&sandbox, "vault");
    assert_eq!(accepted(&sandbox), [value.as_str()]);
    assert_ne!(value, OLD);
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
