//! Behaviour of the whole format, on files that sops made.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::rng::Rng;
use crate::seal::identity::{Identities, NoQuestions};
use crate::seal::recipients::{Plugins, Recipient};
use crate::secret::Key;

const ALICE: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
const BOB: &str = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";

pub(super) fn identities(name: &str) -> Identities {
    Identities::fixed(&fixture(&format!("{name}.agekey")), std::sync::Arc::new(NoQuestions))
}

fn fixture(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops").join(name);
    crate::fs::read_text(&path).map_or_else(|error| panic!("{error}"), |text| text.to_string())
}

/// The names of all vectors, from the index that came with them.
fn vectors() -> Vec<(String, Vec<(String, String)>)> {
    let index: serde_json::Value =
        serde_json::from_str(&fixture("expected.json")).expect("expected.json is JSON");
    let vectors = index.as_object().expect("an object by name").iter();
    vectors
        .map(|(name, vector)| {
            let values = vector["values"].as_object().expect("values by name").iter();
            let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
            (name.clone(), values.map(|(name, value)| (name.clone(), text(value))).collect())
        })
        .collect()
}

pub(super) fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

fn rng() -> Rng {
    Rng::test_only_seeded(1)
}

pub(super) fn value(name: &str, value: &str) -> Plain {
    Plain::Value { name: name.to_owned(), value: Secret::new(value) }
}

fn comment(text: &str) -> Plain {
    Plain::Comment(Secret::new(text))
}

fn read(name: &str) -> (Document, Key, Vec<Plain>) {
    let document = ok(Document::parse(fixture(&format!("{name}.enc.env")).as_bytes()));
    let key = ok(document.unwrap_key(&mut identities("alice")));
    let plain = ok(document.decrypt(&key));
    (document, key, plain)
}

/// The lines as sops prints them.
fn decrypted_text(lines: &[Plain]) -> String {
    lines
        .iter()
        .map(|line| match line {
            Plain::Value { name, value } => {
                format!("{name}={}\n", value.expose().replace('\n', "\\n"))
            }
            Plain::Comment(text) => format!("#{}\n", text.expose()),
        })
        .collect()
}

/// A new file to Alice with these lines; `LOG_LEVEL` and `PORT` are clear.
pub(super) fn sealed(lines: Vec<Plain>) -> (Document, Key) {
    let key = Key::new([9; 32]);
    let recipients = [ok(Recipient::parse(ALICE, Plugins::Refused).map_err(Error::from))];
    let selector = Selector::clear_names(["LOG_LEVEL", "PORT"]);
    let mut document = ok(Document::new(&key, &recipients, selector, now(), &mut rng()));
    ok(document.replace(&key, lines, now(), &mut rng()));
    (document, key)
}

#[test]
fn every_vector_of_sops_is_read_and_written_back_byte_for_byte() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 15);
    for (name, expected) in vectors {
        let (document, _, plain) = read(&name);
        let found: Vec<(String, String)> = plain
            .iter()
            .filter_map(|line| match line {
                Plain::Value { name, value } => Some((name.clone(), value.expose().to_owned())),
                Plain::Comment(_) => None,
            })
            .collect();
        assert!(found.len() == expected.len() && expected.iter().all(|pair| found.contains(pair)), "{name}");
        assert_eq!(decrypted_text(&plain), fixture(&format!("{name}.decrypted.env")), "{name}");
        assert_eq!(document.to_bytes(), fixture(&format!("{name}.enc.env")).as_bytes(), "{name}");
    }
}

#[test]
fn either_recipient_opens_a_file_and_nobody_else() {
    let document = ok(Document::parse(fixture("two-recipients.enc.env").as_bytes()));
    assert!(document.unwrap_key(&mut identities("alice")).is_ok());
    assert!(document.unwrap_key(&mut identities("bob")).is_ok());
    let alone = ok(Document::parse(fixture("simple.enc.env").as_bytes()));
    let error = alone.unwrap_key(&mut identities("bob")).err().map(|error| error.to_string());
    let expected = "none of your identities opens it (tried 1 from the given identities)";
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn replacing_lines_by_themselves_changes_only_the_date_and_the_mac() {
    for (name, _) in vectors() {
        let (before, key, plain) = read(&name);
        let mut after = before.clone();
        ok(after.replace(&key, plain, now(), &mut rng()));
        assert!(after.lines == before.lines, "{name}");
        let unchanged = |document: &Document| {
            let text = String::from_utf8(document.to_bytes()).expect("text");
            let is_seal =
                |line: &&str| line.starts_with("sops_mac=") || line.starts_with("sops_lastmodified=");
            text.lines().filter(|line| !is_seal(line)).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(unchanged(&after), unchanged(&before), "{name}");
        assert_eq!(after.metadata.last_modified(), "2026-03-01T12:00:00Z");
        assert!(after.decrypt(&key).is_ok(), "{name}");
    }
}

#[test]
fn one_new_value_changes_its_own_line() {
    let (before, key) = sealed(vec![comment(" db"), value("A", "1"), value("B", "2"), comment(" db")]);
    let mut after = before.clone();
    let lines = vec![comment(" db"), value("A", "1"), value("B", "3"), comment(" db"), value("C", "")];
    ok(after.replace(&key, lines.clone(), now(), &mut Rng::test_only_seeded(2)));
    assert!(after.lines[..2] == before.lines[..2] && after.lines[3] == before.lines[3]);
    assert!(after.lines[2] != before.lines[2]);
    assert!(ok(after.decrypt(&key)) == lines);
}

#[test]
fn values_come_back_verbatim_whatever_they_hold() {
    for text in ["", " ", "a\nb", "a\\nb", "\\", "a\r", "ENC[AES256_GCM,data:x", "=#'\"$", "日本", "\u{0}"]
    {
        for name in ["SECRET", "LOG_LEVEL", "a name", "é"] {
            let (document, key) = sealed(vec![value(name, text)]);
            let read_again = ok(Document::parse(&document.to_bytes()));
            assert!(ok(read_again.decrypt(&key)) == [value(name, text)], "{name} {text:?}");
        }
    }
}

#[test]
fn a_value_that_clear_text_would_change_is_taken_off_the_list() {
    let (document, _) = sealed(vec![value("LOG_LEVEL", "a\\nb"), value("PORT", "80")]);
    assert_eq!(document.metadata.selector().text(), "^(PORT)$");
    assert!(matches!(&document.lines[0], Line::Value { stored: Stored::Encrypted(_), .. }));
    assert!(matches!(&document.lines[1], Line::Value { stored: Stored::Clear(_), .. }));
}

#[test]
fn under_a_rule_that_cannot_be_adapted_such_a_value_is_refused() {
    let (mut document, key, mut plain) = read("unencrypted-suffix");
    plain.push(value("X_unencrypted", "a\\nb"));
    let error = document.replace(&key, plain, now(), &mut rng()).err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "X_unencrypted is kept in clear by the file's `sops_unencrypted_suffix`, and its value cannot be \
             stored that way"
        )
    );
}

#[test]
fn a_new_rule_moves_values_between_clear_and_encrypted() {
    let (mut document, key) = sealed(vec![value("LOG_LEVEL", "INFO"), value("SECRET", "x")]);
    let lines = vec![value("LOG_LEVEL", "INFO"), value("SECRET", "x")];
    let rule = Selector::clear_names(["SECRET"]);
    ok(document.replace_under(&key, &rule, lines.clone(), now(), &mut rng()));
    assert!(matches!(&document.lines[0], Line::Value { stored: Stored::Encrypted(_), .. }));
    assert!(matches!(&document.lines[1], Line::Value { stored: Stored::Clear(_), .. }));
    assert!(ok(document.decrypt(&key)) == lines);
}

#[test]
fn names_and_comments_that_would_not_come_back_are_refused() {
    let (document, key) = sealed(vec![]);
    let message = |line: Plain| {
        document.clone().replace(&key, vec![line], now(), &mut rng()).err().map(|error| error.to_string())
    };
    assert_eq!(
        message(value("sops_version", "1")).as_deref(),
        Some("sops_version cannot be sealed: names that start with sops_ belong to the file's metadata")
    );
    assert!(message(value("A=B", "1")).is_some() && message(value("#A", "1")).is_some());
    assert_eq!(message(comment("a\nB=1")).as_deref(), Some("a comment with a line break cannot be sealed"));
}

#[test]
fn a_pushed_comment_is_the_last_line_and_leaves_the_mac_alone() {
    let (before, key) = sealed(vec![value("A", "1")]);
    let mut after = before.clone();
    ok(after.push_comment(&key, " record", &mut rng()));
    assert!(after.lines[..1] == before.lines && after.metadata.mac() == before.metadata.mac());
    assert!(matches!(&after.lines[1], Line::Comment { stored: Stored::Encrypted(_) }));
    assert!(ok(after.decrypt(&key)) == [value("A", "1"), comment(" record")]);
}

#[test]
fn a_new_recipient_leaves_every_other_line_alone() {
    let (before, key, _) = read("simple");
    let mut after = before.clone();
    let both = [ALICE, BOB].map(|text| Recipient::parse(text, Plugins::Refused));
    let both = both.map(|key| ok(key.map_err(Error::from)));
    ok(after.rewrap(&key, &both));
    assert!(after.lines == before.lines && after.metadata.mac() == before.metadata.mac());
    assert_eq!(after.metadata.age().next(), before.metadata.age().next());
    assert!(after.unwrap_key(&mut identities("bob")).is_ok());
    ok(after.rewrap(&key, &both[..1]));
    assert_eq!(after.to_bytes(), before.to_bytes());
}

#[test]
fn a_new_data_key_shuts_the_old_one_out() {
    let (mut document, old, plain) = read("two-recipients");
    let new = Key::new([5; 32]);
    let alice = [ok(Recipient::parse(ALICE, Plugins::Refused).map_err(Error::from))];
    ok(document.rekey(&old, &new, &alice, now(), &mut rng()));
    assert!(document.decrypt(&old).is_err());
    assert!(document.unwrap_key(&mut identities("bob")).is_err());
    let opened = ok(document.unwrap_key(&mut identities("alice")));
    assert!(ok(document.decrypt(&opened)) == plain);
    assert_eq!(document.metadata.version(), "3.8.1");
}

#[test]
fn a_new_data_key_that_would_lock_other_keys_out_is_refused() {
    let text = fixture("simple.enc.env")
        + "sops_pgp__list_0__map_fp=85D77543B3D624B63CEA9E6DBC17301B491B3F21\nsops_kms__list_0__map_arn=arn:x\n";
    let mut document = ok(Document::parse(text.as_bytes()));
    assert_eq!(document.to_bytes(), text.as_bytes());
    let key = ok(document.unwrap_key(&mut identities("alice")));
    let error = document.rekey(&key, &Key::new([5; 32]), &[], now(), &mut rng()).err();
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("the file is also wrapped to an AWS KMS key, a PGP key, and a new data key cannot be")
    );
    assert_eq!(document.to_bytes(), text.as_bytes());
}

#[test]
fn a_file_for_other_kinds_of_keys_says_which() {
    let text: String = fixture("simple.enc.env")
        .lines()
        .filter(|line| !line.starts_with("sops_age"))
        .map(|line| format!("{line}\n"))
        .chain(["sops_hc_vault__list_0__map_key_name=k\n".to_owned()])
        .collect();
    let error = ok(Document::parse(text.as_bytes())).unwrap_key(&mut identities("alice")).err();
    let expected = "the file can only be opened with a Vault transit key";
    assert_eq!(error.map(|error| error.to_string()).as_deref(), Some(expected));
}

#[test]
fn a_mac_over_encrypted_values_only_is_understood() {
    let (document, key) = sealed(vec![value("LOG_LEVEL", "INFO"), value("SECRET", "x")]);
    let text = String::from_utf8(document.to_bytes()).expect("text") + "sops_mac_only_encrypted=true\n";
    let mut document = ok(Document::parse(text.as_bytes()));
    assert!(matches!(document.decrypt(&key), Err(Error::Mac)));
    document.metadata.set_mac(String::new());
    let cipher = cipher::Cipher::new(&key);
    let mut mac = mac::Mac::new(true);
    mac.value("x", true);
    let encrypted = cipher.encrypt(&mac.finish(), cipher::Kind::Text, "2026-03-01T12:00:00Z", &mut rng());
    document.metadata.set_mac(ok(encrypted.map_err(Error::from)));
    assert!(document.decrypt(&key).is_ok());
    let lines = vec![value("LOG_LEVEL", "DEBUG"), value("SECRET", "x")];
    ok(document.replace(&key, lines, now(), &mut rng()));
    assert!(document.decrypt(&key).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_comes_back_verbatim(text in any::<String>(), name in "[A-Z_][A-Z0-9_]{0,8}") {
        let (document, key) = sealed(vec![value(&name, &text)]);
        let read_again = ok(Document::parse(&document.to_bytes()));
        prop_assert!(ok(read_again.decrypt(&key)) == [value(&name, &text)]);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let tail = b"\nsops_mac=ENC[AES256_GCM,data:,iv:,tag:,type:str]\nsops_lastmodified=2026-03-01T12:00:00Z\n";
        let bytes = [bytes.as_slice(), tail].concat();
        let opened = Document::parse(&bytes).and_then(|document| document.decrypt(&Key::new([9; 32])));
        prop_assert!(opened.is_err(), "no such file has a MAC");
    }
}
