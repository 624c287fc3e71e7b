//! A cluster of three OpenBao nodes whose leader dies in the middle of the work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use envward::store::Snapshot;
use serde_json::json;

use super::conformance::{changes, held};
use super::race::{self, ENV_FILE, set};
use super::vault_kv::{project_at, store_at};
use crate::support::Sandbox;
use crate::support::daemon::{STARTUP, wait_until};
use crate::support::openbao::Cluster;
use crate::support::sealed::store;

const PATH: &str = "shop/production";
const WRITERS: usize = 4;
const PUSHES_EACH: usize = 50;

#[test]
fn what_was_pushed_when_the_leader_dies_is_there_once_or_was_reported_as_failed() {
    let Some(cluster) = Cluster::start() else { return };
    a_standby_shows_what_was_just_written(&cluster);
    cluster.request(0, "POST", &format!("secret/metadata/{PATH}"), Some(json!({"max_versions": 1000})));
    let project = project(&cluster);
    project.envward("push --yes").success();

    let started = AtomicUsize::new(0);
    // All before the first of them starts: through another address a copy knows the store only as it finds it.
    let copies: Vec<Sandbox> = (0..WRITERS).map(|number| copy(&project, &cluster, number)).collect();
    let reported: Vec<Vec<String>> = std::thread::scope(|scope| {
        let started = &started;
        let start = |(number, copy)| scope.spawn(move || push_all(copy, number, started));
        let writers: Vec<_> = copies.into_iter().enumerate().map(start).collect();
        while started.load(Ordering::Relaxed) < WRITERS * PUSHES_EACH / 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        cluster.kill(0);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });

    let landed = reported.iter().flatten().count();
    assert!(landed > WRITERS * PUSHES_EACH / 2, "the cluster went on with its new leader: {landed}");
    let mut versions = Vec::new();
    wait_until("the last version on the standby", STARTUP, || {
        versions = race::versions(&project, "vault");
        versions.len() > landed
    });
    let mut found = vec![Vec::new(); WRITERS];
    for pair in versions.windows(2) {
        let mut changed = pair[1].iter().filter(|&(name, value)| pair[0][name] != *value);
        let (first, second) = (changed.next().unwrap(), changed.next().expect("pushed whole"));
        let number = (0..WRITERS).find(|&number| *first.0 == own(number)).unwrap();
        assert_eq!(second, (&again(number), first.1), "pushed whole");
        assert_eq!(changed.next(), None, "pushed by one");
        found[number].push(first.1.clone());
    }
    assert_eq!(found, reported, "what is there is what was reported as pushed, each once");
}

fn own(number: usize) -> String {
    format!("WRITER_{number}")
}

fn again(number: usize) -> String {
    format!("WRITER_{number}_AGAIN")
}

/// A project with two variables for each writer, served through the first standby.
fn project(cluster: &Cluster) -> Sandbox {
    let names: Vec<String> = (0..WRITERS).flat_map(|number| [own(number), again(number)]).collect();
    let head = "[project]\nname = \"race\"\ndefault = \"production\"\n[environments.production]\n";
    let variables: Vec<String> =
        names.iter().map(|name| format!("[vars.{name}]\nsecret = false\n")).collect();
    let store = store_at(&cluster.address(1), "secret", PATH);
    let project = Sandbox::new().with("VAULT_TOKEN", &cluster.root).with("VAULT_ADDR", cluster.address(1));
    project.write("envward.toml", format!("{head}stores = [\"vault\"]\n{store}{}", variables.concat()));
    let values: Vec<String> = names.iter().map(|name| format!("{name}=first\n")).collect();
    project.write(ENV_FILE, values.concat());
    project
}

/// A working copy of a writer; every second one goes through the other standby.
fn copy(project: &Sandbox, cluster: &Cluster, number: usize) -> Sandbox {
    let (first, address) = (cluster.address(1), cluster.address(1 + number % 2));
    let copy = project.copy().with("VAULT_ADDR", &address);
    copy.write("envward.toml", copy.read("envward.toml").replace(&first, &address));
    copy.envward("push --yes").success().stderr_has("store vault: ");
    copy
}

/// Changes both variables of the writer and pushes them, time after time. Returns what was reported as pushed.
fn push_all(mut copy: Sandbox, number: usize, started: &AtomicUsize) -> Vec<String> {
    let mut pushed = Vec::new();
    for round in 0..PUSHES_EACH {
        let value = format!("{number}-{round}");
        // Writers that draw the same pauses would meet again and again.
        copy.set("ENVWARD_TEST_ONLY_SEED", (number * PUSHES_EACH + round).to_string());
        set(&copy, &own(number), &value);
        set(&copy, &again(number), &value);
        started.fetch_add(1, Ordering::Relaxed);
        if is_pushed(&copy) {
            pushed.push(value);
        }
    }
    pushed
}

/// Pushes, and again after an outcome that was reported as not known or overtaken. False if it was reported as failed.
fn is_pushed(copy: &Sandbox) -> bool {
    let mut is_unsure = false;
    for _ in 0..100 {
        let push = copy.envward("push --yes");
        match push.code {
            Some(0) => return true,
            Some(6) => drop(push.stderr_has("was changed by someone else; nothing was written")),
            _ if push.stderr.contains("it is not known whether") => is_unsure = true,
            _ => {
                let _ = push.code(5);
                if !is_unsure {
                    return false;
                }
            }
        }
    }
    panic!("the cluster did not come back");
}

/// A standby answers reads itself and is behind its leader for a while, also for what came through it.
fn a_standby_shows_what_was_just_written(cluster: &Cluster) {
    let sandbox = project_at(&cluster.address(2), "secret", "read-after-write");
    let sandbox = sandbox.with("VAULT_TOKEN", &cluster.root);
    let mut store = store(&sandbox, "production", "vault");
    let mut base = Snapshot::empty();
    for number in 0..20 {
        let value = number.to_string();
        let written = store.write(&base, &changes(&[("A", Some(&value))]), None).unwrap();
        base = store.read().unwrap();
        assert_eq!((&base.version, held(&base)), (&written.version, vec![("A".to_owned(), value)]));
    }
}
