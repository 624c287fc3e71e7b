//! The faults that a KV engine can have, by number, as far as a real server shows them.

use envward::secret::Secret as Value;
use envward::store::{Changes, Error, Mark, Snapshot, Store};
use serde_json::json;

use super::{PATH, Secret};
use crate::stores::conformance::{changes, held};
use crate::support::openbao::{ROOT, Server};

/// A secret with one value, and a handle that has read it.
fn with_value() -> Option<(Secret, Box<dyn Store>, Snapshot)> {
    let secret = Secret::new(2)?;
    let mut store = secret.open();
    store.write(&Snapshot::empty(), &changes(&[("A", Some("canary-1"))]), None).unwrap();
    let base = store.read().unwrap();
    Some((secret, store, base))
}

#[test]
fn fault_01_a_change_between_plan_and_apply_leaves_everything_as_it_is() {
    let Some((secret, mut store, base)) = with_value() else { return };
    secret.mount.request("POST", &Secret::api("data"), Some(json!({"data": {"A": "theirs"}})));
    let error = store.write(&base, &changes(&[("B", Some("canary-2"))]), None).unwrap_err();
    assert!(matches!(error, Error::Moved { .. }));
    let expected = format!("{}/{PATH} was changed by someone else; nothing was written", secret.mount.name);
    assert_eq!(error.to_string(), expected);
    assert_eq!(secret.mount.bao_kv_get(PATH)["data"], json!({"A": "theirs"}));
}

#[test]
fn fault_02_what_was_deleted_is_named_with_the_way_back_and_can_be_built_on() {
    let Some((secret, mut store, _)) = with_value() else { return };
    secret.mount.request("DELETE", &Secret::api("data"), None);
    for error in [store.read().err().unwrap(), store.names().unwrap_err()] {
        let Error::Deleted { version, at, .. } = &error else { panic!("{error}") };
        assert_eq!(version.as_str(), "1");
        assert!(at.is_some());
        let help =
            format!("bring it back with: bao kv undelete -mount={} -versions=1 {PATH}", secret.mount.name);
        assert_eq!(error.hint().unwrap(), help);
    }
    let Err(Error::Deleted { version, .. }) = store.read() else { panic!("it was deleted") };
    let onto_nothing = store.write(&Snapshot::empty(), &changes(&[("A", Some("2"))]), None);
    assert!(matches!(onto_nothing.unwrap_err(), Error::Moved { .. }));
    let deleted = Snapshot { version, ..Snapshot::empty() };
    let written = store.write(&deleted, &changes(&[("A", Some("2"))]), None).unwrap();
    assert_eq!(written.version.as_str(), "2");
    assert_eq!(secret.mount.bao_kv_get(PATH)["data"], json!({"A": "2"}));
}

#[test]
fn fault_03_what_will_be_deleted_is_alive_until_then() {
    let Some(secret) = Secret::new(2) else { return };
    secret.mount.request("POST", &Secret::api("metadata"), Some(json!({"delete_version_after": "1h"})));
    let mut store = secret.open();
    let base = store.read().unwrap();
    let written = store.write(&base, &changes(&[("A", Some("1"))]), None).unwrap();
    let found = store.read().unwrap();
    assert_eq!(held(&found), [("A".to_owned(), "1".to_owned())]);
    let (deadline, created) = (found.expires.expect("a deadline"), written.created.expect("a time"));
    assert!((3599..=3601).contains(&(deadline.as_second() - created.as_second())), "{deadline}");
    assert_eq!(store.history(None).unwrap()[0].state, envward::store::State::Live);
}

#[test]
fn fault_04_what_was_destroyed_is_named() {
    let Some((secret, mut store, base)) = with_value() else { return };
    store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
    secret.mount.request("PUT", &Secret::api("destroy"), Some(json!({"versions": [1]})));
    let error = store.read_at(&base.version).err().unwrap();
    assert_eq!(error.to_string(), format!("version 1 of {}/{PATH} was destroyed", secret.mount.name));
    secret.mount.request("PUT", &Secret::api("destroy"), Some(json!({"versions": [2]})));
    let base = store.read().unwrap();
    assert_eq!((base.version.as_str(), base.values.len(), store.names().unwrap().len()), ("2", 0, 0));
    assert_eq!(store.write(&base, &changes(&[("A", Some("3"))]), None).unwrap().version.as_str(), "3");
}

#[test]
fn fault_05_the_version_of_the_engine_is_asked_for_and_never_guessed() {
    for version in [1, 2] {
        let Some(secret) = Secret::new(version) else { return };
        let mut store = secret.open();
        store.allow_lost_updates();
        store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
        let path = if version == 1 { PATH.to_owned() } else { Secret::api("data") };
        let body = secret.mount.request("GET", &path, None);
        assert_eq!(if version == 1 { &body["data"] } else { &body["data"]["data"] }, &json!({"A": "1"}));
        assert_eq!(store.capabilities().unwrap().compare_and_set, version == 2);
    }
    let Some(secret) = Secret::new(2) else { return };
    let stranger = secret.mount.server.kv(2).token;
    let error = secret.open_as(&stranger).read().err().unwrap();
    let expected = format!("the login may not use the mount {}/, or there is none", secret.mount.name);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn fault_06_a_sealed_server_is_named_as_such() {
    let Some(server) = Server::start() else { return };
    let sandbox = super::project_at(&server.address(), "secret", PATH).with("VAULT_TOKEN", ROOT);
    let mut store = crate::support::sealed::store(&sandbox, "production", "vault");
    let base = store.read().unwrap();
    server.request(ROOT, "POST", "sys/seal", None).success();
    for error in [
        store.read().err().unwrap(),
        store.write(&base, &changes(&[("A", Some("canary"))]), None).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Sealed { .. }), "{error}");
    }
}

#[test]
fn fault_09_an_engine_that_is_being_upgraded_is_waited_for() {
    let Some(secret) = Secret::new(1) else { return };
    for number in 0..300 {
        secret.mount.request("POST", &format!("old/{number}"), Some(json!({"A": "1"})));
    }
    let tune = format!("sys/mounts/{}/tune", secret.mount.name);
    let version_2 = json!({"options": {"version": "2"}});
    secret.mount.server.request(ROOT, "POST", &tune, Some(version_2)).success();
    let mut store = secret.open();
    let base = store.read().unwrap();
    assert_eq!(store.write(&base, &changes(&[("A", Some("1"))]), None).unwrap().version.as_str(), "1");
}

#[test]
fn fault_10_more_than_the_server_takes_is_refused_before_it_is_sent() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    let base = store.read().unwrap();
    let numbered = |count: usize| -> Changes {
        (0..count).map(|n| (format!("NAME_{n}"), Some(Value::new("canary")))).collect()
    };
    let error = store.write(&base, &numbered(499), None).unwrap_err();
    let expected = format!(
        "{}/{PATH} cannot hold this: OpenBao takes 1000 names and texts in one request, and this has 1001",
        secret.mount.name
    );
    assert_eq!(error.to_string(), expected);
    // The server itself agrees about where the limit is.
    let written = store.write(&base, &numbered(498), None).unwrap();
    assert_eq!(written.version.as_str(), "1");
    let body: serde_json::Map<_, _> = (0..499).map(|n| (format!("NAME_{n}"), json!("x"))).collect();
    let body = json!({"options": {"cas": 1}, "data": body});
    let path = secret.mount.path(&Secret::api("data"));
    assert_eq!(secret.mount.server.request(&secret.mount.token, "POST", &path, Some(body)).status, 400);
}

#[test]
fn fault_11_values_of_others_that_are_no_texts_survive_a_change_of_another() {
    let Some(secret) = Secret::new(2) else { return };
    let theirs = json!({"PORT": 5432, "DEBUG": true, "HOSTS": ["a", "b"], "NOTHING": null, "A": "1"});
    secret.mount.request("POST", &Secret::api("data"), Some(json!({"data": theirs})));
    let mut store = secret.open();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
    let expected = json!({"PORT": 5432, "DEBUG": true, "HOSTS": ["a", "b"], "NOTHING": null, "A": "2"});
    assert_eq!(secret.mount.bao_kv_get(PATH)["data"], expected);
}

#[test]
fn fault_12_metadata_of_others_survives_ours() {
    let Some((secret, mut store, base)) = with_value() else { return };
    let theirs = json!({"custom_metadata": {"owner": "payments"}, "max_versions": 7});
    secret.mount.request("POST", &Secret::api("metadata"), Some(theirs));
    let mark = Mark { generation: 3, sealed: "5".repeat(64), digest: "d".repeat(64) };
    store.write(&base, &changes(&[("A", Some("2"))]), Some(&mark)).unwrap();
    let metadata = secret.mount.request("GET", &Secret::api("metadata"), None)["data"].take();
    assert_eq!(metadata["max_versions"], 7);
    let expected = json!({
        "owner": "payments",
        "envward-version": "2",
        "envward-generation": "3",
        "envward-sealed": "5".repeat(64),
        "envward-digest": "d".repeat(64),
    });
    assert_eq!(metadata["custom_metadata"], expected);
}

#[test]
fn fault_14_a_change_of_the_metadata_makes_no_value_younger() {
    let Some((secret, mut store, base)) = with_value() else { return };
    let age =
        |store: &mut dyn Store| (store.read().unwrap().created, store.history(None).unwrap()[0].created);
    let before = age(store.as_mut());
    assert_eq!(before, (base.created, base.created));
    std::thread::sleep(std::time::Duration::from_millis(20));
    let metadata = Secret::api("metadata");
    secret.mount.request("PATCH", &metadata, Some(json!({"custom_metadata": {"owner": "payments"}})));
    secret.mount.request("POST", &metadata, Some(json!({"max_versions": 7})));
    let changed = secret.mount.request("GET", &metadata, None);
    assert_ne!(changed["data"]["updated_time"], changed["data"]["created_time"], "the server took it");
    assert_eq!(age(store.as_mut()), before);
}
