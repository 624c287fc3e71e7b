//! `verify`: what can be said about a sealed file with a key and without one.

use crate::support::shop::{ALICE, BOB, SEALED, manifest, sealed_shop};

#[test]
fn with_an_identity_everything_is_checked() {
    let sandbox = sealed_shop();
    let run = sandbox.envward("verify").success();
    let pin = run.stdout.lines().last().unwrap().split_whitespace().last().unwrap().to_owned();
    assert_eq!(pin.len(), 32);
    run.stdout(&format!(
        "secrets/production.enc.env\n\
         \x20 right       structure   it is a sealed file, whole\n\
         \x20 right       recipients  2 recipients, as in the manifest\n\
         \x20 right       ledger      it is generation 1, the newest\n\
         \x20 right       seal        MAC, record, author and age are right\n\
         \x20             pin         {pin}\n"
    ))
    .stderr("");
}

#[test]
fn without_an_identity_it_says_what_it_could_not_check() {
    let sandbox = sealed_shop().with("ENVWARD_IDENTITY", "");
    sandbox.envward("verify").success().stdout(
        "secrets/production.enc.env\n\
         \x20 right       structure   it is a sealed file, whole\n\
         \x20 right       recipients  2 recipients, as in the manifest\n\
         \x20 right       ledger      it is generation 1, the newest\n\
         \x20 unchecked   seal        no identity opens it\n",
    );
}

#[test]
fn a_missing_project_key_is_found_without_an_identity() {
    let sandbox = sealed_shop();
    sandbox.shell("rm secrets/production.key.age");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", "");
    sandbox
        .envward("verify")
        .code(1)
        .stdout_has("  wrong       seal        the project key secrets/production.key.age is missing\n");
}

#[test]
fn a_key_file_that_was_refused_is_named_with_what_to_do_about_it() {
    let sandbox = sealed_shop().with("ENVWARD_IDENTITY", "");
    sandbox.shell(&format!(
        "mkdir -p $HOME/.config/envward && echo {ALICE} > $HOME/.config/envward/keys.txt && \
         chmod 644 $HOME/.config/envward/keys.txt"
    ));
    let path = sandbox.home().join(".config/envward/keys.txt").display().to_string();
    sandbox
        .envward("verify")
        .success()
        .stdout_has(&format!(
            "  unchecked   seal        no identity opens it: {path} can be read by other users (mode 644)\n"
        ))
        .stderr(&format!("help: run: chmod 600 {path}\n"));
}

#[test]
fn a_file_that_the_ledger_does_not_know_shows_without_a_key() {
    let sandbox = sealed_shop();
    sandbox.shell(&format!("sed -i s/LOG_LEVEL=INFO/LOG_LEVEL=WARN/ {SEALED}"));
    let sandbox = sandbox.with("ENVWARD_IDENTITY", "");
    sandbox.envward("verify").code(1).stdout_has(
        "  wrong       ledger      no entry is about this file: it was changed without envward\n",
    );
}

#[test]
fn recipients_that_differ_from_the_manifest_are_named() {
    let sandbox = sealed_shop();
    sandbox.write("envward.toml", manifest("\"alice\""));
    sandbox.envward("verify").code(1).stdout_has(
        "  wrong       recipients  the recipients of the sealed file differ from the manifest: age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj is not in the manifest\n",
    );
}

#[test]
fn the_report_in_json_keeps_its_shape() {
    let sandbox = sealed_shop();
    let report = sandbox.envward("verify --format json").success().json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["file"], SEALED);
    assert_eq!(report["generation"], 1);
    let check = &report["checks"][3];
    let expected = serde_json::json!({
        "check": "seal", "outcome": "right", "message": "MAC, record, author and age are right"
    });
    assert_eq!(*check, expected);
}

#[test]
fn an_age_file_is_verified_as_far_as_it_can_be() {
    let sandbox = crate::support::shop::shop();
    let age = manifest("\"alice\"")
        .replace("[environments.production]", "[environments.production]\nformat = \"age\"");
    sandbox.write("envward.toml", age);
    sandbox.envward("seal").success();
    sandbox.envward("verify").success().stdout_has("1 recipient, as in the manifest");
    let bob = sandbox.with("ENVWARD_IDENTITY", BOB);
    bob.envward("verify")
        .success()
        .stdout_has("  unchecked   recipients  the format does not name them, and no identity opens it\n");
    let sealed = bob.read("secrets/production.env.age");
    let payload = sealed.lines().rev().nth(2).unwrap();
    bob.write("secrets/production.env.age", sealed.replace(payload, &payload.to_lowercase()));
    bob.envward("verify").code(1).stdout_has("no entry is about this file");
}

#[test]
fn a_file_outside_of_any_project() {
    let sandbox = sealed_shop();
    sandbox.shell(&format!("mkdir ../elsewhere && cp {SEALED} ../elsewhere/x.enc.env"));
    sandbox
        .envward("-C ../elsewhere verify x.enc.env")
        .success()
        .stderr("warning: the seal record was not checked: the file was read outside of its project\n");
    sandbox.shell("sed -i s/LOG_LEVEL=INFO/LOG_LEVEL=WARN/ ../elsewhere/x.enc.env");
    sandbox.envward("-C ../elsewhere verify x.enc.env").code(4).stderr_has("MAC does not match");
}
