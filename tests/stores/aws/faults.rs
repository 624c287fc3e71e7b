//! What goes wrong between the calls, at the tests' own server: nothing is lost, nothing is doubled.

use envward::store::{Error, Snapshot, Store};
use serde_json::json;

use super::sandbox;
use crate::stores::conformance::{changes, held};
use crate::support::Sandbox;
use crate::support::aws_server::{Fault, Server};
use crate::support::sealed::store;

const NAME: &str = "shop/production";

/// A server, a user of it, and a handle.
fn start(definition: &str) -> (Server, Sandbox, Box<dyn Store>) {
    let server = Server::start();
    let sandbox = server.with(sandbox("shop", definition));
    let handle = store(&sandbox, "production", "aws");
    (server, sandbox, handle)
}

/// The same, with a secret that holds `A = 1`.
fn written() -> (Server, Sandbox, Box<dyn Store>, Snapshot) {
    let (server, sandbox, mut store) = start("");
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    let base = store.read().unwrap();
    server.calls();
    (server, sandbox, store, base)
}

fn a(value: &str) -> [(String, String); 1] {
    [("A".to_owned(), value.to_owned())]
}

/// Only the two labels of AWS are left, on two versions.
#[track_caller]
fn assert_clean(server: &Server) {
    let mut labels: Vec<_> = server.labels(NAME).into_iter().flat_map(|(_, labels)| labels).collect();
    labels.sort();
    assert_eq!(labels, ["AWSCURRENT", "AWSPREVIOUS"]);
}

#[test]
fn fault_13_a_secret_scheduled_for_deletion_is_not_missing_and_can_be_restored() {
    let (server, _sandbox, mut store, base) = written();
    server.does("DeleteSecret", &json!({"SecretId": NAME}));
    let error = store.read().err().unwrap();
    assert_eq!(error.to_string(), format!("version {} of {NAME} was deleted", base.version.as_str()));
    let hint = "it is scheduled for deletion; bring it back with: envward push --restore";
    assert_eq!(error.hint().as_deref(), Some(hint));
    let change = changes(&[("A", Some("2"))]);
    assert!(matches!(store.write(&base, &change, None), Err(Error::Deleted { .. })));
    assert!(matches!(store.write(&Snapshot::empty(), &change, None), Err(Error::Deleted { .. })));
    store.restore(&[]).unwrap();
    assert_eq!(held(&store.read().unwrap()), a("1"));
    store.write(&base, &change, None).unwrap();
}

#[test]
fn fault_13_a_secret_that_is_deleted_at_the_last_moment_is_said_to_be() {
    let (server, _sandbox, mut store, base) = written();
    for operation in ["PutSecretValue", "UpdateSecretVersionStage"] {
        server.meanwhile(operation, "DeleteSecret", json!({"SecretId": NAME}));
        let result = store.write(&base, &changes(&[("A", Some("2"))]), None);
        assert!(matches!(result, Err(Error::Deleted { .. })), "{operation}");
        store.restore(&[]).unwrap();
        assert_eq!(held(&store.read().unwrap()), a("1"), "{operation}");
    }
}

#[test]
fn fault_13_a_secret_without_a_value_takes_its_first_one() {
    let (server, _sandbox, mut store) = start("");
    server.does("CreateSecret", &json!({"Name": NAME}));
    let base = store.read().unwrap();
    assert!(base.version.is_none() && base.values.is_empty());
    let set = changes(&[("A", Some("1"))]);
    assert_eq!(store.price(&base, &set), None, "the secret is paid for already");
    let made = store.write(&base, &set, None).unwrap();
    assert_eq!(server.labels(NAME), [(made.version.as_str().to_owned(), vec!["AWSCURRENT".to_owned()])]);
}

#[test]
fn fault_13_of_two_first_values_the_later_one_is_a_conflict() {
    let theirs = json!({
        "SecretId": NAME, "SecretString": "{\"A\":\"theirs\"}", "ClientRequestToken": "0".repeat(32),
    });
    let (server, _sandbox, mut store) = start("");
    server.does("CreateSecret", &json!({"Name": NAME}));
    server.meanwhile("PutSecretValue", "PutSecretValue", theirs);
    let late = store.write(&Snapshot::empty(), &changes(&[("A", Some("ours"))]), None);
    assert!(matches!(late, Err(Error::Moved { .. })));
    assert_eq!(held(&store.read().unwrap()), a("theirs"));
    assert_eq!(server.labels(NAME).len(), 1, "{:?}", server.labels(NAME));
}

#[test]
fn fault_13_of_two_who_create_the_later_one_is_a_conflict() {
    let (server, _sandbox, mut store) = start("");
    let theirs =
        json!({"Name": NAME, "SecretString": "{\"A\":\"theirs\"}", "ClientRequestToken": "0".repeat(32)});
    server.meanwhile("CreateSecret", "CreateSecret", theirs);
    let late = store.write(&Snapshot::empty(), &changes(&[("A", Some("ours"))]), None);
    assert!(matches!(late, Err(Error::Moved { .. })));
    assert_eq!(held(&store.read().unwrap()), a("theirs"));
}

#[test]
fn fault_13_a_write_whose_answer_is_lost_makes_one_version() {
    for operation in ["PutSecretValue", "UpdateSecretVersionStage"] {
        let (server, _sandbox, mut store, base) = written();
        server.fault(operation, 1, Fault::Lost);
        let made = store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
        assert_eq!(store.read().unwrap().version, made.version, "{operation}");
        assert_eq!(server.versions(NAME), 2, "{operation}");
        assert_clean(&server);
        let calls = server.parameters();
        let tokens = calls.iter().filter(|(called, _)| called == "PutSecretValue");
        let mut tokens: Vec<_> = tokens.map(|(_, parameters)| &parameters["ClientRequestToken"]).collect();
        tokens.dedup();
        assert_eq!(tokens.len(), 1, "{operation}");
    }
    let (server, _sandbox, mut store) = start("");
    server.fault("CreateSecret", 1, Fault::Lost);
    store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
    assert_eq!(server.versions(NAME), 1);
}

#[test]
fn fault_13_a_write_that_was_cut_off_is_taken_up_by_the_next_command() {
    let (server, sandbox, mut store, base) = written();
    let change = changes(&[("A", Some("2"))]);
    server.fault("PutSecretValue", 9, Fault::Lost);
    let cut_off = store.write(&base, &change, None);
    assert!(matches!(cut_off, Err(Error::Unreachable { .. })), "nobody is served what was stored");
    server.rule(|_, _, _| None);
    assert_eq!(held(&store.read().unwrap()), a("1"));
    let mut next = crate::support::sealed::store(&sandbox, "production", "aws");
    next.write(&base, &change, None).unwrap();
    assert_eq!(held(&next.read().unwrap()), a("2"));
    assert_eq!(server.versions(NAME), 2);
    assert_clean(&server);
}

#[test]
fn fault_13_the_ids_of_versions_tell_nothing_about_values() {
    let id = |value: &str| {
        let (_server, _sandbox, mut store) = start("");
        store.write(&Snapshot::empty(), &changes(&[("A", Some(value))]), None).unwrap().version
    };
    assert_ne!(id("1"), id("1"), "who guesses the value cannot check the guess");
}

#[test]
fn fault_13_a_write_of_somebody_else_between_the_two_steps_is_a_conflict() {
    let (server, _sandbox, mut store, base) = written();
    let theirs = json!({
        "SecretId": NAME, "SecretString": "{\"A\":\"theirs\"}", "ClientRequestToken": "0".repeat(32),
    });
    server.meanwhile("UpdateSecretVersionStage", "PutSecretValue", theirs);
    let late = store.write(&base, &changes(&[("A", Some("ours"))]), None);
    assert!(matches!(late, Err(Error::Moved { .. })));
    assert_eq!(held(&store.read().unwrap()), a("theirs"));
    assert_clean(&server);
}

#[test]
fn fault_13_a_conflict_that_shows_before_the_first_step_makes_no_version() {
    let (server, _sandbox, mut store, base) = written();
    server.does(
        "PutSecretValue",
        &json!({
            "SecretId": NAME, "SecretString": "{\"A\":\"theirs\"}", "ClientRequestToken": "0".repeat(32),
        }),
    );
    let late = store.write(&base, &changes(&[("A", Some("ours"))]), None);
    assert!(matches!(late, Err(Error::Moved { .. })));
    assert_eq!(server.calls(), ["DescribeSecret"]);
}

#[test]
fn fault_13_a_denied_second_step_leaves_what_was_served() {
    let (server, _sandbox, mut store, base) = written();
    server.fault("UpdateSecretVersionStage", 1, Fault::Refused("AccessDeniedException"));
    let denied = store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap_err();
    assert_eq!(denied.to_string(), format!("the login may not write {NAME}"));
    assert_eq!(held(&store.read().unwrap()), a("1"));
    assert_eq!(server.labels(NAME).len(), 1, "{:?}", server.labels(NAME));
}

#[test]
fn fault_13_the_limit_of_a_secret_is_counted_in_bytes_before_anything_is_sent() {
    let (server, _sandbox, mut store) = start("");
    // {"A":"…"} is eight bytes around the value.
    let fits = "é".repeat((65_536 - 8) / 2);
    store.write(&Snapshot::empty(), &changes(&[("A", Some(&fits))]), None).unwrap();
    let base = store.read().unwrap();
    server.calls();
    let error = store.write(&base, &changes(&[("A", Some(&format!("{fits}x")))]), None).unwrap_err();
    let message =
        format!("{NAME} cannot hold this: 65537 bytes, and AWS Secrets Manager takes 65536 in one secret");
    assert_eq!(error.to_string(), message);
    assert!(server.calls().is_empty());
}

#[test]
fn fault_13_throttling_is_waited_for() {
    let (server, _sandbox, mut store, base) = written();
    server.fault("PutSecretValue", 3, Fault::Refused("ThrottlingException"));
    store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
    assert_eq!(server.versions(NAME), 2);
}

#[test]
fn fault_13_a_login_that_may_not_tag_writes_without_a_mark() {
    let (server, _sandbox, mut store, base) = written();
    server.fault("TagResource", 1, Fault::Refused("AccessDeniedException"));
    let mark = envward::store::Mark { generation: 1, sealed: String::new(), digest: String::new() };
    let made = store.write(&base, &changes(&[("A", Some("2"))]), Some(&mark)).unwrap();
    let found = store.read().unwrap();
    assert_eq!((found.version, found.mark), (made.version, None));
}

#[test]
fn fault_13_a_login_that_may_only_read_the_value_reads_it() {
    let (server, _sandbox, mut store, _) = written();
    server.rule(|operation, _, _| {
        (operation != "GetSecretValue").then_some(Fault::Refused("AccessDeniedException"))
    });
    assert_eq!(held(&store.read().unwrap()), a("1"));
}

#[test]
fn fault_13_the_history_goes_on_over_pages() {
    let (server, _sandbox, mut store, _) = written();
    for number in 0..149 {
        let token = format!("{number:032}");
        let put = json!({"SecretId": NAME, "SecretString": "{}", "ClientRequestToken": token});
        server.does("PutSecretValue", &put);
    }
    let revisions = store.history(None).unwrap();
    assert_eq!(revisions.len(), 150);
    assert_eq!(revisions[0].version.as_str(), format!("{:032}", 148));
    assert!(revisions[0].is_current);
}
