//! `audit aws`: ages from metadata alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::tree;
use crate::support::aws_server::Server;
use crate::support::moto;

fn names(report: &Value) -> Vec<&str> {
    report["entries"].as_array().unwrap().iter().map(|entry| entry["variable"].as_str().unwrap()).collect()
}

#[test]
fn the_server_sees_the_actions_of_the_printed_policy_and_no_other() {
    let server = Server::start();
    for name in ["shop/production", "shop/staging", "till"] {
        let id = format!("{name:0>32}");
        server.does(
            "CreateSecret",
            &json!({"Name": name, "ClientRequestToken": id, "SecretString": "hunter2"}),
        );
    }
    let sandbox = server.with(tree());
    server.calls();
    let report = sandbox.envward("audit aws --every 90d --format json --fail-on none").success().json();
    assert_eq!(names(&report), ["shop/production", "shop/staging", "till"]);
    assert_eq!(report["entries"][0]["evidence"], "D");
    assert_eq!(report["entries"][0]["environment"], "eu-central-1");
    let called: BTreeSet<String> =
        server.calls().into_iter().map(|operation| format!("secretsmanager:{operation}")).collect();
    let policy = sandbox.envward("audit policy aws").success().json();
    let statements = policy["Statement"].as_array().unwrap();
    let allowed: BTreeSet<String> = statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(called, allowed);
}

#[test]
fn a_prefix_is_one_of_names() {
    let Some(server) = moto::server() else { return };
    let prefix = server.new_name();
    for name in ["a", "b"] {
        let body = json!({"Name": format!("{prefix}/{name}"), "SecretString": "hunter2"});
        server.call("CreateSecret", &body).success();
    }
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let sandbox = server.with(tree()).with("ENVWARD_TEST_ONLY_NOW", now.to_string());
    let run = sandbox.envward(&format!("audit aws --prefix {prefix}/ --every 90d --format json")).success();
    assert_eq!(names(&run.json()), [format!("{prefix}/a"), format!("{prefix}/b")]);
    assert_eq!(run.json()["entries"][0]["status"], "ok");
    let run = sandbox.envward("audit aws --prefix nobody-has-this --every 90d").code(1);
    assert!(run.stderr.starts_with("warning: nothing is stored in nobody-has-this* at "), "{}", run.stderr);
}

#[test]
fn a_login_that_may_not_list_is_told_what_it_lacks() {
    let server = Server::start();
    server.rule(|_, _, _| Some(crate::support::aws_server::Fault::Refused("AccessDeniedException")));
    let run = server.with(tree()).envward("audit aws --every 90d").code(5);
    assert!(
        run.stderr.ends_with("help: see what the login lacks with: envward audit policy aws\n"),
        "{}",
        run.stderr
    );
}
