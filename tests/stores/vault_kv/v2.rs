//! Version 2: what every store promises, marks beside what others keep, and what `bao` reads.

use std::collections::BTreeMap;

use envward::store::{Error, Mark, State, Store};
use serde_json::json;

use super::{PATH, Secret};
use crate::stores::conformance::{self, Subject, changes, held};

struct V2(Secret);

impl Subject for V2 {
    fn open(&self) -> Box<dyn Store> {
        self.0.open()
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["", "a-b", "a.b", "a b", "a/b", "\"a\"", "a\\b", "naïve", "$(id)", "metadata", "data"]
    }

    fn plant(&self, name: &str, json: &str) -> bool {
        self.0.plant(&Secret::api("data"), name, json)
    }
}

conformance::tests!(Secret::new(2).map(V2));

fn mark() -> Mark {
    Mark { generation: 7, sealed: "5".repeat(64), digest: "d".repeat(64) }
}

fn custom_metadata(secret: &Secret) -> BTreeMap<String, String> {
    let metadata = secret.mount.request("GET", &Secret::api("metadata"), None);
    serde_json::from_value(metadata["data"]["custom_metadata"].clone()).unwrap_or_default()
}

#[test]
fn bao_reads_what_was_written() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    let base = store.read().unwrap();
    let texts = [("API_KEY", Some("sk-1\n$x")), ("DB_PASSWORD", Some("hunter2"))];
    store.write(&base, &changes(&texts), Some(&mark())).unwrap();
    let read = secret.mount.bao_kv_get(PATH);
    assert_eq!(read["data"], json!({"API_KEY": "sk-1\n$x", "DB_PASSWORD": "hunter2"}));
    let (version, sealed) =
        (&read["metadata"]["version"], &read["metadata"]["custom_metadata"]["envward-sealed"]);
    assert_eq!((version, sealed), (&json!(1), &json!(mark().sealed)));
}

#[test]
fn the_names_are_known_without_a_right_to_the_values() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("B", Some("1")), ("A", Some("2"))]), None).unwrap();
    let (server, mount) = (secret.mount.server, &secret.mount.name);
    let only = |path: &str| {
        let policy = format!("path \"{mount}/{path}/*\" {{ capabilities = [\"read\"] }}");
        secret.open_as(&server.token(&server.policy(&policy)))
    };
    let mut names_only = only("subkeys");
    assert_eq!(names_only.names().unwrap(), ["A", "B"]);
    assert!(matches!(names_only.read().err().unwrap(), Error::Forbidden { action: "read", .. }));
    assert_eq!(only("data").names().unwrap(), ["A", "B"], "a login that may read only the values");
}

#[test]
fn the_history_says_what_can_still_be_read() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    for value in ["1", "2", "3", "4"] {
        let base = store.read().unwrap();
        store.write(&base, &changes(&[("A", Some(value))]), None).unwrap();
    }
    secret.mount.request("POST", &Secret::api("delete"), Some(json!({"versions": [2]})));
    secret.mount.request("POST", &Secret::api("destroy"), Some(json!({"versions": [1]})));
    let history = store.history(None).unwrap();
    let shown: Vec<_> =
        history.iter().map(|entry| (entry.version.as_str(), entry.state, entry.is_current)).collect();
    let expected = [
        ("4", State::Live, true),
        ("3", State::Live, false),
        ("2", State::Deleted, false),
        ("1", State::Destroyed, false),
    ];
    assert_eq!(shown, expected);
    assert!(matches!(store.read_at(&history[2].version).err().unwrap(), Error::Deleted { .. }));
    assert!(matches!(store.read_at(&history[3].version).err().unwrap(), Error::Destroyed { .. }));
}

#[test]
fn without_the_right_to_the_metadata_the_values_are_written_all_the_same() {
    let Some(secret) = Secret::new(2) else { return };
    let (server, mount) = (secret.mount.server, &secret.mount.name);
    let policy = format!("path \"{mount}/data/*\" {{ capabilities = [\"read\", \"create\", \"update\"] }}");
    let mut store = secret.open_as(&server.token(&server.policy(&policy)));
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("1"))]), Some(&mark())).unwrap();
    let found = store.read().unwrap();
    assert_eq!(held(&found), [("A".to_owned(), "1".to_owned())]);
    assert_eq!(found.mark, None);
}

#[test]
fn a_mark_that_does_not_fit_beside_what_others_keep_is_not_left() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("1"))]), None).unwrap();
    let theirs: BTreeMap<String, String> = (0..62).map(|n| (format!("their-{n}"), "x".to_owned())).collect();
    secret.mount.request("PATCH", &Secret::api("metadata"), Some(json!({"custom_metadata": &theirs})));
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("2"))]), Some(&mark())).unwrap();
    assert_eq!(store.read().unwrap().mark, None);
    assert_eq!(custom_metadata(&secret), theirs);
}

#[test]
fn what_was_deleted_can_be_restored() {
    let Some(secret) = Secret::new(2) else { return };
    let mut store = secret.open();
    let base = store.read().unwrap();
    store.write(&base, &changes(&[("A", Some("1"))]), None).unwrap();
    secret.mount.request("DELETE", &Secret::api("data"), None);
    store.restore(&[]).unwrap();
    assert_eq!(held(&store.read().unwrap()), [("A".to_owned(), "1".to_owned())]);
    assert_eq!(store.read().unwrap().version.as_str(), "1");
}

#[test]
fn a_mount_below_a_path_is_found_and_a_path_that_is_none_is_named() {
    let Some(server) = crate::support::openbao::server() else { return };
    let name = server.new_name("team/kv");
    let body = json!({"type": "kv", "options": {"version": "2"}});
    server
        .request(crate::support::openbao::ROOT, "POST", &format!("sys/mounts/{name}"), Some(body))
        .success();
    let open = |mount: &str, path: &str| {
        let sandbox = super::project_at(&server.address(), mount, path);
        let sandbox = sandbox.with("VAULT_TOKEN", crate::support::openbao::ROOT);
        crate::support::sealed::store(&sandbox, "production", "vault")
    };
    assert!(open(&name, "a").read().unwrap().values.is_empty());
    let error = open(&format!("{name}/data"), "a").read().err().unwrap();
    assert_eq!(error.to_string(), format!("nothing is mounted at {name}/data/: it is a path below {name}/"));
    let error = open("cubbyhole", "a").read().err().unwrap();
    assert_eq!(error.to_string(), "what is mounted at cubbyhole/ is no KV engine but cubbyhole");
    let error = open(&name, "data/a").read().err().unwrap();
    assert_eq!(error.to_string(), "the path data/a begins with data/, which is no part of it");
}
