//! `envward git pre-commit`: what must not be committed.

use crate::git::{LEDGER, branches, get, git, installed, set, verified};
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

#[test]
fn a_commit_of_everything_does_not_decide_a_conflict() {
    let sandbox = installed();
    branches(&sandbox, &[("API_KEY", "ours")], &[("API_KEY", "theirs")]);
    assert_eq!(git(&sandbox, "merge other").0, 1);
    let (code, said) = git(&sandbox, "commit -qam merged");
    assert_eq!(code, 1, "{said}");
    assert_eq!(
        said,
        format!(
            "error: {SEALED} is not merged yet: this commit would drop what one side changed\n\
             help: decide with: envward git resolve\n"
        )
    );
    sandbox.envward("git resolve --take theirs").success();
    sandbox.shell(&format!("git add {SEALED} {LEDGER} && git commit -qam merged"));
    assert_eq!(get(&sandbox, "API_KEY"), "theirs");
    verified(&sandbox);
    // What was said to keep our side does.
    branches_again(&sandbox);
    assert_eq!(git(&sandbox, "merge again").0, 1);
    sandbox.shell(&format!("git add {SEALED} && git commit -qm ours"));
    assert_eq!(get(&sandbox, "API_KEY"), "ours-2");
    verified(&sandbox);
}

fn branches_again(sandbox: &Sandbox) {
    sandbox.shell("git checkout -qb again");
    set(sandbox, "API_KEY", "theirs-2");
    sandbox.shell("git commit -qam theirs && git checkout -q main");
    set(sandbox, "API_KEY", "ours-2");
    sandbox.shell("git commit -qam ours");
}

#[test]
fn a_sealed_file_that_one_side_removed_is_for_a_person_to_decide() {
    let sandbox = installed();
    sandbox.shell(&format!(
        "git checkout -qb other && git rm -q {SEALED} && git commit -qm gone && git checkout -q main"
    ));
    set(&sandbox, "API_KEY", "key-2");
    sandbox.shell("git commit -qam key");
    assert_eq!(git(&sandbox, "merge other").0, 1);
    let run = sandbox.envward("git resolve").code(1);
    let _ = run.stderr(&format!(
        "error: {SEALED}: theirs removed it, and ours changed it\n\
         help: keep it with `git add {SEALED}`, or let it go with `git rm {SEALED}`\n"
    ));
    assert_eq!(git(&sandbox, "commit -qam merged").0, 1);
    sandbox.shell(&format!("git add {SEALED} && git commit -qm kept"));
    assert_eq!(get(&sandbox, "API_KEY"), "key-2");
    verified(&sandbox);
}

#[test]
fn an_env_file_by_another_name_is_stopped() {
    let sandbox = installed();
    for name in ["prod.env", "docker.env", "env.production", ".envrc", "app.env.bak", "values.txt"] {
        sandbox.write(name, "export API_KEY=hunter22\nLOG_LEVEL=INFO\n");
        let said = refused(&sandbox, &format!("git add -f {name}"));
        assert_eq!(
            said,
            format!(
                "error: {name} would be committed with plaintext values: API_KEY\n\
                 help: run: git rm --cached {name}, and add it to .gitignore\n"
            )
        );
        sandbox.shell("git reset -q");
    }
    sandbox.write("prod.env", "API_KEY=<your-key>\nDB_PASSWORD=${DB_PASSWORD}\nLOG_LEVEL=INFO\n");
    sandbox.write("prod.env.example", "API_KEY=hunter22\n");
    sandbox.shell("rm docker.env env.production .envrc app.env.bak values.txt");
    sandbox.shell("git add -f prod.env prod.env.example && git commit -qm examples");
}

#[test]
fn an_env_file_in_which_no_name_can_be_told_is_said_alone() {
    let sandbox = installed();
    sandbox.write(".env.local", "what is this\n");
    let said = refused(&sandbox, "git add -f .env.local");
    assert!(said.starts_with("error: .env.local would be committed with plaintext values\nhelp: "), "{said}");
}

#[test]
fn files_that_are_named_are_searched_too() {
    let sandbox = installed();
    set(&sandbox, "API_KEY", "q7Zp0aXw93LmRt5");
    sandbox.write("deploy.sh", "export KEY=q7Zp0aXw93LmRt5\n");
    let run = sandbox.envward(&format!("git pre-commit deploy.sh {SEALED}")).code(1);
    let _ = run.stderr_has("error: deploy.sh:1: the value of API_KEY (production) stands here");
}
