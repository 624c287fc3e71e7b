//! `envward allow`: what a manifest names counts after the user has confirmed it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::shop::{ALICE, ALICE_PUBLIC, SEALED};
use crate::support::{Sandbox, on_a_terminal, tool};

/// A public key that needs the program `age-plugin-test`.
const PLUGIN_KEY: &str = "age1test1qypqxvyp6m9";

fn manifest() -> String {
    format!(
        "[project]\nname = \"shop\"\ndefault = \"production\"\n\
         [environments.production]\nrecipients = [\"alice\", \"carol\"]\n\
         [recipients]\nalice = \"{ALICE_PUBLIC}\"\ncarol = \"{PLUGIN_KEY}\"\n[vars.API_KEY]\n"
    )
}

/// A project with a plugin recipient; its plugin is on the PATH, unless Python is missing.
fn shop() -> Option<Sandbox> {
    tool("python3")?;
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    let programs = sandbox.home().join("bin");
    fs::create_dir_all(&programs).unwrap();
    let plugin = programs.join("age-plugin-test");
    fs::write(&plugin, include_str!("support/age-plugin-test.py")).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let sandbox = sandbox.with("PATH", path);
    sandbox.write("envward.toml", manifest());
    sandbox.write(".env.production", "API_KEY=key-1\n");
    sandbox.write(".gitignore", ".env.*\n.envward/\n");
    Some(sandbox)
}

fn plugin_was_run(sandbox: &Sandbox) -> bool {
    sandbox.home().join("plugin-was-run").exists()
}

#[test]
fn a_plugin_runs_after_it_was_confirmed_and_not_before() {
    let Some(sandbox) = shop() else { return };
    sandbox.envward("seal").code(2).stderr(
        "error: recipient \"carol\": it needs the program age-plugin-test, which is not allowed here\n\
         help: if it is to run here, confirm it with: envward allow\n",
    );
    assert!(!plugin_was_run(&sandbox) && !sandbox.has(SEALED));
    sandbox.envward("allow --yes").success().stdout(
        "WHAT             KIND    AS NAMED IN ENVWARD.TOML  STATE\n\
         recipient carol  plugin  age-plugin-test           confirmed\n",
    );
    sandbox.envward("seal").success();
    assert!(plugin_was_run(&sandbox));
    assert!(sandbox.read(SEALED).contains(PLUGIN_KEY));
    sandbox.envward("run -- true").success();
}

#[test]
fn ci_confirms_with_what_was_printed_and_leaves_nothing_behind() {
    let Some(sandbox) = shop() else { return };
    let printed = sandbox.envward("allow --print").success().stderr("recipient carol: age-plugin-test\n");
    sandbox.envward("seal").code(2);
    let sandbox = sandbox.with("ENVWARD_ALLOW", printed.stdout.trim());
    sandbox.envward("seal").success();
    let sandbox = sandbox.with("ENVWARD_ALLOW", "");
    sandbox.envward("allow --format json").code(1);
}

#[test]
fn what_is_no_hash_is_refused_without_being_shown() {
    let Some(sandbox) = shop() else { return };
    let sandbox = sandbox.with("ENVWARD_ALLOW", "hunter2");
    sandbox.envward("allow").code(2).stderr(
        "error: ENVWARD_ALLOW holds something else than hashes\n\
         help: set it to what `envward allow --print` prints\n",
    );
}

#[test]
fn where_nobody_can_be_asked_the_flag_is_named() {
    let Some(sandbox) = shop() else { return };
    sandbox.envward("allow").code(2).stderr(
        "error: nobody can be asked to confirm it\n\
         help: look at it, then run: envward allow --yes\n",
    );
    sandbox.envward("seal").code(2);
}

#[test]
fn at_a_terminal_it_asks_and_no_is_no() {
    let Some(sandbox) = shop() else { return };
    let question = "send credentials to these stores and run these programs? [y/N]: ";
    let (code, shown) = on_a_terminal(&sandbox, &[(question, "\n")], &["allow"]);
    assert_eq!(code, Some(2), "{shown}");
    sandbox.envward("allow --format json").code(1);
    let (code, shown) = on_a_terminal(&sandbox, &[(question, "y\n")], &["allow"]);
    assert_eq!(code, Some(0), "{shown}");
    let report = sandbox.envward("allow --format json").success().json();
    assert_eq!(report["version"], 1);
    let claim = &report["claims"][0];
    assert_eq!(
        (&claim["subject"], &claim["kind"], &claim["text"], &claim["confirmed"]),
        (&"recipient carol".into(), &"plugin".into(), &"age-plugin-test".into(), &true.into())
    );
}

#[test]
fn another_checkout_has_confirmed_nothing() {
    let Some(sandbox) = shop() else { return };
    sandbox.envward("allow --yes").success();
    sandbox.shell("cp -r . ../other");
    let other = sandbox.directory_path().join("other").display().to_string();
    sandbox.envward_with_input(&["-C", &other, "allow", "--format", "json"], b"").code(1);
}

#[test]
fn a_plugin_that_the_repository_could_bring_is_not_run() {
    let Some(sandbox) = shop() else { return };
    sandbox.envward("allow --yes").success();
    let path = format!(".:{}", std::env::var("PATH").unwrap());
    let sandbox = sandbox.with("PATH", path);
    sandbox.shell("cp ~/bin/age-plugin-test .");
    sandbox.envward("seal").code(2).stderr(
        "error: recipient \"carol\": age-plugin-test is not run while PATH holds a relative directory\n\
         help: take it, or an empty part, out of PATH\n",
    );
    assert!(!plugin_was_run(&sandbox));
}

#[test]
fn adding_a_recipient_with_a_plugin_asks_first() {
    let Some(sandbox) = shop() else { return };
    sandbox.write("envward.toml", manifest().replace(", \"carol\"", "").replace("carol =", "# carol ="));
    sandbox.envward("seal").success();
    let arguments = ["recipients", "add", "carol", PLUGIN_KEY];
    sandbox.envward_with_input(&arguments, b"").code(2).stderr(
        "error: the key of carol needs the program age-plugin-test; nobody has confirmed to run it\n\
         help: name the key as carol under [recipients] in envward.toml, and run: envward allow\n",
    );
    assert!(!plugin_was_run(&sandbox));
    let (code, shown) = on_a_terminal(&sandbox, &[("age-plugin-test: run it? [y/N]: ", "y\n")], &arguments);
    assert_eq!(code, Some(0), "{shown}");
    assert!(sandbox.read(SEALED).contains(PLUGIN_KEY));
}

#[test]
fn a_manifest_that_names_nothing_needs_nothing() {
    let sandbox = Sandbox::git();
    sandbox.write("envward.toml", "[project]\nname = \"shop\"\n[vars.API_KEY]\n");
    sandbox
        .envward("allow")
        .success()
        .stdout("")
        .stderr("the manifest names nothing that has to be confirmed\n");
    sandbox.envward("allow --print").success().stdout("\n");
}
