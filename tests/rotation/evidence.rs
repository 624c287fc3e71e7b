//! Lies about the age of a value, each in a history that is honest otherwise: every one is told, none makes a value
//! younger, and the honest twin, with as many steps, is clean. No key is needed to see it.

use envward::ledger::{Event, Ledger};
use envward::secret::Key;
use serde_json::Value;

use super::project::{LEDGER, Project, SEALED};
use crate::support::Run;

/// What `rotation status` says.
struct Status {
    run: Run,
    report: Value,
}

impl Status {
    /// Asks on a day, as someone who has no key.
    fn of(project: &mut Project, day: &str, flags: &str) -> Self {
        project.on(day);
        let stranger = project.sandbox.copy().with("ENVWARD_IDENTITY", "/nowhere");
        let run = stranger.envward(&format!("rotation status --format json {flags}"));
        let report = run.json();
        Self { run, report }
    }

    /// The entry of a variable.
    fn entry(&self, variable: &str) -> &Value {
        let mut entries = self.report["entries"].as_array().unwrap().iter();
        entries.find(|entry| entry["variable"] == variable).unwrap()
    }

    /// The day since when it has its value, the grade, and the kinds of findings; `-` for what is not known.
    fn row(&self, variable: &str) -> String {
        let entry = self.entry(variable);
        let text = |name: &str| entry[name].as_str().unwrap_or("-").chars().take(10).collect::<String>();
        let codes = codes(&entry["findings"]);
        [text("last_rotated"), text("evidence"), codes].join(" ").trim_end().to_owned()
    }

    /// The kinds of findings about the project.
    fn findings(&self) -> String {
        codes(&self.report["findings"])
    }

    #[track_caller]
    fn code(self, code: i32) -> Self {
        Self { run: self.run.code(code), report: self.report }
    }
}

fn codes(findings: &Value) -> String {
    let codes = findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap());
    codes.collect::<Vec<_>>().join(" ")
}

/// Two rotations of `TOKEN` and one of `API_KEY`.
fn honest() -> Project {
    let mut project = Project::new();
    project.rotate("2026-02-01", "TOKEN", "token-2");
    project.rotate("2026-02-10", "API_KEY", "key-2");
    project.rotate("2026-03-01", "TOKEN", "token-3");
    project
}

/// An entry that someone with the project key writes, without the sealed file: `TOKEN` has a new value.
fn claim(project: &Project, at: &str) {
    let path = project.sandbox.project().join(LEDGER);
    let ledger = Ledger::read(&path).unwrap();
    let mut entry = ledger.entries().last().unwrap().entry.clone();
    entry.event = Event::Sealed;
    entry.at = format!("{at}T12:00:00Z");
    entry.fingerprints = [("TOKEN".to_owned(), "ab".repeat(16))].into();
    ledger.append(&path, entry, &project_key(project)).unwrap();
}

fn project_key(project: &Project) -> Key {
    let keys = project.project_keys();
    keys.into_iter().next().unwrap().1
}

#[test]
fn the_honest_twin_is_clean() {
    let mut project = honest();
    let status = Status::of(&mut project, "2026-03-10", "").code(0);
    assert_eq!(status.row("TOKEN"), "2026-03-01 D");
    assert_eq!(status.row("API_KEY"), "2026-02-10 D");
    assert_eq!(status.findings(), "");
    // Work in progress is no lie either.
    project.on("2026-03-20");
    project.set("TOKEN", "token-4");
    let status = Status::of(&mut project, "2026-03-21", "").code(0);
    assert_eq!((status.row("TOKEN").as_str(), status.findings().as_str()), ("2026-03-20 D", ""));
    // Nor is what is committed days later, or in two commits.
    project.on("2026-03-23");
    project.sandbox.shell(&format!("git add {SEALED} && git commit -qm file"));
    project.on("2026-03-26");
    project.sandbox.shell("git add -A && git commit -qm ledger");
    let status = Status::of(&mut project, "2026-03-27", "").code(0);
    assert_eq!((status.row("TOKEN").as_str(), status.findings().as_str()), ("2026-03-20 D", ""));
}

#[test]
fn a_ledger_entry_without_a_change_of_the_ciphertext() {
    let mut project = honest();
    project.on("2026-03-05");
    claim(&project, "2026-03-05");
    project.commit();
    let status = Status::of(&mut project, "2026-03-10", "").code(1);
    assert_eq!(status.row("TOKEN"), "2026-03-01 D claim-contradicted");
    assert_eq!(status.row("API_KEY"), "2026-02-10 D");
    assert_eq!(status.findings(), "claim-contradicted");
}

#[test]
fn an_edited_date_in_a_line_of_the_ledger() {
    // By someone without the key: the line does not have its hash any more.
    let mut project = honest();
    let edited: Vec<String> =
        project.ledger().iter().map(|line| line.replace("2026-03-01T", "2026-03-09T")).collect();
    project.write_ledger(&edited);
    project.commit();
    let status = Status::of(&mut project, "2026-03-10", "").code(1);
    assert_eq!(status.findings(), "ledger-broken ledger-rewritten");
    assert_eq!(status.row("TOKEN"), "2026-03-01 D");
    // By someone with the key, who writes the entry anew.
    let mut project = honest();
    let path = project.sandbox.project().join(LEDGER);
    let mut entry = Ledger::read(&path).unwrap().entries().last().unwrap().entry.clone();
    entry.at = "2026-03-09T12:00:00Z".to_owned();
    let lines = project.ledger();
    project.write_ledger(&lines[..lines.len() - 1]);
    Ledger::read(&path).unwrap().append(&path, entry, &project_key(&project)).unwrap();
    project.on("2026-03-09");
    project.commit();
    let status = Status::of(&mut project, "2026-03-10", "").code(1);
    assert_eq!(status.row("TOKEN"), "2026-03-01 D claim-contradicted");
    assert_eq!(status.findings(), "ledger-rewritten claim-contradicted");
}

#[test]
fn an_entry_taken_out_of_the_ledger() {
    let mut project = honest();
    let lines = project.ledger();
    // From the middle: another entry follows it. From the end: only the commits know.
    for (index, codes) in [(1, "ledger-rewritten ledger-rewritten"), (3, "ledger-rewritten")] {
        let kept = lines.iter().enumerate().filter(|(line, _)| *line != index).map(|(_, line)| line.clone());
        project.write_ledger(&kept.collect::<Vec<_>>());
        let status = Status::of(&mut project, "2026-03-10", "").code(1);
        assert_eq!(status.findings(), codes, "{index}");
    }
}

#[test]
fn an_old_sealed_file_put_back() {
    let mut project = honest();
    project.on("2026-03-05");
    project.sandbox.shell(&format!("git checkout -q HEAD~1 -- {SEALED}"));
    project.commit();
    let status = Status::of(&mut project, "2026-03-10", "").code(1);
    assert_eq!(status.row("TOKEN"), "2026-02-01 D claim-contradicted value-returned");
    assert_eq!(status.row("API_KEY"), "2026-02-10 D");
    // The whole commit taken back, ledger and all.
    let mut project = honest();
    project.on("2026-03-05");
    project.sandbox.shell("git revert --no-edit HEAD");
    let status = Status::of(&mut project, "2026-03-10", "").code(1);
    assert_eq!(status.row("TOKEN"), "2026-02-01 D value-returned");
    assert_eq!(status.findings(), "ledger-rewritten");
    // The old value, sealed anew.
    let mut project = honest();
    project.rotate("2026-03-05", "TOKEN", "token-2");
    let status = Status::of(&mut project, "2026-03-10", "").code(0);
    assert_eq!(status.row("TOKEN"), "2026-02-01 D value-returned");
}

#[test]
fn a_ciphertext_that_changed_and_no_entry_says_so() {
    let mut project = honest();
    project.rotate("2026-03-20", "API_KEY", "key-3");
    let lines = project.ledger();
    project.write_ledger(&lines[..lines.len() - 1]);
    project.sandbox.shell("git commit -qa --amend --no-edit");
    let status = Status::of(&mut project, "2026-03-25", "").code(0);
    assert_eq!(status.row("API_KEY"), "2026-02-10 D sources-disagree");
    assert_eq!(status.findings(), "");
}

#[test]
fn a_signed_commit_is_better_evidence() {
    let mut project = Project::new();
    project.sandbox.shell(
        "ssh-keygen -q -t ed25519 -N '' -f $HOME/key && ssh-keygen -q -t ed25519 -N '' -f $HOME/other \
         && echo \"a@example.com $(cat $HOME/key.pub)\" > $HOME/signers \
         && git config --global gpg.ssh.allowedSignersFile $HOME/signers \
         && git config gpg.format ssh && git config commit.gpgSign true && git config user.signingKey $HOME/key.pub",
    );
    project.rotate("2026-02-01", "TOKEN", "token-2");
    let status = Status::of(&mut project, "2026-03-10", "").code(0);
    assert_eq!(
        (status.row("TOKEN").as_str(), status.row("API_KEY").as_str()),
        ("2026-02-01 C", "2026-01-01 D")
    );
    // By someone whom the user does not know, though the repository says that it does.
    project.sandbox.shell(
        "git config user.signingKey $HOME/other.pub && echo \"a@example.com $(cat $HOME/other.pub)\" > signers \
         && git config gpg.ssh.allowedSignersFile $PWD/signers",
    );
    project.rotate("2026-02-10", "API_KEY", "key-2");
    let status = Status::of(&mut project, "2026-03-10", "").code(0);
    assert_eq!(
        (status.row("TOKEN").as_str(), status.row("API_KEY").as_str()),
        ("2026-02-01 C", "2026-02-10 D")
    );
}

#[test]
fn a_shallow_clone_says_so_and_gives_no_date() {
    let project = honest();
    let mut clone = Project::new();
    clone.sandbox.shell(&format!(
        "rm -rf .git && git clone -q --depth 1 file://{} ../clone && mv ../clone/.git . && git reset -q --hard",
        project.sandbox.project().display()
    ));
    let status = Status::of(&mut clone, "2026-03-10", "").code(1);
    assert_eq!(status.row("TOKEN"), "- - shallow-history");
    let text = &status.entry("TOKEN")["findings"][0]["message"];
    assert_eq!(
        text,
        "this clone lacks the commit that changed it, so that its age does not show; run: git fetch --unshallow"
    );
    // Without git the ledger stands alone.
    let status = Status::of(&mut clone, "2026-03-10", "--no-git").code(0);
    assert_eq!(status.row("TOKEN"), "2026-03-01 D");
}

#[test]
fn another_name_makes_a_value_neither_younger_nor_one_that_returned() {
    let mut project = honest();
    let before = Status::of(&mut project, "2026-03-01", "").row("TOKEN");
    let manifest = project.sandbox.read("envward.toml");
    let other =
        "[vars.OTHER]\nrequired = false\nrotate = { every = \"90d\" }\n\n[vars.TOKEN]\nrequired = false\n";
    project.sandbox.write("envward.toml", manifest.replace("[vars.TOKEN]\n", other));
    project.on("2026-03-02");
    let _ = project.sandbox.envward("rename TOKEN OTHER").success();
    project.commit();
    let status = Status::of(&mut project, "2026-03-03", "");
    assert_eq!((status.row("OTHER"), status.findings()), (before.clone(), String::new()));
    // There and back again.
    project.on("2026-03-04");
    let _ = project.sandbox.envward("rename OTHER TOKEN").success();
    project.commit();
    let status = Status::of(&mut project, "2026-03-05", "");
    assert_eq!((status.row("TOKEN"), status.findings()), (before, String::new()));
    // A new value under the new name is new.
    project.on("2026-03-06");
    let _ = project.sandbox.envward("rename TOKEN OTHER").success();
    project.rotate("2026-03-07", "OTHER", "token-9");
    let row = Status::of(&mut project, "2026-03-08", "").row("OTHER");
    assert!(row.starts_with("2026-03-07 "), "{row}");
    // And one under the old name, before it was renamed in the same commit.
    project.on("2026-03-09");
    project.set("OTHER", "token-10");
    let _ = project.sandbox.envward("rename OTHER TOKEN").success();
    project.commit();
    let status = Status::of(&mut project, "2026-03-10", "");
    assert!(status.row("TOKEN").starts_with("2026-03-09 "), "{}", status.row("TOKEN"));
    assert_eq!(status.findings(), "");
}

#[test]
fn what_only_the_sealed_age_file_holds_has_a_row_whatever_the_env_file_has() {
    let mut project = Project::age();
    project.sandbox.write(".env.production", "TOKEN=token-1\n");
    let status = Status::of(&mut project, "2026-05-01", "").code(1);
    assert_eq!(status.row("API_KEY"), "2026-01-01 D");
    assert_eq!(status.row("TOKEN"), "2026-01-01 D");
}
