//! Other programs open what envward seals, and envward opens what they wrote: a reader written from the
//! description of the SOPS format alone, `age`, and `sops` where it is installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use envward::rng::Rng;
use envward::seal::age_file;
use envward::seal::identity::{Identities, NoQuestions};
use envward::seal::recipients::{Plugins, Recipient};
use envward::seal::sops::{Document, Plain, Selector};
use envward::secret::{Key, Secret};

use crate::support::{Sandbox, program, tool};

const ALICE: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
const BOB: &str = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";
const PLAINTEXT: &[u8] = b"TOKEN=hunter2\nURL=postgres://u:p%40ss@h/db\n";

fn fixture(path: &str) -> String {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn script(name: &str) -> String {
    format!("{}/tests/interop/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A sandbox with every private key of the fixtures in it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for name in ["sops/alice.agekey", "sops/bob.agekey", "ssh/ed25519", "ssh/rsa"] {
        sandbox.write(name.rsplit('/').next().unwrap(), fixture(name));
    }
    sandbox
}

fn recipient(text: &str) -> Recipient {
    Recipient::parse(text, Plugins::Refused).unwrap()
}

/// Public keys of every kind, with the file that holds the private one.
fn pairs() -> [(String, &'static str); 3] {
    [
        (ALICE.to_owned(), "alice.agekey"),
        (fixture("ssh/ed25519.pub").trim().to_owned(), "ed25519"),
        (fixture("ssh/rsa.pub").trim().to_owned(), "rsa"),
    ]
}

/// Values that are hard on a line format.
fn values() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("EMPTY", ""),
        ("LOG_LEVEL", "INFO"),
        ("PEM", "-----BEGIN X-----\nabc\n-----END X-----"),
        ("PORT", "80\\n80"),
        ("QUOTED", "\"x y\" # 'z' $HOME `id`"),
        ("UNICODE", "Zoë 🔐 ключ"),
    ])
}

/// A sealed file to Alice and Bob; `LOG_LEVEL` and what allows it of `PORT` are clear.
fn sealed(values: &BTreeMap<&str, &str>) -> Vec<u8> {
    let (key, mut rng) = (Key::new([3; 32]), Rng::test_only_seeded(7));
    let selector = Selector::clear_names(["LOG_LEVEL", "PORT"]);
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let recipients = [recipient(ALICE), recipient(BOB)];
    let mut document = Document::new(&key, &recipients, selector, now, &mut rng).unwrap();
    let mut lines = vec![Plain::Comment(Secret::new(" made by a test"))];
    lines.extend(
        values
            .iter()
            .map(|(name, value)| Plain::Value { name: (*name).to_owned(), value: Secret::new(*value) }),
    );
    document.replace(&key, lines, now, &mut rng).unwrap();
    document.push_comment(&key, " a record", &mut rng).unwrap();
    document.to_bytes()
}

#[test]
fn a_reader_written_from_the_format_alone_reads_the_vectors_of_sops() {
    let sandbox = sandbox();
    if !sandbox.has_python_module("cryptography") || !sandbox.has_python_module("pyrage") {
        return;
    }
    let expected: serde_json::Value = serde_json::from_str(&fixture("sops/expected.json")).unwrap();
    for (name, vector) in expected.as_object().unwrap() {
        sandbox.write("sealed.env", fixture(&format!("sops/{name}.enc.env")));
        let read = sandbox.shell(&format!("python3 {} alice.agekey sealed.env", script("read_sops.py")));
        let read: serde_json::Value = serde_json::from_str(&read).unwrap();
        assert_eq!(read, vector["values"], "{name}");
    }
}

#[test]
fn it_opens_what_envward_seals_and_the_mac_agrees() {
    let sandbox = sandbox();
    if !sandbox.has_python_module("cryptography") || !sandbox.has_python_module("pyrage") {
        return;
    }
    sandbox.write("sealed.env", sealed(&values()));
    for key in ["alice.agekey", "bob.agekey"] {
        let read = sandbox.shell(&format!("python3 {} {key} sealed.env", script("read_sops.py")));
        let read: BTreeMap<String, String> = serde_json::from_str(&read).unwrap();
        let read: BTreeMap<&str, &str> =
            read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, values());
    }
    let changed = String::from_utf8(sealed(&values())).unwrap().replace("=INFO", "=DEBUG");
    sandbox.write("changed.env", changed);
    let output = sandbox
        .command("python3")
        .args([&script("read_sops.py"), "alice.agekey", "changed.env"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("the MAC does not match"));
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn sops_opens_what_envward_seals_and_envward_what_sops_changed() {
    // Not a tool of the test suite: most machines do not have it.
    if program("sops").is_none() {
        eprintln!("skipped: sops is not on the PATH");
        return;
    }
    let sandbox = sandbox().with("SOPS_AGE_KEY_FILE", "alice.agekey");
    sandbox.write("sealed.env", sealed(&values()));
    let decrypted = sandbox.shell("sops -d sealed.env");
    let lines = values().into_iter().map(|(name, value)| format!("{name}={}\n", value.replace('\n', "\\n")));
    let expected = lines.collect::<Vec<_>>().concat();
    assert_eq!(decrypted, format!("# made by a test\n{expected}# a record\n"));
    sandbox.shell("sops set sealed.env '[\"EMPTY\"]' '\"full\"'");
    let document = Document::parse(sandbox.read("sealed.env").as_bytes()).unwrap();
    let mut identities = Identities::fixed(&fixture("sops/alice.agekey"), Arc::new(NoQuestions));
    let plain = document.decrypt(&document.unwrap_key(&mut identities).unwrap()).unwrap();
    let full = Plain::Value { name: "EMPTY".to_owned(), value: Secret::new("full") };
    assert!(plain.contains(&full));
}

#[test]
fn age_opens_what_envward_wraps_to_each_kind_of_recipient() {
    let sandbox = sandbox();
    let Some(age) = tool("age") else { return };
    for (public, private) in pairs() {
        let file = age_file::wrap_to(&[recipient(&public)], PLAINTEXT).unwrap();
        sandbox.write("file.age", file);
        let opened = sandbox.shell(&format!("{age} -d -i {private} file.age"));
        assert_eq!(opened.as_bytes(), PLAINTEXT, "{public}");
    }
    let everybody: Vec<Recipient> = pairs().iter().map(|(public, _)| recipient(public)).collect();
    sandbox.write("file.age", age_file::wrap_to(&everybody, PLAINTEXT).unwrap());
    for (_, private) in pairs() {
        let opened = sandbox.shell(&format!("{age} -d -i {private} file.age"));
        assert_eq!(opened.as_bytes(), PLAINTEXT, "{private}");
    }
}

#[test]
fn envward_opens_what_age_encrypts_armoured_or_not() {
    let sandbox = sandbox();
    let Some(age) = tool("age") else { return };
    sandbox.write("plain.env", PLAINTEXT);
    for (public, private) in pairs() {
        for armour in ["-a", ""] {
            sandbox.shell(&format!("{age} {armour} -r '{public}' -o file.age plain.env"));
            let file = std::fs::read(sandbox.project().join("file.age")).unwrap();
            let mut identities = Identities::fixed(&sandbox.read(private), Arc::new(NoQuestions));
            assert_eq!(*identities.unwrap(&file).unwrap(), PLAINTEXT, "{private} {armour}");
        }
    }
}

#[test]
fn envward_uses_the_identities_that_age_keygen_makes() {
    let sandbox = sandbox();
    let Some(keygen) = tool("age-keygen") else { return };
    sandbox.shell(&format!("{keygen} -o new.txt 2>/dev/null"));
    let public = sandbox.shell(&format!("{keygen} -y new.txt"));
    let file = age_file::wrap_to(&[recipient(&public)], PLAINTEXT).unwrap();
    let mut identities = Identities::fixed(&sandbox.read("new.txt"), Arc::new(NoQuestions));
    assert_eq!(*identities.unwrap(file.as_bytes()).unwrap(), PLAINTEXT);
    assert_eq!(identities.first().unwrap().1[0].public().unwrap(), public.trim());
}

#[test]
fn passphrases_go_both_ways() {
    let sandbox = sandbox();
    let (Some(age), Some(python)) = (tool("age"), tool("python3")) else { return };
    let passphrase = Secret::new("correct horse battery");
    let terminal = format!("{python} {} '{}'", script("with_terminal.py"), passphrase.expose());
    sandbox.write("plain.env", PLAINTEXT);
    sandbox.shell(&format!("{terminal} {age} -a -p -o theirs.age plain.env"));
    let theirs = sandbox.read("theirs.age");
    assert_eq!(age_file::needs_passphrase(theirs.as_bytes()), Ok(true));
    let opened = age_file::unwrap_with_passphrase(theirs.as_bytes(), &passphrase);
    assert_eq!(*opened.unwrap(), PLAINTEXT);

    sandbox.write("ours.age", age_file::wrap_to_passphrase(&passphrase, PLAINTEXT).unwrap());
    sandbox.shell(&format!("{terminal} {age} -d -o opened.env ours.age"));
    assert_eq!(sandbox.read("opened.env").as_bytes(), PLAINTEXT);
}

/// `pyrage` is the library behind `rage`, as a Python module.
#[test]
fn the_program_opens_what_rage_writes_and_age_what_the_program_seals() {
    let sandbox = sandbox();
    if !sandbox.has_python_module("pyrage") {
        return;
    }
    let (Some(age), Some(python)) = (tool("age"), tool("python3")) else { return };
    sandbox.write("plain.env", "TOKEN=hunter2\n");
    for (public, private) in pairs() {
        let write = "import sys, pyrage
kind = pyrage.ssh if sys.argv[1].startswith('ssh-') else pyrage.x25519
recipient = kind.Recipient.from_str(sys.argv[1])
open('rage.env.age', 'wb').write(pyrage.encrypt(open('plain.env', 'rb').read(), [recipient]))";
        sandbox.write("write.py", write);
        sandbox.shell(&format!("{python} write.py '{public}'"));
        let opened = sandbox.envward(&format!("unseal rage.env.age --stdout --identity {private}"));
        opened.success().stdout("TOKEN=hunter2\n");
        let arguments = ["seal", "plain.env", "--recipient", &public, "-o", "ours.env.age"];
        let _ = std::fs::remove_file(sandbox.project().join("ours.env.age"));
        sandbox.envward_with_input(&arguments, b"").success();
        let plain = sandbox.shell(&format!("{age} -d -i {private} ours.env.age"));
        assert!(plain.starts_with("TOKEN=hunter2\n"), "{private}");
    }
}
#[test]
fn openssl_reads_the_key_pairs_and_they_belong_together() {
    if tool("openssl").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    for kind in ["rsa --bits 2048", "ed25519", "p256"] {
        let key = sandbox.envward(&format!("generate {kind} --public-out key.pub")).success();
        sandbox.write("key.pem", key.stdout);
        let public = sandbox.shell("openssl pkey -in key.pem -pubout");
        assert_eq!(public, sandbox.read("key.pub"), "{kind}");
        sandbox.shell("openssl pkey -in key.pem -check -noout");
    }
}

#[test]
fn openssl_trusts_the_certificate_for_its_names_and_no_other() {
    if tool("openssl").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let names = "db.example.com,*.app.example.com,10.0.0.1";
    let both = sandbox.envward(&format!("generate tls --names {names} --public-out cert.pem")).success();
    sandbox.write("both.pem", both.stdout);
    let verify = "openssl verify -no_check_time -x509_strict -CAfile cert.pem -purpose sslserver";
    sandbox.shell(&format!("{verify} -verify_hostname db.example.com cert.pem"));
    sandbox.shell(&format!("{verify} -verify_hostname a.app.example.com cert.pem"));
    sandbox.shell(&format!("{verify} -verify_ip 10.0.0.1 cert.pem"));
    sandbox.shell(&format!("! {verify} -verify_hostname other.example.com cert.pem"));
    // The private key in front of the certificate is the certificate's own.
    let of_key = sandbox.shell("openssl pkey -in both.pem -pubout");
    let of_certificate = sandbox.shell("openssl x509 -in both.pem -pubkey -noout");
    assert_eq!(of_key, of_certificate);
    let dates = sandbox.shell("openssl x509 -in both.pem -noout -dates");
    assert_eq!(dates, "notBefore=Mar  1 12:00:00 2026 GMT\nnotAfter=Mar  1 12:00:00 2027 GMT\n");
}

#[test]
fn age_takes_the_identity_and_its_recipient() {
    if tool("age").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let identity = sandbox.envward("generate age --public-out age.pub").success();
    sandbox.write("age.key", identity.stdout);
    let text = sandbox.shell("printf hello | age -R age.pub | age -d -i age.key");
    assert_eq!(text, "hello");
}

#[test]
fn python_takes_the_fernet_key() {
    let sandbox = Sandbox::new();
    if !sandbox.has_python_module("cryptography") {
        return;
    }
    let key = sandbox.envward("generate fernet").success();
    sandbox.write("fernet.key", key.stdout);
    let script = "from cryptography.fernet import Fernet; f = Fernet(open('fernet.key').read().strip()); \
                  print(f.decrypt(f.encrypt(b'hello')).decode())";
    assert_eq!(sandbox.shell(&format!("python3 -c \"{script}\"")), "hello\n");
}
