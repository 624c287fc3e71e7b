//! `diff`: by name and action what differs from the env file, an environment, a file or a revision.

use crate::support::Sandbox;
use crate::support::sealed::{project, seal};

const SAME: &[(&str, &str)] = &[("DB_USER", "app"), ("DB_PASSWORD", "old"), ("TLS_KEY", "one\ntwo")];

fn sealed() -> Sandbox {
    let sandbox = project();
    seal(&sandbox, "production", SAME);
    sandbox
}

#[test]
fn the_env_file_is_the_other_side_unless_another_is_named() {
    let sandbox = sealed();
    sandbox.write(
        ".env.production",
        "DB_PASSWORD=other\nTOKEN=t0ken\n# TLS_KEY: only in the sealed file (multi-line)\n",
    );
    sandbox
        .envward("diff")
        .code(1)
        .stderr("to make env-file like secrets/production.enc.env:\n")
        .stdout("ACTION  VARIABLE\ncreate  DB_USER\nupdate  DB_PASSWORD\ndelete  TOKEN\n");
    let json = sandbox.envward("diff --format json").code(1).json();
    let change = |variable: &str, action: &str| serde_json::json!({"variable": variable, "action": action});
    let changes = [
        change("DB_USER", "create"),
        change("DB_PASSWORD", "update"),
        change("TLS_KEY", "unchanged"),
        change("TOKEN", "delete"),
    ];
    let expected = serde_json::json!({
        "version": 1, "store": "env-file", "environment": "production", "base": null, "changes": changes,
    });
    assert_eq!(json, expected);
}

#[test]
fn no_difference_ends_with_0() {
    let sandbox = sealed();
    sandbox.write(
        ".env.production",
        "DB_USER=app\nDB_PASSWORD=\"old\"\n# TLS_KEY: only in the sealed file (multi-line)\n",
    );
    sandbox.envward("diff").success().stdout("").stderr("no difference from env-file\n");
}

#[test]
fn another_environment_a_file_and_a_revision_can_be_the_other_side() {
    let sandbox = sealed();
    seal(&sandbox, "staging", &[("DB_USER", "staging"), ("DB_PASSWORD", "old"), ("TLS_KEY", "one\ntwo")]);
    let update = "ACTION  VARIABLE\nupdate  DB_USER\n";
    sandbox.envward("diff --with staging").code(1).stdout(update);
    sandbox.write("x.env", "DB_USER=x\nDB_PASSWORD=old\nTLS_KEY='one\ntwo'\n");
    sandbox.envward("diff --with x.env").code(1).stdout(update);
    sandbox.shell("git add . && git commit -qm one");
    let _ = sandbox.envward_with_input(&["set", "TLS_KEY"], b"other").success();
    sandbox.envward("diff --with HEAD").code(1).stdout("ACTION  VARIABLE\nupdate  TLS_KEY\n");
    sandbox.envward("diff --with nothing").code(2).stderr(
        "error: \"nothing\" is no environment, no file, and no revision with the sealed file\n\
         help: the environments are: production, staging\n",
    );
}

#[test]
fn values_are_shown_on_a_terminal_only() {
    let sandbox = sealed();
    sandbox.write(".env.production", "DB_USER=other\n");
    let refused = sandbox.envward("diff --show-values").code(2).stdout("");
    assert_eq!(
        refused.stderr,
        "error: --show-values shows values on a terminal only\n\
         help: leave --show-values out, or ask for one value: envward get NAME\n"
    );
}

#[test]
fn without_a_sealed_file_there_is_nothing_to_compare_the_env_file_with() {
    let sandbox = project();
    sandbox.write(".env.production", "DB_USER=app\n");
    sandbox
        .envward("diff")
        .code(3)
        .stderr_has("production.enc.env does not exist\nhelp: run: envward seal\n");
}
