//! `envward identity`: a private key is made once, kept privately, and shown only on request.

use std::os::unix::fs::PermissionsExt;

use crate::support::{NOW, Sandbox};

const ALICE: &str = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";
const ALICE_PUBLIC: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
const KEY_FILE: &str = ".config/envward/keys.txt";

fn key_file(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.home().join(KEY_FILE)).unwrap()
}

#[test]
fn a_new_identity_goes_into_a_private_file_where_there_is_no_keyring() {
    let sandbox = Sandbox::new();
    let new = sandbox.envward("identity new").success();
    let path = sandbox.home().join(KEY_FILE);
    let public = new.stdout.trim();
    assert!(public.starts_with("age1") && public.len() == 62, "{public}");
    assert_eq!(new.stderr, format!("the identity is in {}, which only you can read\n", path.display()));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = key_file(&sandbox);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], [format!("# created: {NOW}"), format!("# public key: {public}")]);
    assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
    sandbox.envward("identity show").success().stdout(&format!("{public}\n"));
}

#[test]
fn an_identity_is_never_overwritten() {
    let sandbox = Sandbox::new();
    let _ = sandbox.envward("identity new").success();
    let before = key_file(&sandbox);
    let path = sandbox.home().join(KEY_FILE).display().to_string();
    sandbox.envward("identity new").code(2).stdout("").stderr(&format!(
        "error: there is an identity in {path} already; it is not overwritten\n\
         help: `envward identity show` prints its public key\n"
    ));
    sandbox.write("alice.txt", ALICE);
    let _ = sandbox.envward("identity import alice.txt").code(2);
    assert_eq!(key_file(&sandbox), before);
}

#[test]
fn show_prints_the_private_key_only_when_asked() {
    let sandbox = Sandbox::new().with("ENVWARD_IDENTITY", ALICE);
    let shown = sandbox.envward("identity show -v").success();
    assert_eq!(shown.stdout, format!("{ALICE_PUBLIC}\n"));
    assert_eq!(shown.stderr, "from ENVWARD_IDENTITY\n");
    sandbox.envward("identity show --secret").success().stdout(&format!("{ALICE}\n"));
}

#[test]
fn show_without_an_identity_says_how_to_get_one() {
    Sandbox::new().envward("identity show").code(4).stdout("").stderr(
        "error: there is no identity to decrypt with\n\
         help: run `envward identity new`, or name a key file with --identity or ENVWARD_IDENTITY\n",
    );
}

#[test]
fn import_takes_a_key_file_or_standard_input() {
    let sandbox = Sandbox::new();
    sandbox.write("alice.txt", format!("# from age-keygen\n{ALICE}\n"));
    sandbox.envward("identity import alice.txt").success().stdout(&format!("{ALICE_PUBLIC}\n"));
    sandbox.envward("identity show --secret").success().stdout(&format!("{ALICE}\n"));
    let sandbox = Sandbox::new();
    let imported = sandbox.envward_with_input(&["identity", "import"], format!("{ALICE}\n").as_bytes());
    imported.success().stdout(&format!("{ALICE_PUBLIC}\n"));
}

#[test]
fn import_refuses_what_is_no_identity_without_showing_it() {
    let sandbox = Sandbox::new();
    let refused = sandbox.envward_with_input(&["identity", "import"], b"hunter2\n").code(4);
    assert_eq!(
        refused.stderr,
        "error: what was given: line 1 is not an age identity\n\
         help: an identity is a line that starts with AGE-SECRET-KEY-1\n"
    );
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ssh/ed25519");
    let refused = sandbox.envward(&format!("identity import {key}")).code(2);
    assert!(refused.stderr.ends_with("help: name it with --identity or ENVWARD_IDENTITY\n"));
    assert!(!sandbox.home().join(KEY_FILE).exists());
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_command_that_helps() {
    let sandbox = Sandbox::new();
    sandbox.write("alice.txt", ALICE);
    sandbox.shell("chmod 644 alice.txt");
    let expected = |path: &str| {
        format!("error: {path} can be read by other users (mode 644)\nhelp: run: chmod 600 {path}\n")
    };
    sandbox.envward("identity show --identity alice.txt").code(4).stderr(&expected("alice.txt"));
    // The person who copies the command is not in that directory.
    let path = sandbox.project().join("alice.txt").display().to_string();
    sandbox.envward("-C ../project identity show --identity alice.txt").code(4).stderr(&expected(&path));
}

#[test]
fn the_public_key_in_the_place_of_the_private_one_is_told_from_a_path() {
    let expected = |place: &str| {
        format!(
            "error: {place} is a public key, which cannot decrypt\n\
             help: an identity is a line that starts with AGE-SECRET-KEY-1\n"
        )
    };
    let ssh = include_str!("fixtures/ssh/ed25519.pub");
    for public in [ALICE_PUBLIC, ssh] {
        let sandbox = Sandbox::new().with("ENVWARD_IDENTITY", public);
        sandbox.envward("identity show").code(4).stderr(&expected("ENVWARD_IDENTITY: line 1"));
    }
    let sandbox = Sandbox::new();
    let named = format!("identity show --identity {ALICE_PUBLIC}");
    sandbox.envward(&named).code(4).stderr(&expected("--identity: line 1"));
    sandbox.write("alice.txt", format!("# mine\n{ALICE_PUBLIC}\n"));
    sandbox.envward("identity show --identity alice.txt").code(4).stderr_has("line 2 is a public key");
}

#[test]
fn a_private_key_as_an_argument_is_refused_and_not_shown() {
    for key in [ALICE.to_owned(), ALICE.to_lowercase()] {
        for arguments in ["identity show --identity", "identity import"] {
            Sandbox::new().envward(&format!("{arguments} {key}")).code(2).stderr(
                "error: this is a private key, and not the path of a file\n\
                 help: other users can see arguments: give it in a file, or in ENVWARD_IDENTITY\n",
            );
        }
    }
}

#[test]
fn without_a_home_directory_there_is_nowhere_to_keep_one() {
    Sandbox::new().with("HOME", "").envward("identity new").code(2).stderr(
        "error: there is no OS keyring and no home directory to keep an identity in\n\
         help: set HOME, or name a key file with ENVWARD_IDENTITY\n",
    );
}
