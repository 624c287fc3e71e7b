//! A cluster of three OpenBao nodes whose leader dies in the middle of the work.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use envward::store::{Error, Snapshot, Store, Version};
use serde_json::json;

use super::conformance::{changes, held};
use super::vault_kv::project_at;
use crate::support::openbao::Cluster;
use crate::support::sealed::store;

const PATH: &str = "shop/production";
const WRITERS: usize = 4;
const PUSHES_EACH: usize = 50;

fn open(cluster: &Cluster, node: usize, path: &str) -> Box<dyn Store> {
    let sandbox = project_at(&cluster.address(node), "secret", path).with("VAULT_TOKEN", &cluster.root);
    store(&sandbox, "production", "vault")
}

#[test]
fn what_was_pushed_when_the_leader_dies_is_there_once_or_was_reported_as_failed() {
    let Some(cluster) = Cluster::start() else { return };
    a_standby_shows_what_was_just_written(&cluster);
    cluster.request(0, "POST", &format!("secret/metadata/{PATH}"), Some(json!({"max_versions": 1000})));

    let started = AtomicUsize::new(0);
    let landed: BTreeSet<String> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (cluster, started) = (&cluster, &started);
                // Through the two nodes that stay.
                scope.spawn(move || push_all(open(cluster, 1 + writer % 2, PATH), writer, started))
            })
            .collect();
        while started.load(Ordering::Relaxed) < WRITERS * PUSHES_EACH / 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        cluster.kill(0);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });

    let mut reader = open(&cluster, 1, PATH);
    let found: BTreeSet<String> = reader.read().unwrap().values.into_keys().collect();
    assert_eq!(found, landed, "what is there is what was reported as written");
    assert!(landed.len() > WRITERS * PUSHES_EACH / 2, "the cluster went on with its new leader");
    // One version each: none is there twice, and none in part.
    let history = reader.history(None).unwrap();
    assert_eq!(history.len(), landed.len());
    for number in 1..=landed.len() {
        let version = reader.read_at(&Version::new(number.to_string())).unwrap();
        assert_eq!(version.values.len(), number, "version {number}");
    }
}

/// Pushes one new name at a time. Returns those that it would report as written.
fn push_all(mut store: Box<dyn Store>, writer: usize, started: &AtomicUsize) -> Vec<String> {
    let names = (0..PUSHES_EACH).map(|number| format!("W{writer}_{number}"));
    let mut push = |name: &String| {
        started.fetch_add(1, Ordering::Relaxed);
        push(store.as_mut(), name)
    };
    names.filter(|name| push(name)).collect()
}

/// Pushes a name, again where others were faster or the outcome is not known. Whether it is there.
fn push(store: &mut dyn Store, name: &str) -> bool {
    let mut is_unsure = false;
    for _ in 0..200 {
        let base = match store.read() {
            Ok(base) if base.values.contains_key(name) => return true,
            Ok(base) => base,
            Err(_) if is_unsure => {
                std::thread::sleep(Duration::from_millis(100));
                continue;
            }
            Err(_) => return false,
        };
        match store.write(&base, &changes(&[(name, Some("x"))]), None) {
            Ok(_) => return true,
            // On the same version again: what a standby that is behind does not show yet fails as moved.
            Err(Error::Moved { .. } | Error::Unknown { .. }) => is_unsure = true,
            Err(error) => {
                assert!(!is_unsure && !matches!(error, Error::Garbage { .. }), "{error}");
                return false;
            }
        }
    }
    panic!("{name}: neither written nor refused");
}

/// A standby answers reads itself and is behind its leader for a while, also for what came through it.
fn a_standby_shows_what_was_just_written(cluster: &Cluster) {
    let mut store = open(cluster, 2, "read-after-write");
    let mut base = Snapshot::empty();
    for number in 0..20 {
        let value = number.to_string();
        let written = store.write(&base, &changes(&[("A", Some(&value))]), None).unwrap();
        base = store.read().unwrap();
        assert_eq!((&base.version, held(&base)), (&written.version, vec![("A".to_owned(), value)]));
    }
}
