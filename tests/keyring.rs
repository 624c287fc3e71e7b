//! The OS keyring, against a real Secret Service in a session of its own.

use std::process::Output;

use crate::support::{Sandbox, tool};

/// Runs a shell script in a new D-Bus session with an unlocked keyring; `None` where there is none to test.
fn in_session(sandbox: &Sandbox, script: &str) -> Option<Output> {
    let bus = tool("dbus-run-session")?;
    let daemon = tool("gnome-keyring-daemon")?;
    let script = format!("printf pw | {daemon} --unlock --components=secrets >/dev/null; {script}");
    let output = sandbox.command(&bus).args(["--", "sh", "-c", &script]).output().unwrap();
    Some(output)
}

/// A sandbox that uses the keyring, with a runtime directory of its own.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let runtime = sandbox.home().join("run");
    std::fs::create_dir(&runtime).unwrap();
    sandbox.shell(&format!("chmod 700 {}", runtime.display()));
    let envward = std::path::Path::new(env!("CARGO_BIN_EXE_envward")).parent().unwrap();
    let path = format!("{}:{}", envward.display(), std::env::var("PATH").unwrap());
    sandbox
        .with("ENVWARD_KEYRING", "on")
        .with("XDG_RUNTIME_DIR", runtime.display().to_string())
        .with("PATH", path)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_new_identity_is_kept_in_the_keyring_and_found_there() {
    let sandbox = sandbox();
    let script = "envward identity new && envward identity show -v && envward identity show --secret";
    let Some(output) = in_session(&sandbox, script) else { return };
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].starts_with("age1") && lines[0] == lines[1], "{stdout}");
    assert!(lines[2].starts_with("AGE-SECRET-KEY-1"), "the keyring gave the private key back");
    assert!(stderr.contains("the identity is in the OS keyring\n"), "{stderr}");
    assert!(stderr.contains("from the OS keyring\n"), "{stderr}");
    assert!(!sandbox.home().join(".config/envward/keys.txt").exists());
}

#[test]
fn what_the_keyring_holds_is_never_overwritten() {
    let sandbox = sandbox();
    let script = "envward identity new && envward identity new; echo $?; envward identity show";
    let Some(output) = in_session(&sandbox, script) else { return };
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((lines.len(), lines[1], lines[0]), (3, "2", lines[2]), "{stdout}{stderr}");
    let expected = "there is an identity in the OS keyring already; it is not overwritten";
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn without_a_session_bus_a_key_file_takes_its_place_and_it_says_so() {
    let sandbox = sandbox().with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let new = sandbox.envward("identity new").success();
    let path = sandbox.home().join(".config/envward/keys.txt").display().to_string();
    assert_eq!(
        new.stderr,
        format!(
            "the identity is in {path}, which only you can read\n\
             note: this machine has no OS keyring that answers\n"
        )
    );
    sandbox.envward("identity show").success().stdout(&new.stdout);
}

#[test]
fn a_missing_keyring_matters_only_when_nothing_else_fits() {
    let sandbox = sandbox().with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    sandbox.envward("identity show").code(4).stderr(
        "error: there is no identity to decrypt with: this machine has no OS keyring that answers\n\
         help: run `envward identity new`, or name a key file with --identity or ENVWARD_IDENTITY\n",
    );
}
