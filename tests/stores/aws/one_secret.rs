//! `layout = "json"` at moto's server, read back by boto3.

use envward::store::{Error, Level, Mark, Snapshot};
use serde_json::json;

use super::place;
use crate::stores::conformance::{changes, held};

#[test]
fn boto3_reads_what_was_written_with_its_tags() {
    let Some(place) = place("tags = { team = \"shop\" }\nkms_key = \"alias/shop\"") else { return };
    let mark = Mark { generation: 3, sealed: "5".repeat(64), digest: "6".repeat(64) };
    let set = changes(&[("DB_USER", Some("app")), ("TLS_KEY", Some("a\n\"b\" 🔑"))]);
    let mut store = place.handle();
    assert_eq!(store.location(), format!("{} at {}", place.name, place.server.address()));
    assert_eq!(
        store.price(&Snapshot::empty(), &set).unwrap().to_string(),
        "creates 1 secret: $0.40 per month"
    );
    let made = store.write(&Snapshot::empty(), &set, Some(&mark)).unwrap();
    let text: serde_json::Value = serde_json::from_str(&place.server.text(&place.name)).unwrap();
    assert_eq!(text, json!({"DB_USER": "app", "TLS_KEY": "a\n\"b\" 🔑"}));
    let described = place.server.boto3("describe_secret", &json!({"SecretId": place.name}));
    assert_eq!(described["KmsKeyId"], "alias/shop");
    let tags = described["Tags"].as_array().unwrap();
    for (key, value) in
        [("team", "shop"), ("envward:generation", "3"), ("envward:version", made.version.as_str())]
    {
        assert!(tags.contains(&json!({"Key": key, "Value": value})), "{tags:?}");
    }
    let base = store.read().unwrap();
    assert_eq!(store.price(&base, &set), None);
}

#[test]
fn the_tags_of_others_stay_when_a_mark_is_left() {
    let Some(place) = place("") else { return };
    let mark = Mark { generation: 3, sealed: "5".repeat(64), digest: "6".repeat(64) };
    let tags = json!([{"Key": "owner", "Value": "dba"}]);
    let create = json!({"Name": place.name, "SecretString": "{\"A\":\"1\"}", "Tags": tags});
    place.server.call("CreateSecret", &create).success();
    let mut store = place.handle();
    let base = store.read().unwrap();
    let made = store.write(&base, &changes(&[("A", Some("2"))]), Some(&mark)).unwrap();
    assert_eq!(store.read().unwrap().mark, Some((made.version, mark)));
    let described = place.server.call("DescribeSecret", &json!({"SecretId": place.name})).success();
    assert!(described["Tags"].as_array().unwrap().contains(&tags[0]));
}

#[test]
fn what_was_changed_by_hand_is_read_and_not_written_over() {
    let Some(place) = place("") else { return };
    let mut store = place.handle();
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    let base = store.read().unwrap();
    let put = json!({"SecretId": place.name, "SecretString": "{\"A\": \"by hand\"}"});
    place.server.boto3("put_secret_value", &put);
    let late = store.write(&base, &changes(&[("A", Some("2"))]), None);
    assert!(matches!(late, Err(Error::Moved { .. })));
    assert_eq!(held(&store.read().unwrap()), [("A".to_owned(), "by hand".to_owned())]);
}

#[test]
fn a_secret_of_another_form_is_refused_with_a_sentence() {
    let Some(place) = place("") else { return };
    let mut store = place.handle();
    let create = json!({"Name": place.name, "SecretBinary": "aHVudGVyMg=="});
    place.server.call("CreateSecret", &create).success();
    let message = |error: Option<Error>| error.unwrap().to_string();
    let binary = format!("the secret {} is binary, and no variable can be", place.name);
    assert_eq!(message(store.read().err()), binary);
    for text in ["hunter2", "[\"hunter2\"]"] {
        let put = json!({"SecretId": place.name, "SecretString": text});
        place.server.call("PutSecretValue", &put).success();
        let expected = format!("the secret {} is not a JSON object", place.name);
        assert_eq!(message(store.read().err()), expected);
    }
}

#[test]
fn doctor_learns_whose_the_login_is_and_how_the_secret_is() {
    let Some(place) = place("") else { return };
    let mut store = place.handle();
    let says = |store: &mut dyn envward::store::Store| {
        let findings = store.examine();
        findings.into_iter().map(|finding| (finding.level, finding.text)).collect::<Vec<_>>()
    };
    store.restore(&[]).expect("there is nothing to bring back");
    let missing = (Level::Notice, format!("{} is not there yet", place.name));
    assert!(says(store.as_mut()).contains(&missing));
    place.server.call("CreateSecret", &json!({"Name": place.name})).success();
    let empty = (Level::Notice, format!("{} has no value yet", place.name));
    assert!(says(store.as_mut()).contains(&empty));
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    let good = (Level::Good, format!("{} can be read", place.name));
    assert!(says(store.as_mut()).contains(&good));
    let remove = json!({"SecretId": place.name, "RecoveryWindowInDays": 7});
    place.server.call("DeleteSecret", &remove).success();
    let found = says(store.as_mut());
    assert!(
        found.iter().any(|(level, text)| *level == Level::Bad && text.ends_with("was deleted")),
        "{found:?}"
    );
}
