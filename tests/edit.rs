//! `edit`: the values in the user's editor, checked when saved, and nothing left behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crate::support::Sandbox;
use crate::support::sealed::{project, seal};

const SEALED: &str = "secrets/production.enc.env";

/// A sealed environment, and an editor that is this shell script; `$1` is the file.
fn with_editor(script: &str) -> Sandbox {
    let sandbox = project().with("VISUAL", "sh ./editor.sh");
    seal(
        &sandbox,
        "production",
        &[
            ("DB_USER", "app"),
            ("DB_PASSWORD", "old"),
            ("DATABASE_URL", "postgresql://app:old@db:5432/app"),
            ("TLS_KEY", "it's\n\"two\" $x"),
        ],
    );
    sandbox.write("editor.sh", script);
    let runtime = sandbox.directory_path().join("run");
    fs::create_dir(&runtime).unwrap();
    sandbox.with("XDG_RUNTIME_DIR", runtime.display().to_string())
}

fn left_behind(sandbox: &Sandbox) -> Vec<PathBuf> {
    let directory = fs::read_dir(sandbox.directory_path().join("run")).unwrap();
    directory.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_was_saved_is_sealed_and_the_whole_rendered_again() {
    let sandbox =
        with_editor("sed -i 's/^DB_PASSWORD=.*/DB_PASSWORD=new/; s/^TLS_KEY/TOKEN=t\\nTLS_KEY/' \"$1\"");
    sandbox.envward("edit").success().stdout("").stderr(
        "DATABASE_URL was rendered from its parts\n\
         set in secrets/production.enc.env: DB_PASSWORD, TOKEN\n",
    );
    sandbox.envward("get DATABASE_URL").success().stdout("postgresql://app:new@db:5432/app\n");
    sandbox.envward("get TOKEN").success().stdout("t\n");
    sandbox.envward("get TLS_KEY").success().stdout("it's\n\"two\" $x\n");
    assert!(left_behind(&sandbox).is_empty());
}

#[test]
fn a_line_that_is_gone_removes_the_variable() {
    let sandbox = with_editor("sed -i '/^DB_USER=/d' \"$1\"");
    sandbox.envward("edit").success().stderr("removed in secrets/production.enc.env: DB_USER\n");
    let _ = sandbox.envward("get DB_USER").code(1);
}

#[test]
fn comments_and_order_are_sealed_as_they_were_edited() {
    let sandbox = with_editor("sed -i 's/^DB_USER/# of the database\\nDB_USER/' \"$1\"");
    let is_value = |line: &&str| !line.starts_with("sops_") && !line.starts_with('#');
    let before = sandbox.read(SEALED);
    sandbox.envward("edit").success().stderr("comments or order changed in secrets/production.enc.env\n");
    let after = sandbox.read(SEALED);
    assert!(
        before.lines().filter(is_value).eq(after.lines().filter(is_value)),
        "values keep their ciphertext"
    );
    assert!(!after.contains("database"));
    sandbox
        .envward("unseal --stdout")
        .success()
        .stdout_has("# of the database\nDB_USER=app\nDB_PASSWORD=old\n");
    sandbox.envward("verify").success();

    sandbox.write("editor.sh", "sed -i 's/^# of.*/# of all/; s/^DB_PASSWORD=.*/# new\\nTOKEN=t/' \"$1\"");
    sandbox.envward("edit").success().stderr(
        "set in secrets/production.enc.env: TOKEN\nremoved in secrets/production.enc.env: DB_PASSWORD\n\
         comments or order changed in secrets/production.enc.env\n",
    );
    sandbox.envward("unseal --stdout").success().stdout_has("# of all\nDB_USER=app\n\n# new\nTOKEN=t\n");
    sandbox.write("editor.sh", "sed -i '/^#/d' \"$1\"");
    let _ = sandbox.envward("edit").success();
    assert!(!sandbox.envward("unseal --stdout").stdout.contains('#'));
    let before = sandbox.read(SEALED);
    sandbox.envward("edit").success().stderr("nothing was changed\n");
    assert_eq!(sandbox.read(SEALED), before);
}

#[test]
fn a_new_variable_is_sealed_where_it_was_typed_with_its_comment() {
    let sandbox = with_editor("sed -i 's/^DATABASE_URL/# a token\\nTOKEN=t\\nDATABASE_URL/' \"$1\"");
    sandbox.envward("edit").success().stderr("set in secrets/production.enc.env: TOKEN\n");
    sandbox
        .envward("unseal --stdout")
        .success()
        .stdout_has("DB_PASSWORD=old\n\n# a token\nTOKEN=t\nDATABASE_URL=");
}

#[test]
fn an_unchanged_text_writes_nothing() {
    let sandbox = with_editor("true");
    let before = sandbox.read(SEALED);
    sandbox.envward("edit").success().stderr("nothing was changed\n");
    assert_eq!(sandbox.read(SEALED), before);
}

#[test]
fn the_plaintext_is_private_and_everything_beside_it_is_removed() {
    let sandbox = with_editor(
        "stat -c %a \"$1\" \"$(dirname \"$1\")\" > modes; touch \"$1~\" \"$(dirname \"$1\")/.f.swp\"",
    );
    let _ = sandbox.envward("edit").success();
    assert_eq!(sandbox.read("modes"), "600\n700\n");
    assert!(left_behind(&sandbox).is_empty());
}

#[test]
fn the_editor_gets_no_identity() {
    let sandbox = with_editor("env > environment");
    let _ = sandbox.envward("edit").success();
    assert!(sandbox.read("environment").contains("HOME="));
    assert!(!sandbox.read("environment").contains("AGE-SECRET-KEY"));
}

#[test]
fn what_cannot_be_taken_is_named_without_its_value_and_nothing_is_written() {
    let sandbox = with_editor("echo 'PORT=hunter2' >> \"$1\"");
    let before = sandbox.read(SEALED);
    sandbox.envward("edit --no-input").code(1).stderr(
        "error: the value of PORT is not a port\n\
         help: use a number from 1 to 65535\n\
         note: nothing was written\n",
    );
    sandbox.write("editor.sh", "echo 'DB_PASSWORD hunter2' > \"$1\"");
    sandbox.envward("edit --no-input").code(1).stderr(
        "error: 1:1: this line is neither a comment nor NAME=value\n\
         help: write NAME=value, or start the line with # to make it a comment\n\
         note: nothing was written\n",
    );
    assert_eq!(sandbox.read(SEALED), before);
    assert!(left_behind(&sandbox).is_empty());
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let sandbox = with_editor("echo 'TOKEN=x' >> \"$1\"; exit 1");
    let before = sandbox.read(SEALED);
    sandbox.envward("edit").code(2).stderr("error: the editor ended with an error; nothing was changed\n");
    assert_eq!(sandbox.read(SEALED), before);
    assert!(left_behind(&sandbox).is_empty());
}

#[test]
fn no_editor_says_how_to_name_one() {
    let sandbox = with_editor("true").with("VISUAL", "");
    sandbox.envward("edit").code(2).stderr(
        "error: no editor: neither VISUAL nor EDITOR is set\n\
         help: set EDITOR, such as: EDITOR=nano envward edit\n",
    );
}

#[test]
fn a_signal_that_ends_it_leaves_no_plaintext() {
    for signal in ["TERM", "HUP"] {
        let sandbox = with_editor("echo started > started; exec sleep 60");
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
        let mut child = command.arg("edit").stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while !sandbox.has("started") {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(left_behind(&sandbox).len(), 1);
        let directory = fs::metadata(&left_behind(&sandbox)[0]).unwrap();
        assert_eq!(directory.permissions().mode() & 0o777, 0o700);
        sandbox.shell(&format!("kill -{signal} {}", child.id()));
        assert_eq!(child.wait().unwrap().code(), Some(2), "{signal}");
        assert!(left_behind(&sandbox).is_empty(), "{signal}");
    }
}
