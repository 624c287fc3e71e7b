//! `envward doctor`: what is set up, what is not, and the next step.

use std::os::unix::fs::PermissionsExt;

use crate::support::shop::{BOB, BOB_PUBLIC, manifest, sealed_shop, shop};
use crate::support::{Run, Sandbox};

/// The findings of an area, as `level: message`.
fn of(run: &Run, area: &str) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    findings
        .filter(|finding| finding["area"] == area)
        .map(|finding| format!("{}: {}", text(&finding["level"]), text(&finding["message"])))
        .collect()
}

#[test]
fn what_is_as_it_should_be_is_said_and_ends_with_0() {
    let sandbox = sealed_shop();
    sandbox.envward("git install").success();
    let run = sandbox.envward("doctor -e production").success();
    assert_eq!(
        run.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"),
        "STATE  WHAT         FINDING\n\
         ok     manifest     project \"shop\" with schema \"shop\"\n\
         ok     versions     envward 0.1.0 with the stores directory, vault, aws-secrets-manager\n\
         ok     identity     from ENVWARD_IDENTITY: age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma\n\
         ok     keyring      not used: ENVWARD_KEYRING is off\n\
         ok     git          plaintext is ignored, sealed files are not\n\
         ok     git          git shows and merges sealed files by name\n\
         ok     files        .env.production can be read by you alone\n\
         ok     environment  this machine opens production\n\
         ok     environment  this machine knows the project key of production\n\
         ok     recipients   2 recipients can open production"
    );
    assert!(!run.stdout.contains("key-1"));
    sandbox.envward("doctor -q -e production").success().stdout("");
}

#[test]
fn who_cannot_open_an_environment_is_given_the_line_to_be_added() {
    let sandbox = shop();
    sandbox.write("envward.toml", manifest("\"alice\""));
    sandbox.envward("seal").success();
    let sandbox = sandbox.with("ENVWARD_IDENTITY", BOB);
    let run = sandbox.envward("doctor -e production").code(1);
    let line = format!(
        "next: someone who can open it adds you with: envward recipients add NAME {BOB_PUBLIC} -e production"
    );
    assert!(run.stdout.contains(&line), "{}", run.stdout);
    let _ = run.stdout_has("only alice can open production: a lost key loses it");
}

#[test]
fn what_others_can_read_and_what_git_would_take_is_bad() {
    let sandbox = sealed_shop();
    let file = sandbox.project().join(".env.production");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    sandbox.write(".gitignore", "*.enc.env\n");
    let run = sandbox.envward("doctor -e production --format json").code(1);
    assert_eq!(of(&run, "files"), ["bad: .env.production can be read by other users (mode 644)"]);
    assert_eq!(
        of(&run, "git"),
        [
            "bad: git does not ignore .env.production",
            "bad: git does not ignore .envward/",
            "bad: git ignores secrets/production.enc.env, which has to be committed",
            "warning: git merges sealed files line by line in this clone, which breaks their seal",
        ]
    );
    assert_eq!(run.json()["version"], 1);
    assert_eq!(run.json()["summary"]["bad"], 4);
}

#[test]
fn a_checkout_that_is_new_to_the_machine_is_told_the_pin() {
    let sandbox = sealed_shop();
    std::fs::remove_dir_all(sandbox.home().join(".local")).unwrap();
    let run = sandbox.envward("doctor -e production --format json").success();
    let found = of(&run, "environment");
    assert!(found[1].starts_with("warning: production: author not verified yet: project key "), "{found:?}");
}

#[test]
fn without_anything_it_says_what_to_do_first() {
    let sandbox = Sandbox::new();
    sandbox
        .envward("doctor")
        .code(1)
        .stdout_has("bad    manifest  no envward.toml here or above")
        .stdout_has("next: run: envward init")
        .stdout_has("bad    identity  there is no identity to decrypt with")
        .stdout_has("next: run `envward identity new`");
}

#[test]
fn a_store_that_nobody_confirmed_is_not_asked_and_has_its_policy() {
    let sandbox = sealed_shop();
    // A port that is bound and never answers: a connection would be seen.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let text = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"vault\"]\n");
    let store =
        format!("[stores.vault]\ntype = \"vault\"\naddress = \"{address}\"\npath = \"shop/{{env}}\"\n");
    sandbox.write("envward.toml", text + &store);
    let sandbox = sandbox.with("VAULT_TOKEN", "hvs.secret");
    let run = sandbox.envward("doctor -e production --policy").success();
    let expected = format!("vault for production: it is at {address}");
    assert!(run.stdout.contains(&expected), "{}", run.stdout);
    let run = run.stdout_has("which is not confirmed, so it was not asked");
    let run = run.stdout_has("HCL policy").stdout_has("secret/data/shop/production");
    assert!(!run.stdout.contains("hvs.secret"));
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
