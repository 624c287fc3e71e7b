//! `layout = "per-variable"` at moto's server.

use envward::store::{Error, Snapshot, Version};
use serde_json::json;

use super::place;
use crate::stores::conformance::{changes, held};

const LAYOUT: &str = "layout = \"per-variable\"";

#[test]
fn boto3_reads_each_variable_as_a_secret_of_its_own() {
    let Some(place) = place(LAYOUT) else { return };
    let mut store = place.handle();
    let set = changes(&[("DB_USER", Some("app")), ("TOKEN", Some("12345"))]);
    let price = store.price(&Snapshot::empty(), &set).unwrap();
    assert_eq!(price.to_string(), "creates 2 secrets: $0.40 per month each");
    store.write(&Snapshot::empty(), &set, None).unwrap();
    assert_eq!(place.server.text(&format!("{}/DB_USER", place.name)), "app");
    assert_eq!(place.server.text(&format!("{}/TOKEN", place.name)), "12345");
    let base = store.read().unwrap();
    assert_eq!(store.price(&base, &changes(&[("TOKEN", Some("6")), ("DB_USER", None)])), None);
}

#[test]
fn each_name_has_a_history_of_its_own() {
    let Some(place) = place(LAYOUT) else { return };
    let mut store = place.handle();
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1")), ("B", Some("x"))]), None).unwrap();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
    let revisions = store.history(Some("A")).unwrap();
    assert_eq!(revisions.len(), 2);
    assert_eq!(revisions.iter().map(|revision| revision.is_current).collect::<Vec<_>>(), [true, false]);
    let old = store.read_at(&revisions[1].version).unwrap();
    assert_eq!(held(&old), [("A".to_owned(), "1".to_owned())]);
    assert_eq!(store.history(None).unwrap().len(), 3);
    for unknown in ["A:00000000-0000-4000-8000-000000000000", "NEVER:00000000000000000000000000000000", "A:1"]
    {
        assert!(matches!(store.read_at(&Version::new(unknown)), Err(Error::NoVersion { .. })), "{unknown}");
    }
}

#[test]
fn a_removed_variable_can_be_brought_back() {
    let Some(place) = place(LAYOUT) else { return };
    let mut store = place.handle();
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", None)]), None).unwrap();
    let described = place.server.call("DescribeSecret", &json!({"SecretId": format!("{}/A", place.name)}));
    assert!(described.success()["DeletedDate"].is_number());
    let base = store.read().unwrap();
    assert!(base.values.is_empty());
    let error = store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap_err();
    assert!(matches!(error, Error::Deleted { .. }), "{error}");
    let hint = "it is scheduled for deletion; bring it back with: envward push --restore";
    assert_eq!(error.hint().as_deref(), Some(hint));
    store.restore(&["A".to_owned(), "NEVER_THERE".to_owned()]).unwrap();
    assert_eq!(held(&store.read().unwrap()), [("A".to_owned(), "1".to_owned())]);
}

#[test]
fn the_mark_outlives_the_secret_that_held_it() {
    let Some(place) = place(LAYOUT) else { return };
    let mark =
        |generation| envward::store::Mark { generation, sealed: "5".repeat(64), digest: "6".repeat(64) };
    let mut store = place.handle();
    store.write(&Snapshot::empty(), &changes(&[("B", Some("1")), ("C", Some("1"))]), Some(&mark(1))).unwrap();
    let base = store.read().unwrap();
    let second = store.write(&base, &changes(&[("A", Some("1")), ("B", None)]), Some(&mark(2))).unwrap();
    assert_eq!(store.read().unwrap().mark, Some((second.version.clone(), mark(2))));
    assert_eq!(store.read_at(&second.version).unwrap().version, second.version);
}

#[test]
fn an_empty_value_is_refused_before_anything_is_written() {
    let Some(place) = place(LAYOUT) else { return };
    let mut store = place.handle();
    let set = changes(&[("A", Some("1")), ("B", Some(""))]);
    let error = store.write(&Snapshot::empty(), &set, None).unwrap_err();
    let message =
        format!("AWS Secrets Manager cannot hold an empty value, which {}/B would have", place.name);
    assert_eq!(error.to_string(), message);
    assert!(store.names().unwrap().is_empty());
}
