//! Behaviour of the whole format, on files that sops made.

use super::*;
use crate::seal::identity::{Identities, NoQuestions};
use crate::secret::Key;

fn identities(name: &str) -> Identities {
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

fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
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
