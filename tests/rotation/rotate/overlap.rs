//! Overlaps: the previous value stays valid for a time, and any machine can end it.

use super::{AT_ONCE, TWO_VALUES, accepted, agreed, allow, events, project, sealed};
use crate::support::Sandbox;

const PREVIOUS: &str = "SESSION_KEY_PREVIOUS";

#[test]
fn the_old_value_stays_in_the_variable_that_the_schema_names_until_the_overlap_is_over() {
    let mut sandbox = project(AT_ONCE);
    let old = sealed(&sandbox, "SESSION_KEY");
    let _ = sandbox.envward("rotate SESSION_KEY --yes").success().stderr_has(
        "SESSION_KEY was rotated; its old value stays valid in SESSION_KEY_PREVIOUS until 2026-03-03 12:00 UTC\n",
    );
    assert_eq!(sealed(&sandbox, PREVIOUS), old);
    let served = format!("run --from local -- printenv {PREVIOUS}");
    let _ = sandbox.envward(&served).success().stdout(&format!("{old}\n"));

    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-03T11:59:59Z");
    let _ = sandbox.envward("rotate --due --yes").stderr;
    assert_eq!(sealed(&sandbox, PREVIOUS), old);

    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-03T12:00:00Z");
    let _ = sandbox.envward("rotate --due --yes").stderr_has("the previous value of SESSION_KEY was ended\n");
    sandbox.envward(&format!("get {PREVIOUS}")).code(1);
    sandbox.envward(&served).code(1);
    let events = events(&sandbox, "SESSION_KEY");
    assert_eq!(
        events.iter().map(|it| it["event"].as_str().unwrap()).collect::<Vec<_>>(),
        ["rotated", "retired"]
    );
    assert_eq!(events[0]["previous"], PREVIOUS);
    assert!(!sandbox.has(".envward/rotations/production/SESSION_KEY.age"));
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-04T12:00:00Z");
    let again = sandbox.envward("rotate --due --yes");
    assert!(!again.stderr.contains("was ended"), "{}", again.stderr);
}

#[test]
fn the_machine_that_rotated_sees_the_old_value_refused_at_the_end() {
    let mut sandbox = project(TWO_VALUES);
    sandbox.envward("rotate TOKEN --yes").success();
    assert_eq!(accepted(&sandbox).len(), 2);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let run = sandbox.envward("rotate --due --yes");
    let _ = run.stderr_has("the previous value of TOKEN was ended, and was seen to be refused\n");
    let value = agreed(&sandbox, "local");
    assert_eq!(accepted(&sandbox), [value]);
    assert_eq!(events(&sandbox, "TOKEN")[1]["evidence"], "A");
}

#[test]
fn another_machine_ends_the_overlap_from_what_is_committed() {
    let sandbox = project(TWO_VALUES);
    sandbox.envward("rotate TOKEN --yes").success();
    let mut other = sandbox.copy();
    allow(&other);
    other.shell("rm -rf .envward");
    other.set("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let _ = other.envward("rotate --due --yes").stderr_has("the previous value of TOKEN was ended\n");
    assert_eq!(accepted(&other), [sealed(&other, "TOKEN")]);
    assert_eq!(events(&other, "TOKEN")[1]["event"], "retired");
}

#[test]
fn a_forgotten_previous_value_is_a_finding() {
    let mut sandbox = project(AT_ONCE);
    sandbox.envward("rotate SESSION_KEY --yes").success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-05T12:00:00Z");
    let run = sandbox.envward("rotation status");
    assert!(run.stdout.contains("SESSION_KEY"), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("previous") || run.stderr.contains("previous"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

#[test]
fn due_does_what_a_machine_can_and_lists_the_rest() {
    let mut sandbox = project(AT_ONCE);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-05-29T12:00:00Z");
    let session = sealed(&sandbox, "SESSION_KEY");
    let run = sandbox.envward("rotate --due --yes").code(1);
    let _ = run
        .stderr_has("warning: API_KEY is due on 2026-05-30 12:00 UTC, and no machine rotates it\n")
        .stderr_has("API_KEY: get a new value at https://vendor.example/keys\n")
        .stderr_has("help: then run: envward rotate API_KEY\n");
    agreed(&sandbox, "local");
    assert_ne!(sealed(&sandbox, "SESSION_KEY"), session);
    sandbox.envward_with_input(&["rotate", "API_KEY", "--yes"], b"api-9876543210").success();
    sandbox.envward("rotate --due --yes").success().stderr("nothing is due in production\n");
}

#[test]
fn due_asks_nobody_where_there_is_nothing_for_a_machine_to_do() {
    let mut sandbox = project(AT_ONCE);
    sandbox.envward("rotate --due --no-input").success().stderr("nothing is due in production\n");
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-05-29T12:00:00Z");
    let session = sealed(&sandbox, "SESSION_KEY");
    sandbox.envward("rotate --due --no-input").code(2).stderr(
        "error: rotate asks before it writes, and nobody can be asked\n\
         help: --yes writes without asking, --dry-run only shows the plan\n",
    );
    assert_eq!(sealed(&sandbox, "SESSION_KEY"), session);
    sandbox.envward("rotate --due --yes").code(1);
    sandbox.envward("rotate --due --no-input").code(1).stderr(
        "warning: API_KEY is due on 2026-05-30 12:00 UTC, and no machine rotates it\n\
         API_KEY: get a new value at https://vendor.example/keys\n\
         API_KEY: the steps are in docs/keys.md\n\
         help: then run: envward rotate API_KEY\n",
    );
}

/// TOKEN is rotated with an overlap, and the overlap is over.
fn over() -> Sandbox {
    let mut sandbox = project(TWO_VALUES);
    sandbox.envward("rotate TOKEN --yes").success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-03T12:00:00Z");
    sandbox
}

#[test]
fn without_the_driver_that_began_it_an_overlap_is_not_called_ended() {
    let manual = format!("overlap = \"1d\", driver = {TWO_VALUES}");
    let generate = format!("driver = {TWO_VALUES}");
    let at_once = format!("driver = {TWO_VALUES}");
    let cases = [
        (manual, String::new()),
        (generate, "driver = \"generate\"".to_owned()),
        (at_once, format!("driver = {AT_ONCE}")),
    ];
    for (from, to) in cases {
        let sandbox = over();
        let manifest = sandbox.read("envward.toml");
        sandbox.write("envward.toml", manifest.replace(&from, &to).replace("\"90d\",  }", "\"90d\" }"));
        allow(&sandbox);
        let run = sandbox.envward("rotate --due --yes").code(2);
        let _ = run.stderr_has(
            "error: the driver that TOKEN has now cannot end its previous value: it had another when the overlap began\n\
             help: give it that driver again, and run: envward rotate --due\n",
        );
        assert_eq!(events(&sandbox, "TOKEN").len(), 1, "{to}: it is recorded as ended");
        assert_eq!(accepted(&sandbox).len(), 2);
        let _ = sandbox
            .envward("rotate TOKEN --resume")
            .code(2)
            .stderr_has("it had another when the overlap began");
        // With it, it ends.
        sandbox.write("envward.toml", manifest);
        allow(&sandbox);
        let _ = sandbox
            .envward("rotate --due --yes")
            .stderr_has("the previous value of TOKEN was ended, and was seen");
    }
}

#[test]
fn without_a_policy_an_overlap_is_not_forgotten() {
    let sandbox = over();
    let manifest = sandbox.read("envward.toml");
    let rotate = format!("rotate = {{ every = \"90d\", overlap = \"1d\", driver = {TWO_VALUES} }}\n");
    sandbox.write("envward.toml", manifest.replace(&rotate, ""));
    let _ = sandbox.envward("rotate --due --yes").code(2).stderr_has(
        "error: the schema does not say how the previous value of TOKEN is ended: its overlap is over\n\
         help: give it its driver again, and run: envward rotate --due\n",
    );
}

#[test]
fn a_variable_whose_rotation_is_not_over_keeps_its_name() {
    let sandbox = over();
    sandbox.envward("rename TOKEN KEY --new").code(2).stderr(
        "error: the rotation of TOKEN is not over, and what is known of its previous value goes by that name\n\
         help: bring it to its end first: envward rotate --due, or if it was stopped: envward rotate TOKEN --resume\n",
    );
    sandbox.envward("rotate --due --yes").success();
    sandbox.envward("rename TOKEN KEY --new").success();
}

/// Marks variables as known to someone.
#[track_caller]
fn because(sandbox: &Sandbox, reason: &str, names: &[&str]) {
    sandbox.envward_with_input(&[&["rotate", "--because", reason], names].concat(), b"").success();
}

#[test]
fn a_value_that_leaked_has_no_overlap() {
    let mut sandbox = project(TWO_VALUES);
    because(&sandbox, "leaked: CI log", &["SESSION_KEY", "TOKEN"]);
    let _ = sandbox.envward("rotate SESSION_KEY --yes").success().stderr_has(
        "warning: SESSION_KEY leaked: its previous value ends at once, without the overlap of 48h\n\
         help: to keep the overlap: --overlap keep\n",
    );
    sandbox.envward(&format!("get {PREVIOUS}")).code(1);
    // Also if it goes on after the new value is sealed, when what leaked is no longer the value.
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "noted:current");
    let _ = sandbox.envward("rotate TOKEN --yes").stderr;
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "");
    sandbox.envward("rotate TOKEN --resume").success();
    assert_eq!(accepted(&sandbox), [agreed(&sandbox, "local")]);
    assert_eq!(events(&sandbox, "TOKEN").last().unwrap()["until"], serde_json::Value::Null);
}

#[test]
fn the_overlap_of_a_value_that_leaked_is_kept_if_someone_says_so() {
    let sandbox = project(TWO_VALUES);
    because(&sandbox, "leaked: CI log", &["SESSION_KEY"]);
    let _ = sandbox.envward("rotate SESSION_KEY --yes --overlap keep").success().stderr_has(
        "the previous value stays valid for 48h, in SESSION_KEY_PREVIOUS\n\
         warning: that value became known (leaked: CI log)\n",
    );
    sandbox.envward(&format!("get {PREVIOUS}")).success();
}

#[test]
fn a_value_that_someone_knew_who_left_keeps_its_overlap_with_a_warning() {
    let sandbox = project(TWO_VALUES);
    because(&sandbox, "left: alice", &[]);
    let _ = sandbox.envward("rotate SESSION_KEY --yes").success().stderr_has(
        "warning: that value became known (left: alice)\nhelp: to end it at once: --overlap none\n",
    );
    sandbox.envward(&format!("get {PREVIOUS}")).success();
    sandbox.envward("rotate TOKEN --yes --overlap none").success();
    assert_eq!(accepted(&sandbox), [agreed(&sandbox, "local")]);
}
