//! `audit` over trees and lists of projects.

use std::os::unix::net::UnixListener;

use super::{add, change, seal, tree};
use crate::support::Sandbox;
use crate::support::shop::ALICE;

/// Three projects: one in order, one overdue, one due soon.
fn three() -> Sandbox {
    let mut sandbox = tree();
    add(&mut sandbox, "team/fresh", "fresh", "2026-02-20");
    add(&mut sandbox, "team/late", "late", "2025-11-20");
    add(&mut sandbox, "soon", "soon", "2025-12-05");
    sandbox
}

/// Project and status of each row.
fn statuses(sandbox: &Sandbox, arguments: &str, code: i32) -> Vec<String> {
    let report = sandbox.envward(&format!("audit --format json {arguments}")).code(code).json();
    let status = |entry: &serde_json::Value| {
        format!("{} {}", entry["project"].as_str().unwrap(), entry["status"].as_str().unwrap())
    };
    report["entries"].as_array().unwrap().iter().map(status).collect()
}

/// Project, code and message of each finding about a whole project.
fn findings(sandbox: &Sandbox, arguments: &str) -> Vec<String> {
    let report = sandbox.envward(&format!("audit --format json {arguments}")).code(1).json();
    let text = |finding: &serde_json::Value| {
        let field = |name: &str| finding[name].as_str().unwrap().to_owned();
        format!("{} {}: {}", field("project"), field("code"), field("message"))
    };
    report["findings"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn a_tree_of_repositories_is_one_report_without_a_key() {
    let sandbox = three();
    assert_eq!(statuses(&sandbox, "", 1), ["soon due_soon", "fresh ok", "late overdue"]);
    let report = sandbox.envward("audit").code(1);
    assert!(
        report.stdout.ends_with(
            "\n3 projects, 3 variables: 1 overdue, 1 due_soon, 1 ok\n\
             who wrote the entries of the ledger was not checked: that takes a key\n"
        ),
        "{}",
        report.stdout
    );
    assert_eq!(report.stderr, "");
}

#[test]
fn paths_and_lists_choose_projects() {
    let sandbox = three();
    assert_eq!(statuses(&sandbox, "team/fresh soon", 0), ["fresh ok", "soon due_soon"]);
    sandbox.write("all.txt", "# ours\nteam/late   # the old one\n\nsoon\n");
    assert_eq!(statuses(&sandbox, "--list all.txt", 1), ["late overdue", "soon due_soon"]);
    assert_eq!(
        statuses(&sandbox, "soon --list all.txt team", 1),
        ["soon due_soon", "fresh ok", "late overdue"]
    );
}

#[test]
fn each_state_can_be_what_fails() {
    let sandbox = three();
    for (fail_on, code) in [
        ("none", 0),
        ("overdue", 1),
        ("breached", 0),
        ("due_soon", 1),
        ("unknown", 0),
        ("exempt", 0),
        ("overlap", 0),
    ] {
        let run = sandbox.envward(&format!("audit --fail-on {fail_on}"));
        assert_eq!(run.code, Some(code), "--fail-on {fail_on}");
    }
    assert_eq!(statuses(&sandbox, "soon --fail-on due_soon,overdue", 1), ["soon due_soon"]);
}

#[test]
fn who_is_expected_and_not_there_is_silent() {
    let sandbox = three();
    sandbox.write("expected.txt", "fresh\ngone\nsoon\n");
    let expected = "gone silent: it is expected, and was neither found nor sent a report";
    assert_eq!(findings(&sandbox, "--fail-on none --expect expected.txt"), [expected]);
    sandbox.write("expected.txt", "fresh\nsoon\n");
    sandbox.envward("audit --fail-on none --expect expected.txt").success();
}

#[test]
fn what_cannot_be_read_does_not_stop_the_others() {
    let mut sandbox = three();
    sandbox.write("broken/envward.toml", "[project\nname = \"hunter2\"\n");
    sandbox.write(
        "foreign/envward.toml",
        "[project]\nname = \"foreign\"\nschema = \"gone.toml\"\n[environments.production]\n",
    );
    add(&mut sandbox, "half", "half", "2026-02-20");
    sandbox.write("half/secrets/production.enc.env", "no sealed file\n");
    sandbox.shell("mkdir locked && chmod 000 locked");
    let found = findings(&sandbox, "--fail-on none");
    sandbox.shell("chmod 700 locked");
    assert_eq!(statuses(&sandbox, "team", 1), ["fresh ok", "late overdue"]);
    let is_root = sandbox.shell("id -u").trim() == "0";
    let names: Vec<&str> = found.iter().map(|text| text.split(':').next().unwrap()).collect();
    let mut expected =
        vec!["broken unreadable", "foreign unreadable", "half unreadable", "locked unreadable"];
    expected.retain(|name| !is_root || !name.starts_with("locked"));
    assert_eq!(names, expected, "{found:?}");
    assert!(!found.concat().contains("hunter2"), "{found:?}");
}

#[test]
fn an_empty_tree_is_no_tree_in_order() {
    let sandbox = tree();
    sandbox.shell("mkdir empty");
    let found = findings(&sandbox, "--fail-on none empty nowhere");
    assert!(
        found[0].starts_with("empty unreadable: ") && found[0].ends_with("/empty holds no envward.toml"),
        "{found:?}"
    );
    assert!(found[1].starts_with("nowhere unreadable: cannot read "), "{found:?}");
    sandbox.write("list.txt", "empty\n");
    let found = findings(&sandbox, "--fail-on none --list list.txt");
    assert!(found[0].ends_with("/empty has no envward.toml"), "{found:?}");
}

#[test]
fn one_environment_can_be_asked_for_and_a_misspelt_one_is_no_pass() {
    let sandbox = three();
    assert_eq!(statuses(&sandbox, "team/fresh -e production", 0), ["fresh ok"]);
    sandbox
        .envward("audit -e prodution --fail-on none")
        .code(2)
        .stderr("error: none of the projects has an environment \"prodution\"\n");
}

#[test]
fn links_are_not_followed_and_end_no_audit() {
    let sandbox = three();
    sandbox.shell("ln -s .. team/up && ln -s team other && ln -s loop loop");
    assert_eq!(statuses(&sandbox, "", 1).len(), 3);
}

#[test]
fn hostile_names_are_shown_as_text() {
    let mut sandbox = tree();
    add(&mut sandbox, "shop", "=<script>", "2026-02-20");
    sandbox.shell(
        "mkdir \"$(printf 'a\\033[31m\\nb')\" && printf '[' > \"$(printf 'a\\033[31m\\nb')/envward.toml\"",
    );
    let report = sandbox.envward("audit").code(1);
    assert!(!report.stdout.contains('\u{1b}'), "{:?}", report.stdout);
    assert!(report.stdout.contains("=<script>"), "{}", report.stdout);
    assert_eq!(sandbox.envward("audit --format json").code(1).json()["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn the_keyring_is_not_asked() {
    let mut sandbox = three();
    let bus = sandbox.home().join("bus");
    let listener = UnixListener::bind(&bus).unwrap();
    listener.set_nonblocking(true).unwrap();
    sandbox.set("ENVWARD_KEYRING", "on");
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
    for arguments in ["audit", "audit --no-git", "audit access"] {
        let run = sandbox.envward(arguments);
        assert!(matches!(run.code, Some(0 | 1)), "{}", run.stderr);
        assert!(listener.accept().is_err(), "{arguments} asked the keyring");
    }
}

#[test]
fn no_value_and_no_key_is_needed_or_shown() {
    let sandbox = three();
    sandbox.shell(
        "rm -rf */.env.production */*/.env.production */.envward */*/.envward ../home && mkdir ../home",
    );
    for format in ["human", "json"] {
        let report = sandbox.envward(&format!("audit --format {format}")).code(1);
        assert!(!report.stdout.contains("first") && !report.stdout.contains(ALICE), "{}", report.stdout);
    }
    assert_eq!(statuses(&sandbox, "", 1), ["soon due_soon", "fresh ok", "late overdue"]);
}

#[test]
fn the_settings_of_a_repository_run_nothing() {
    let mut sandbox = tree();
    add(&mut sandbox, "shop", "shop", "2026-02-20");
    change(&sandbox, "shop", "second");
    seal(&mut sandbox, "shop", "2026-02-21");
    // A signature is what git would start gpg for.
    sandbox.shell(
        "cd shop && git cat-file commit HEAD > commit && awk '/^$/ && !done { print \"gpgsig -----BEGIN PGP \
         SIGNATURE-----\\n \\n abcd\\n -----END PGP SIGNATURE-----\"; done = 1 } { print }' commit > signed && git \
         update-ref HEAD $(git hash-object -t commit -w signed) && rm commit signed",
    );
    let planted = sandbox.directory_path().join("planted");
    let script = sandbox.directory_path().join("script");
    std::fs::write(&script, format!("#!/bin/sh\ntouch {}\n", planted.display())).unwrap();
    sandbox.shell(&format!("chmod +x {}", script.display()));
    let script = script.display();
    sandbox.shell(&format!(
        "cd shop
        for key in core.fsmonitor core.pager core.sshCommand core.editor gpg.program gpg.ssh.program gpg.x509.program \\
            diff.external diff.hostile.command diff.hostile.textconv filter.hostile.clean filter.hostile.smudge \\
            filter.hostile.process credential.helper pager.log pager.show uploadpack.packObjectsHook \\
            core.alternateRefsCommand trailer.hostile.command gpg.ssh.defaultKeyCommand
        do git config $key '{script}'; done
        git config log.showSignature true
        mkdir -p .git/hooks
        for hook in post-index-change reference-transaction pre-auto-gc; do cp '{script}' .git/hooks/$hook; done
        mkdir -p .git/info && echo '* diff=hostile filter=hostile' | tee .gitattributes > .git/info/attributes"
    ));
    let _ = std::fs::remove_file(&planted);
    let run = sandbox.envward("audit");
    assert!(matches!(run.code, Some(0 | 1)), "{}", run.stderr);
    assert!(run.stdout.contains("API_KEY"), "{}", run.stdout);
    let run = sandbox.envward("audit access").success();
    assert!(run.stdout.contains("alice"), "{}", run.stdout);
    assert!(!planted.exists(), "a setting of the repository ran a program");
}

#[test]
fn without_git_the_ledger_alone_counts() {
    let sandbox = three();
    assert_eq!(statuses(&sandbox, "--no-git", 1), ["soon due_soon", "fresh ok", "late overdue"]);
}

#[test]
fn two_projects_of_one_name_are_told_apart_by_where_they_lie() {
    let mut sandbox = tree();
    add(&mut sandbox, "a/shop", "shop", "2026-01-01");
    add(&mut sandbox, "b/shop", "shop", "2026-02-01");
    let report = sandbox.envward("audit . --format json").json();
    let names: Vec<_> = report["entries"].as_array().unwrap().iter().map(|row| &row["project"]).collect();
    assert_eq!(names, ["shop", "shop (b/shop)"]);
    assert_eq!(report["summary"]["projects"], 2);
    // The same sample twice would make Prometheus refuse all of the file.
    let metrics = sandbox.envward("audit . --format prometheus").stdout;
    let mut series: Vec<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    series.sort_unstable();
    let all = series.len();
    series.dedup();
    assert_eq!(series.len(), all, "{metrics}");
    // Two working copies of one project are two places as well.
    let twice = sandbox.envward("audit a a/shop --format json").json();
    assert_eq!(twice["summary"]["projects"], 1);
}
