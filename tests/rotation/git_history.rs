//! What the commits of a real repository say about the age of each ciphertext, and about the ledger.

use std::collections::BTreeSet;

use envward::rotation::FindingCode;

use super::project::{LEDGER, Project, SEALED};
use crate::support::shop::BOB_PUBLIC;

#[test]
fn each_variable_has_the_date_of_the_commit_that_changed_it() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
    assert!(project.history().findings.is_empty());
    // A commit of something else is none of theirs.
    project.on("2026-03-01");
    project.sandbox.write("README.md", "shop");
    project.commit();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
}

#[test]
fn what_is_not_committed_has_no_date() {
    let mut project = Project::new();
    project.on("2026-02-01");
    project.set("TOKEN", "token-2");
    assert_eq!(project.changed("TOKEN"), None);
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
    let unsealed = Project::unsealed("");
    assert!(unsealed.history().changes.is_empty());
    unsealed.sandbox.write(SEALED, "");
    assert!(unsealed.history().changes.is_empty());
}

#[test]
fn a_merge_brings_the_dates_of_its_branch() {
    let mut project = Project::new();
    project.sandbox.shell("git switch -qc rotation");
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.sandbox.shell("git switch -q main");
    project.on("2026-02-02");
    project.sandbox.write("README.md", "shop");
    project.commit();
    project.on("2026-03-01");
    project.sandbox.shell("git merge -q --no-ff --no-edit rotation");
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    let history = project.history();
    assert!(!history.changes["TOKEN"].returned);
    assert!(history.findings.is_empty(), "{:?}", history.findings);
}

#[test]
fn a_merge_that_drops_a_rotation_puts_the_old_value_back() {
    let mut project = Project::new();
    project.sandbox.shell("git switch -qc rotation");
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.sandbox.shell("git switch -q main");
    project.on("2026-02-02");
    project.sandbox.write("README.md", "shop");
    project.commit();
    project.on("2026-03-01");
    project.sandbox.shell("git merge -q -s ours --no-edit rotation");
    let history = project.history();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-01-01"));
    assert!(history.changes["TOKEN"].returned && !history.changes["API_KEY"].returned);
    assert_eq!(history.findings[0].code, FindingCode::LedgerRewritten);
}

#[test]
fn a_rebase_makes_nothing_younger() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    // Commits that no ledger tells of.
    project.sandbox.shell(&format!(
        "git filter-branch -f --index-filter 'git rm -q --cached --ignore-unmatch {LEDGER}' >/dev/null 2>&1 && rm -f {LEDGER}"
    ));
    project.on("2026-06-01");
    project.sandbox.shell("git rebase -q --root --force-rebase");
    let committed = project.sandbox.shell("git log --format=%cs | sort -u");
    assert_eq!(committed, "2026-06-01\n");
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    let report = project.sandbox.envward("rotation status --format json --fail-on none").success().json();
    assert_eq!(report["entries"][0]["last_rotated"], "2026-01-01T12:00:00Z");
    assert_eq!(report["entries"][0]["status"], "breached");
}

#[test]
fn a_value_that_was_added_to_an_older_commit_is_as_old_as_the_ledger_says() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "API_KEY", "key-2");
    project.on("2026-02-20");
    project.set("TOKEN", "token-2");
    project.sandbox.shell("git commit -qa --amend --no-edit --date=2026-02-01T12:00:00Z");
    let report =
        project.sandbox.envward("rotation status TOKEN --format json --fail-on none").success().json();
    assert_eq!(report["entries"][0]["last_rotated"], "2026-02-20T12:00:00Z");
    assert_eq!(report["entries"][0]["findings"], serde_json::json!([]));
}

#[test]
fn a_rename_of_the_file_changes_no_date() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.on("2026-03-01");
    let manifest = project.sandbox.read("envward.toml");
    let here = "[environments.production]\n";
    project
        .sandbox
        .write("envward.toml", manifest.replace(here, &format!("{here}sealed = \"live.enc.env\"\n")));
    project.sandbox.shell(&format!("git mv {SEALED} live.enc.env"));
    project.set("API_KEY", "key-2");
    project.commit();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-03-01"));
}

#[test]
fn a_project_that_moved_into_a_directory_keeps_its_dates_and_its_ledger() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.on("2026-03-01");
    project.sandbox.shell(
        "mkdir -p apps/shop && git mv envward.toml secrets envward.ledger.jsonl .gitignore apps/shop/ \
         && git commit -qm move && git mv apps/shop/envward.toml apps/shop/secrets apps/shop/envward.ledger.jsonl .",
    );
    project.sandbox.shell("git mv apps/shop/.gitignore . && git commit -qm back");
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
    assert!(project.history().findings.is_empty());
}

#[test]
fn a_new_data_key_is_no_new_value() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.on("2026-02-10");
    let _ = project.sandbox.envward(&format!("recipients add bob {BOB_PUBLIC}")).success();
    project.commit();
    project.on("2026-03-01");
    let before = project.sandbox.read(SEALED);
    let _ = project.sandbox.envward("recipients remove bob");
    assert_ne!(line(&before, "TOKEN"), line(&project.sandbox.read(SEALED), "TOKEN"));
    project.commit();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
    // And what changes after it does.
    project.rotate("2026-04-01", "API_KEY", "key-2");
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-04-01"));
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert!(project.history().changes.values().all(|change| !change.returned));
}

#[test]
fn a_value_that_changes_in_the_commit_of_a_new_data_key_is_new() {
    let mut project = Project::new();
    let _ = project.sandbox.envward(&format!("recipients add bob {BOB_PUBLIC}")).success();
    project.commit();
    project.on("2026-03-01");
    let _ = project.sandbox.envward("recipients remove bob");
    project.on("2026-03-02");
    project.set("TOKEN", "token-2");
    project.commit();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-03-02"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
}

#[test]
fn a_file_that_was_put_back_is_as_old_as_it_was() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.on("2026-03-01");
    project.sandbox.shell(&format!("git checkout -q HEAD~1 -- {SEALED} && git commit -qm back"));
    let history = project.history();
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-01-01"));
    assert!(history.changes["TOKEN"].returned && !history.changes["API_KEY"].returned);
}

#[test]
fn a_shallow_clone_knows_what_it_does_not_know() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.rotate("2026-03-01", "TOKEN", "token-3");
    project.sandbox.shell(
        "git clone -q --depth 2 file://$PWD ../clone && rm -rf .git && mv ../clone/.git . && git reset -q --hard",
    );
    let history = project.history();
    assert!(history.shallow && history.changes["API_KEY"].boundary && !history.changes["TOKEN"].boundary);
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-03-01"));
}

#[test]
fn a_partial_clone_gives_no_date_that_it_cannot_prove() {
    for filter in ["blob:none", "tree:0"] {
        let mut project = Project::new();
        project.rotate("2026-02-01", "TOKEN", "token-2");
        project.sandbox.shell(&format!(
            "git config uploadpack.allowFilter true && git clone -q --filter={filter} file://$PWD ../clone \
             && mv .git ../origin.git && mv ../clone/.git . && git reset -q --hard"
        ));
        let history = project.history();
        assert!(history.shallow, "{filter}");
        assert_eq!((project.changed("TOKEN"), project.changed("API_KEY")), (None, None), "{filter}");
    }
}

#[test]
fn an_age_file_has_one_date() {
    let mut project = Project::age();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    let history = project.history();
    assert!(history.changes.is_empty());
    let file = history.file.expect("it is committed");
    assert_eq!(file.at.to_string(), "2026-02-01T12:00:00Z");
    project.on("2026-03-01");
    let before = "git checkout -q HEAD~1 -- secrets/production.env.age && git commit -qm back";
    project.sandbox.shell(before);
    let file = project.history().file.expect("it is committed");
    assert_eq!((file.at.to_string().as_str(), file.returned), ("2026-01-01T12:00:00Z", true));
}

#[test]
fn an_entry_that_is_gone_or_was_changed_is_told_with_its_commit() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.rotate("2026-03-01", "TOKEN", "token-3");
    let honest = project.ledger();
    let id = id_of(&honest[1]);
    project.write_ledger(&[honest[0].clone(), honest[2].clone()]);
    let told = messages(&project);
    assert_eq!(
        told,
        [format!(
            "entry {id} (sealed, 2026-02-01T12:00:00Z) is committed and no longer in the ledger, or was changed"
        )]
    );
    project.on("2026-04-01");
    project.commit();
    let commit = project.sandbox.shell("git rev-parse HEAD")[..12].to_owned();
    assert_eq!(
        messages(&project),
        [format!(
            "commit {commit} took entry {id} (sealed, 2026-02-01T12:00:00Z) out of the ledger, or changed it"
        )]
    );
    // Put back, there is nothing to tell.
    project.write_ledger(&honest);
    assert_eq!(messages(&project), [""; 0]);
    // One date of a line that is committed.
    let edited: Vec<String> = honest.iter().map(|line| line.replace("2026-02-01T", "2026-02-20T")).collect();
    project.write_ledger(&edited);
    assert_eq!(messages(&project).len(), 1);
    std::fs::remove_file(project.sandbox.project().join(LEDGER)).unwrap();
    assert_eq!(messages(&project).len(), 3);
}

#[test]
fn a_repository_with_hostile_settings_runs_nothing() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    let canary = project.sandbox.directory_path().join("ran");
    let evil = project.sandbox.home().join("evil");
    std::fs::write(&evil, format!("#!/bin/sh\ntouch {}\ncat\n", canary.display())).unwrap();
    project.sandbox.shell("chmod +x $HOME/evil");
    for setting in [
        "gpg.program",
        "gpg.openpgp.program",
        "gpg.ssh.program",
        "gpg.x509.program",
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "core.sshCommand",
        "gpg.ssh.defaultKeyCommand",
    ] {
        project.sandbox.shell(&format!("git config {setting} {}", evil.display()));
    }
    project.sandbox.write(".git/info/attributes", "* diff=evil filter=evil\n");
    for key in
        ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"]
    {
        project.sandbox.shell(&format!(
            "git cat-file commit HEAD | sed 's/^committer.*/&\\ngpgsig {key}\\n x/' > ../commit \
             && git update-ref HEAD $(git hash-object --literally -t commit -w ../commit)"
        ));
        let history = project.history();
        assert!(!history.changes["TOKEN"].signed);
        assert!(!canary.exists(), "{key}");
    }
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
}

#[test]
fn settings_of_the_repository_hide_no_commit() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.sandbox.shell(
        "git config log.showRoot false && git config log.follow true && git config diff.relative true \
         && git config log.diffMerges first-parent && git config diff.renames false && git config log.showSignature true \
         && git replace --graft HEAD",
    );
    assert_eq!(project.changed("TOKEN").as_deref(), Some("2026-02-01"));
    assert_eq!(project.changed("API_KEY").as_deref(), Some("2026-01-01"));
}

#[test]
fn more_commits_take_no_more_processes() {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.sandbox.shell(
        "mkdir ../bin && printf '#!/bin/sh\\necho x >> %s\\nPATH=%s exec git \"$@\"\\n' \"$HOME/runs\" \"$PATH\" \
         > ../bin/git && chmod +x ../bin/git",
    );
    let path = format!(
        "{}:{}",
        project.sandbox.directory_path().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let plain = std::env::var("PATH").unwrap();
    let runs = |project: &mut Project| {
        project.sandbox.set("PATH", path.clone());
        let _ = project.history();
        project.sandbox.set("PATH", plain.clone());
        project.sandbox.shell("wc -l < $HOME/runs && rm $HOME/runs").trim().to_owned()
    };
    assert_eq!(runs(&mut project), "3");
    for day in 10..20 {
        project.rotate(&format!("2026-02-{day}"), "TOKEN", &format!("token-{day}"));
    }
    assert_eq!(runs(&mut project), "3");
}

/// The line of a variable.
fn line<'a>(sealed: &'a str, name: &str) -> Option<&'a str> {
    sealed.lines().find(|line| line.starts_with(&format!("{name}=")))
}

/// The beginning of an entry's id.
fn id_of(line: &str) -> String {
    let entry: serde_json::Value = serde_json::from_str(line).unwrap();
    entry["id"].as_str().unwrap()[..12].to_owned()
}

/// What is wrong with the ledger.
fn messages(project: &Project) -> Vec<String> {
    let findings = project.history().findings;
    let codes: BTreeSet<_> = findings.iter().map(|finding| finding.code).collect();
    assert!(codes.into_iter().all(|code| code == FindingCode::LedgerRewritten));
    findings.into_iter().map(|finding| finding.message).collect()
}
