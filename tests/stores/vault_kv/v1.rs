//! Version 1: no versions and no compare-and-set, so that a write takes the user's word that updates may be lost.

use envward::store::{Error, Snapshot, Store};
use serde_json::json;

use super::{PATH, Secret};
use crate::stores::conformance::{self, Subject, changes, held};

struct V1(Secret);

impl Subject for V1 {
    fn open(&self) -> Box<dyn Store> {
        let mut store = self.0.open();
        store.allow_lost_updates();
        store
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["", "a-b", "a.b", "a b", "a/b", "\"a\"", "a\\b", "naïve", "$(id)", "metadata", "data"]
    }

    fn plant(&self, name: &str, json: &str) -> bool {
        self.0.plant(PATH, name, json)
    }

    fn keeps_marks(&self) -> bool {
        false
    }
}

conformance::tests!(Secret::new(1).map(V1));

#[test]
fn a_write_takes_the_word_that_updates_may_be_lost() {
    let Some(secret) = Secret::new(1) else { return };
    let mut store = secret.open();
    let capabilities = store.capabilities().unwrap();
    assert!(!capabilities.compare_and_set && !capabilities.versions && capabilities.atomic);
    let error = store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }));
    assert_eq!(
        error.hint().unwrap(),
        "to write all the same add --no-cas; an operator can make it version 2 with: vault kv enable-versioning"
    );
    assert!(store.read().unwrap().version.is_none());
    store.allow_lost_updates();
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    assert_eq!(secret.mount.bao_kv_get(PATH), json!({"A": "1"}));
}

#[test]
fn what_changed_since_it_was_read_is_not_overwritten() {
    let Some(secret) = Secret::new(1) else { return };
    let mut store = V1(secret).open_with_old();
    let (old, store) = (&store.1, &mut store.0);
    let error = store.write(old, &changes(&[("A", Some("mine"))]), None).unwrap_err();
    assert!(matches!(error, Error::Moved { .. }));
    assert_eq!(held(&store.read().unwrap()), [("A".to_owned(), "theirs".to_owned())]);
}

impl V1 {
    /// A handle, and a snapshot that someone else has changed since.
    fn open_with_old(&self) -> (Box<dyn Store>, Snapshot) {
        let mut store = self.open();
        store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
        let old = store.read().unwrap();
        self.0.mount.request("POST", PATH, Some(json!({"A": "theirs"})));
        (store, old)
    }
}

#[test]
fn the_marker_of_another_tool_among_the_values_stays() {
    let Some(secret) = Secret::new(1) else { return };
    let marker = json!({"managed-by": "external-secrets"});
    secret.mount.request("POST", PATH, Some(json!({"A": "1", "custom_metadata": marker})));
    let mut store = V1(secret).open();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
    let expected = [("A", "2"), ("custom_metadata", r#"json {"managed-by":"external-secrets"}"#)];
    assert_eq!(
        held(&store.read().unwrap()),
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn older_versions_are_not_promised() {
    let Some(secret) = Secret::new(1) else { return };
    let error = secret.open().history(None).unwrap_err();
    assert_eq!(error.to_string(), "KV version 1 keeps no older versions");
}
