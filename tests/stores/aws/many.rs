//! Many secrets at once, at the tests' own server: batches, what fails in them, how much is under way.

use std::time::{Duration, Instant};

use envward::store::{Error, Snapshot, Store};
use serde_json::{Value, json};

use super::sandbox;
use crate::stores::conformance::{changes, held};
use crate::support::Sandbox;
use crate::support::aws_server::{Fault, Server};
use crate::support::http;
use crate::support::sealed::store;

fn start(server: &Server) -> (Sandbox, Box<dyn Store>) {
    let sandbox = server.with(sandbox("shop", "layout = \"per-variable\""));
    let handle = store(&sandbox, "production", "aws");
    (sandbox, handle)
}

fn path(name: &str) -> String {
    format!("shop/production/{name}")
}

fn plant(server: &Server, names: &[String]) {
    for name in names {
        let token = format!("{name:0>32}");
        let secret = json!({"Name": path(name), "SecretString": "x", "ClientRequestToken": token});
        server.does("CreateSecret", &secret);
    }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("N{number}")).collect()
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    held(snapshot).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn twenty_secrets_are_read_with_one_call() {
    let server = Server::start();
    let (_sandbox, mut store) = start(&server);
    plant(&server, &numbered(100));
    assert_eq!(names(&store.read().unwrap()).len(), 100);
    let calls = server.parameters();
    let batches = calls.iter().filter(|(called, _)| called == "BatchGetSecretValue");
    let sizes: Vec<_> = batches.map(|(_, call)| call["SecretIdList"].as_array().unwrap().len()).collect();
    assert!(sizes.iter().all(|&size| size <= 20), "{sizes:?}");
    // Beside them the variables of the schema are asked for, which are not there.
    assert_eq!(sizes.iter().sum::<usize>(), 106);
    assert!(!calls.iter().any(|(called, _)| called == "GetSecretValue"));
}

#[test]
fn a_login_that_may_not_read_batches_reads_one_by_one() {
    let server = Server::with_latency(Duration::from_millis(5));
    let (_sandbox, mut store) = start(&server);
    plant(&server, &numbered(50));
    server.rule(|operation, _, _| {
        (operation == "BatchGetSecretValue").then_some(Fault::Refused("AccessDeniedException"))
    });
    assert_eq!(names(&store.read().unwrap()).len(), 50);
    assert_eq!(server.most_under_way(), 16, "many at once, and no more");
}

#[test]
fn writes_are_many_at_once_and_no_more() {
    let server = Server::with_latency(Duration::from_millis(5));
    let (_sandbox, mut store) = start(&server);
    let all = numbered(40);
    let set: Vec<_> = all.iter().map(|name| (name.as_str(), Some("x"))).collect();
    store.write(&Snapshot::empty(), &changes(&set), None).unwrap();
    assert_eq!(server.most_under_way(), 16);
    assert_eq!(names(&store.read().unwrap()).len(), 40);
}

#[test]
fn a_denied_secret_in_a_batch_is_an_error_for_a_variable_of_the_schema_alone() {
    let server = Server::start();
    let (_sandbox, mut store) = start(&server);
    plant(&server, &["TOKEN".to_owned(), "PORT".to_owned(), "OTHER".to_owned()]);
    server.does("Deny", &json!({"SecretId": path("OTHER")}));
    assert_eq!(names(&store.read().unwrap()), ["PORT", "TOKEN"], "what is not ours is left alone");
    server.does("Deny", &json!({"SecretId": path("TOKEN")}));
    let error = store.read().err().unwrap();
    assert_eq!(error.to_string(), format!("the login may not read {}", path("TOKEN")));
}

#[test]
fn a_secret_that_is_not_listed_yet_is_found() {
    let server = Server::start();
    let (_sandbox, mut store) = start(&server);
    plant(&server, &["TOKEN".to_owned()]);
    server.does("Unlist", &json!({"SecretId": path("TOKEN")}));
    assert_eq!(names(&store.read().unwrap()), ["TOKEN"]);
    assert_eq!(store.names().unwrap(), ["TOKEN"]);
}

#[test]
fn a_login_that_may_not_list_sees_what_the_schema_names() {
    let server = Server::start();
    let (_sandbox, mut store) = start(&server);
    plant(&server, &["TOKEN".to_owned(), "OTHER".to_owned()]);
    server.rule(|operation, _, _| {
        (operation == "ListSecrets").then_some(Fault::Refused("AccessDeniedException"))
    });
    assert_eq!(names(&store.read().unwrap()), ["TOKEN"]);
    let findings = store.examine();
    let text = "the login may not list secrets: only the variables of the schema are seen";
    assert!(findings.iter().any(|finding| finding.text == text), "{findings:?}");
}

#[test]
fn what_was_written_and_what_was_not_is_told_by_name() {
    let server = Server::start();
    let (_sandbox, mut store) = start(&server);
    server.rule(|operation, call, _| {
        let is_b = operation == "CreateSecret" && call["Name"] == path("B");
        is_b.then_some(Fault::Refused("AccessDeniedException"))
    });
    let set = changes(&[("A", Some("1")), ("B", Some("2")), ("C", Some("3"))]);
    let Err(Error::Partial { done, failed, error }) = store.write(&Snapshot::empty(), &set, None) else {
        panic!("it must be told that a part was written");
    };
    assert_eq!((done, failed), (vec!["A".to_owned(), "C".to_owned()], vec!["B".to_owned()]));
    assert_eq!(error.to_string(), format!("the login may not create {}", path("B")));
}

/// Not a test: prints how much faster 1,000 secrets are read and written than one after the other. Run it with
/// `cargo test --test cli how_much_faster -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement")]
fn how_much_faster_many_are_than_one_after_the_other() {
    let server = Server::with_latency(Duration::from_millis(20));
    let (_sandbox, mut store) = start(&server);
    let all = numbered(1000);
    let set: Vec<_> = all.iter().map(|name| (name.as_str(), Some("x"))).collect();
    let measure = |what: &str, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        eprintln!("{what}: {:.2?}, at most {} at once", start.elapsed(), server.most_under_way());
        start.elapsed()
    };
    let write = measure("1,000 written", &mut || {
        store.write(&Snapshot::empty(), &changes(&set), None).unwrap();
    });
    let read = measure("1,000 read, in batches", &mut || {
        assert_eq!(names(&store.read().unwrap()).len(), 1000);
    });
    server.rule(|operation, _, _| {
        (operation == "BatchGetSecretValue").then_some(Fault::Refused("AccessDeniedException"))
    });
    let single = measure("1,000 read, without batches", &mut || {
        assert_eq!(names(&store.read().unwrap()).len(), 1000);
    });
    let base = store.read().unwrap();
    let other: Vec<_> = all.iter().map(|name| (name.as_str(), Some("y"))).collect();
    // What was called until now.
    drop(server.calls());
    let update = measure("1,000 updated", &mut || {
        store.write(&base, &changes(&other), None).unwrap();
    });
    let calls = f64::from(u32::try_from(server.calls().len()).unwrap()) / 1000.0;
    let alone = measure("1,000 read, one after the other", &mut || {
        for name in &all {
            one_by_one(&server, "GetSecretValue", &json!({"SecretId": path(name)}));
        }
    });
    let factor = |time: Duration| alone.as_secs_f64() / time.as_secs_f64();
    eprintln!(
        "times faster: {:.1} in batches, {:.1} without, {:.1} written (two calls for each), {:.1} updated ({calls:.1} \
         calls for each)",
        factor(read),
        factor(single),
        2.0 * factor(write),
        calls * factor(update)
    );
}

fn one_by_one(server: &Server, operation: &str, parameters: &Value) {
    let target = format!("secretsmanager.{operation}");
    http::request(
        server.port(),
        "POST",
        "/",
        &[("X-Amz-Target", target.as_str())],
        Some(&parameters.to_string()),
    )
    .unwrap()
    .success();
}
