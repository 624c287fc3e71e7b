//! Which identity is used, what is asked, and what is said when none fits.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use super::*;
use crate::cli::Globals;
use crate::context::Clock;
use crate::env_vars::EnvSnapshot;
use crate::fs;
use crate::rng::Rng;
use crate::seal::age_file;
use crate::seal::recipients::{Plugins, Recipient};
use crate::ui::{ColorChoice, Ui};

const ALICE: &str = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";
const ALICE_PUBLIC: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
const BOB: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

/// A home directory, the variables of a user in it, and no keyring.
struct Home {
    directory: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let home = directory.path().display().to_string();
        let variables = [("HOME", home.as_str()), ("ENVWARD_KEYRING", "off")];
        Self {
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            directory,
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// A file that only its owner can read.
    fn file(self, path: &str, content: &str) -> Self {
        ok(fs::write_private(&self.path(path), content.as_bytes()));
        self
    }

    fn identities(&self, flag: Option<&str>) -> Identities {
        let variables = self.variables.iter().map(|(name, value)| (name.into(), value.into()));
        let env: EnvSnapshot = variables.collect();
        let context = Context {
            ui: Ui::new(ColorChoice::Never, true, 0, true),
            clock: Clock::system(&env),
            rng: Rng::test_only_seeded(1),
            cwd: self.directory.path().to_owned(),
            globals: Globals { no_input: true, ..Globals::default() },
            env,
        };
        Identities::from_user(flag.map(Path::new), &context)
    }
}

/// Answers every passphrase with the same text and counts the questions.
struct Answers {
    passphrase: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Answers {
    fn new(passphrase: &'static str) -> Arc<Self> {
        Arc::new(Self { passphrase, asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics while asking").clone()
    }
}

impl Questions for Answers {
    fn secret(&self, question: &str) -> Option<Secret> {
        self.asked.lock().expect("no test panics while asking").push(question.to_owned());
        Some(Secret::new(self.passphrase))
    }

    fn line(&self, _question: &str) -> Option<String> {
        None
    }

    fn confirm(&self, _question: &str) -> Option<bool> {
        None
    }

    fn show(&self, _message: &str) {}
}

fn ok<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn ssh_fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ssh").join(name);
    ok(fs::read_text(&path)).to_string()
}

fn to(recipient: &str) -> Vec<u8> {
    let recipient = ok(Recipient::parse(recipient, Plugins::Refused));
    ok(age_file::wrap_to(&[recipient], b"data key")).into_bytes()
}

fn opens(identities: &mut Identities, file: &[u8]) -> bool {
    ok(identities.unwrap(file)).as_slice() == b"data key"
}

/// Alice's key file under a passphrase, with less work than `age -p` asks for.
fn protected(passphrase: &str) -> String {
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(4);
    ok(age::encrypt_and_armor(&recipient, ALICE.as_bytes()))
}

/// The error and its help, with the home directory as `~`.
fn refusal(home: &Home, flag: Option<&str>, file: &[u8]) -> (String, Option<String>) {
    let error = home.identities(flag).unwrap(file).expect_err("nothing opens it");
    let short = |text: String| text.replace(&home.directory.path().display().to_string(), "~");
    (short(error.to_string()), error.hint().map(short))
}

#[test]
fn each_place_is_looked_at() {
    let file = to(ALICE_PUBLIC);
    let key_file = format!("# created\n# public key: {ALICE_PUBLIC}\n{ALICE}\n");
    let homes = [
        Home::new().with("ENVWARD_IDENTITY", ALICE),
        Home::new().with("ENVWARD_IDENTITY", "key.txt").file("key.txt", &key_file),
        Home::new().with("SOPS_AGE_KEY", &format!("{BOB} {ALICE}\n")),
        Home::new().with("SOPS_AGE_KEY_FILE", "key.txt").file("key.txt", &key_file),
        Home::new().file(".config/envward/keys.txt", &key_file),
        Home::new().file(".config/sops/age/keys.txt", &key_file),
    ];
    for (place, home) in homes.iter().enumerate() {
        assert!(opens(&mut home.identities(None), &file), "place {place}");
    }
    let home = Home::new().file("key.txt", &key_file);
    assert!(opens(&mut home.identities(Some("key.txt")), &file));
    let home = Home::new().file(".ssh/id_ed25519", &ssh_fixture("ed25519"));
    assert!(opens(&mut home.identities(None), &to(&ssh_fixture("ed25519.pub"))));
}

#[test]
fn what_comes_after_the_one_that_opens_is_not_even_read() {
    let home = Home::new().with("ENVWARD_IDENTITY", ALICE).with("SOPS_AGE_KEY_FILE", "missing.txt");
    assert!(opens(&mut home.identities(None), &to(ALICE_PUBLIC)));
    let home = home.with("ENVWARD_IDENTITY", BOB);
    let (message, _) = refusal(&home, None, &to(ALICE_PUBLIC));
    assert!(message.starts_with("cannot read ~/missing.txt: "), "{message}");
}

#[test]
fn without_any_identity_the_next_step_is_said() {
    let (message, help) = refusal(&Home::new(), None, &to(ALICE_PUBLIC));
    assert_eq!(message, "there is no identity to decrypt with");
    let expected = "run `envward identity new`, or name a key file with --identity or ENVWARD_IDENTITY";
    assert_eq!(help.as_deref(), Some(expected));
}

#[test]
fn when_none_fits_it_says_how_many_were_tried_and_where_they_are_from() {
    let home =
        Home::new().with("SOPS_AGE_KEY", &format!("{BOB}\n{BOB}")).file(".config/envward/keys.txt", BOB);
    let (message, help) = refusal(&home, None, &to(ALICE_PUBLIC));
    assert_eq!(
        message,
        "none of your identities opens it (tried 2 from SOPS_AGE_KEY, 1 from ~/.config/envward/keys.txt)"
    );
    assert_eq!(
        help.as_deref(),
        Some(
            "send what `envward identity show` prints to someone who can open it, for `envward recipients add`"
        )
    );
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new().file(".config/envward/keys.txt", ALICE);
    let path = home.path(".config/envward/keys.txt");
    ok(std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)));
    let (message, help) = refusal(&home, None, &to(ALICE_PUBLIC));
    assert_eq!(
        message,
        "there is no identity to decrypt with: ~/.config/envward/keys.txt can be read by other users (mode 644)"
    );
    assert_eq!(help.as_deref(), Some("run: chmod 600 ~/.config/envward/keys.txt"));
    let (message, _) = refusal(&home, Some(".config/envward/keys.txt"), &to(ALICE_PUBLIC));
    assert_eq!(message, "~/.config/envward/keys.txt can be read by other users (mode 644)");
    let home = home.with("SOPS_AGE_KEY", BOB);
    let (message, _) = refusal(&home, None, &to(ALICE_PUBLIC));
    assert_eq!(
        message,
        "none of your identities opens it (tried 1 from SOPS_AGE_KEY); \
         ~/.config/envward/keys.txt can be read by other users (mode 644)"
    );
}

#[test]
fn a_line_that_is_no_identity_is_named_and_not_shown() {
    let home = Home::new().file("key.txt", &format!("# mine\n{ALICE}\nhunter2\n"));
    let (message, _) = refusal(&home, Some("key.txt"), &to(ALICE_PUBLIC));
    assert_eq!(message, "--identity ~/key.txt: line 3 is not an age identity");
    for typed in ["AGE-SECRET-KEY-1HUNTER2", "'AGE-SECRET-KEY-1HUNTER2'", "age-secret-key-1hunter2"] {
        let home = Home::new().with("ENVWARD_IDENTITY", typed);
        let (message, _) = refusal(&home, None, &to(ALICE_PUBLIC));
        assert_eq!(message, "ENVWARD_IDENTITY: line 1 is not an age identity");
    }
}

#[test]
fn a_key_file_under_a_passphrase_is_opened_once() {
    let protected = protected("correct horse");
    let answers = Answers::new("correct horse");
    let mut identities = Identities::fixed(&protected, answers.clone());
    assert!(opens(&mut identities, &to(ALICE_PUBLIC)) && opens(&mut identities, &to(ALICE_PUBLIC)));
    assert_eq!(answers.asked(), ["passphrase of the given identities"]);
    let message = |answers: Arc<dyn Questions>| {
        let error = Identities::fixed(&protected, answers).unwrap(&to(ALICE_PUBLIC)).err();
        error.map(|error| error.to_string())
    };
    assert_eq!(
        message(Answers::new("wrong")).as_deref(),
        Some("the given identities: the passphrase does not open it")
    );
    assert_eq!(
        message(Arc::new(NoQuestions)).as_deref(),
        Some("the given identities is protected by a passphrase, and none was given")
    );
}

#[test]
fn an_ssh_key_asks_for_its_passphrase_only_for_files_addressed_to_it() {
    let text = ssh_fixture("ed25519_locked");
    let answers = Answers::new("correct horse");
    let mut identities = Identities::fixed(&text, answers.clone());
    assert!(identities.unwrap(&to(ALICE_PUBLIC)).is_err());
    assert!(answers.asked().is_empty());
    let public = ok(identities.first()).1[0].public().expect("an SSH key tells its public key");
    assert!(opens(&mut identities, &to(&public)) && opens(&mut identities, &to(&public)));
    assert_eq!(answers.asked().len(), 1);
}

#[test]
fn a_damaged_file_is_told_from_one_that_is_not_for_us() {
    let home = Home::new().with("ENVWARD_IDENTITY", ALICE);
    let mut damaged = to(ALICE_PUBLIC);
    damaged.truncate(damaged.len() / 2);
    let (message, _) = refusal(&home, None, &damaged);
    assert_eq!(message, "the encrypted key: it is not an age file, or it was changed");
}

#[test]
fn a_damaged_entry_does_not_hide_one_that_opens() {
    let mut identities = Home::new().with("ENVWARD_IDENTITY", ALICE).identities(None);
    let good = to(ALICE_PUBLIC);
    assert!(identities.unwrap_any(&[b"garbage", &good]).is_ok());
}
