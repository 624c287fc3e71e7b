//! `envward git pre-commit`: what must not be committed.

use crate::git::{LEDGER, git, installed, set};
use crate::support::Sandbox;
use crate::support::shop::SEALED;

/// Commits what `change` does to a shop of which everything is committed; what the hook says.
fn refused(sandbox: &Sandbox, change: &str) -> String {
    sandbox.shell(change);
    let (code, said) = git(sandbox, "commit -qm change");
    assert_eq!(code, 1, "{change}: {said}");
    said
}

fn back(sandbox: &Sandbox) {
    sandbox.shell("git reset -q --hard");
}

#[test]
fn a_sealed_file_that_was_changed_without_envward_is_stopped() {
    let sandbox = installed();
    for change in [
        format!("sed -i 's/^LOG_LEVEL=.*/LOG_LEVEL=TAMPER/' {SEALED}"),
        format!("sed -i '/^DB_PASSWORD=/d' {SEALED}"),
        format!("sed -i 's/^DB_PASSWORD=/DB_PASSWORT=/' {SEALED}"),
    ] {
        let said = refused(&sandbox, &format!("{change} && git add -A"));
        assert!(said.contains(&format!("error: {SEALED} would be committed broken: ")), "{said}");
        assert!(said.contains(&format!("git checkout HEAD -- {SEALED} {LEDGER}")), "{said}");
        back(&sandbox);
    }
}

#[test]
fn a_ledger_that_does_not_fit_the_sealed_file_is_stopped() {
    let sandbox = installed();
    set(&sandbox, "API_KEY", "key-2");
    // The one without the other.
    let said = refused(&sandbox, &format!("git add {SEALED}"));
    assert_eq!(
        said,
        format!(
            "error: {SEALED} would be committed with a wrong ledger: no entry is about this file: it was changed without \
             envward\n\
             help: the files that lie here are right; commit them together: git add {SEALED} secrets/production.key.age \
             {LEDGER} envward.toml\n"
        )
    );
    let said = refused(&sandbox, &format!("git reset -q && git add {LEDGER}"));
    assert!(said.contains("the file is generation 1, and the ledger knows generation 2\n"), "{said}");
    sandbox.shell(&format!("git add {SEALED} {LEDGER} && git commit -qm both"));
    // Cut short, or not there.
    let said = refused(&sandbox, &format!("sed -i '$d' {LEDGER} && git add -A"));
    assert!(said.contains("with a wrong ledger: no entry is about this file"), "{said}");
    back(&sandbox);
    let said = refused(&sandbox, &format!("git rm -q {LEDGER}"));
    assert!(said.contains("with a wrong ledger: it has no entry for this environment"), "{said}");
    back(&sandbox);
    let said = refused(&sandbox, "git rm -q secrets/production.key.age");
    assert!(said.contains("the project key secrets/production.key.age is missing"), "{said}");
}

#[test]
fn a_new_sealed_file_without_its_entry_is_stopped() {
    let sandbox = installed();
    sandbox.write(".env.staging", "API_KEY=key-1\nDB_PASSWORD=pass-1\nLOG_LEVEL=INFO\n");
    sandbox.envward("seal -e staging").success();
    let said = refused(&sandbox, "git add secrets");
    assert!(said.contains("error: secrets/staging.enc.env would be committed with a wrong ledger"), "{said}");
    sandbox.shell("git add -A && git commit -qm staging");
}

#[test]
fn what_needs_no_key_is_checked_without_one() {
    let sandbox = installed();
    set(&sandbox, "API_KEY", "key-2");
    let stranger = sandbox.copy().with("ENVWARD_IDENTITY", "/nowhere");
    let said = refused(&stranger, &format!("git add {SEALED}"));
    assert!(said.contains("with a wrong ledger: no entry is about this file"), "{said}");
    let said = refused(
        &stranger,
        &format!("git add {LEDGER} && sed -i 's/^LOG_LEVEL/LOG_LEVEL2/' {SEALED} && git add -A"),
    );
    assert!(said.contains("with a wrong ledger: no entry is about this file"), "{said}");
    // What is right, it lets through.
    let stranger = sandbox.copy().with("ENVWARD_IDENTITY", "/nowhere");
    stranger.shell("git add -A && git commit -qm right");
}
