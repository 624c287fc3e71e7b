//! `rotate --due`: what machines rotate, and what is left for people.

use super::{AT_ONCE, OLD, agreed, project, sealed};
use crate::support::Sandbox;

/// A project in which these became known, a month later: nothing is due by its age.
fn known(names: &str) -> Sandbox {
    let mut sandbox = project(AT_ONCE);
    let mut arguments = vec!["rotate", "--because", "leaked: CI log"];
    arguments.extend(names.split(' '));
    sandbox.envward_with_input(&arguments, b"").success();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-04-01T12:00:00Z");
    sandbox
}

#[test]
fn a_whole_that_its_part_renders_again_is_done_with_it() {
    let sandbox = known("TOKEN URL");
    let run = sandbox.envward("rotate --due --dry-run").code(1);
    assert!(!run.stderr.contains("error") && !run.stderr.contains("URL is due"), "{}", run.stderr);
    let run = sandbox.envward("rotate --due --yes").success();
    let _ = run.stderr_has("URL was rendered from its parts\n");
    assert_ne!(agreed(&sandbox, "local"), OLD);
    sandbox.envward("rotate --due --no-input").success().stderr("nothing is due in production\n");
}

#[test]
fn a_whole_whose_parts_are_not_due_names_them() {
    let sandbox = known("URL");
    let _ = sandbox.envward("rotate --due --no-input").code(1).stderr_has(
        "and is rendered from its parts\n\
         help: rotate a part, and it is rendered again: TOKEN\n",
    );
    assert_eq!(sealed(&sandbox, "TOKEN"), OLD);
}

#[test]
fn what_became_known_and_has_no_policy_is_listed_for_people() {
    let sandbox = known("LOG_LEVEL");
    let run = sandbox.envward("rotate --due --no-input").code(1);
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
    let _ = run.stderr_has("warning: LOG_LEVEL is due since ").stderr_has(
        ", and no machine rotates it\n\
         LOG_LEVEL: get a new value where the old one was issued\n\
         help: then run: envward set LOG_LEVEL\n",
    );
    sandbox.envward_with_input(&["set", "LOG_LEVEL"], b"DEBUG").success();
    sandbox.envward("rotate --due --no-input").success().stderr("nothing is due in production\n");
}

#[test]
fn what_is_not_proven_is_listed_for_people() {
    let sandbox = project(AT_ONCE);
    let manifest = sandbox.read("envward.toml");
    sandbox.write("envward.toml", manifest.replace(r#"runbook = "docs/keys.md""#, r#"min_evidence = "A""#));
    sandbox.envward("rotation status").code(1);
    sandbox.envward("rotate --due --no-input").code(1).stderr(
        "warning: what is known of API_KEY does not prove that it was rotated in time\n\
         help: look at it with: envward rotation status API_KEY; a new value begins anew: envward rotate API_KEY\n",
    );
}
