//! `audit vault`: ages from metadata alone, on a real OpenBao, with a token that may read no value.

use serde_json::json;

use super::tree;
use crate::support::Sandbox;
use crate::support::openbao::{Mount, ROOT, server};

/// A sandbox with the address, whose clock is ahead of the server's by so many days.
fn later(mount: &Mount<'_>, token: &str, days: i64) -> Sandbox {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    tree()
        .with("VAULT_ADDR", mount.server.address())
        .with("VAULT_TOKEN", token)
        .with("ENVWARD_TEST_ONLY_NOW", now.to_string())
}

/// An engine with three secrets that are served and one that is deleted.
fn filled(server: &crate::support::openbao::Server) -> Mount<'_> {
    let mount = server.kv(2);
    for path in ["shop/production", "shop/staging", "till", "gone"] {
        mount.request("POST", &format!("data/{path}"), Some(json!({"data": {"KEY": "hunter2"}})));
    }
    mount.request("DELETE", "data/gone", None);
    mount
}

/// A token with the policy that `audit policy` prints, and without the default one.
fn auditor(mount: &Mount<'_>, kind: &str, below: &str) -> String {
    let policy =
        tree().envward(&format!("audit policy {kind} --mount {} {below}", mount.name)).success().stdout;
    let policy = mount.server.policy(&policy);
    let body = json!({"policies": [policy], "no_default_policy": true, "ttl": "1h"});
    let answer = mount.server.request(ROOT, "POST", "auth/token/create", Some(body)).success();
    answer["auth"]["client_token"].as_str().unwrap().to_owned()
}

fn paths(sandbox: &Sandbox, arguments: &str, code: i32) -> Vec<String> {
    let report =
        sandbox.envward(&format!("audit vault --format json --every 90d {arguments}")).code(code).json();
    let text = |entry: &serde_json::Value| {
        let field = |name: &str| entry[name].as_str().unwrap().to_owned();
        format!("{} {} {}", field("variable"), field("status"), field("evidence"))
    };
    report["entries"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn the_printed_policy_is_enough_for_the_audit_and_for_no_value() {
    let Some(server) = server() else { return };
    let mount = filled(server);
    // With the policy for Vault the engine is walked, with that for OpenBao it is scanned.
    for kind in ["vault", "openbao"] {
        let token = auditor(&mount, kind, "");
        let sandbox = later(&mount, &token, 1);
        let all = ["shop/production ok D", "shop/staging ok D", "till ok D"];
        assert_eq!(paths(&sandbox, &format!("--mount {}", mount.name), 0), all, "{kind}");
        for path in ["data/till", "subkeys/till"] {
            assert_eq!(server.request(&token, "GET", &mount.path(path), None).status, 403, "{kind} {path}");
        }
        let body = Some(json!({"data": {}}));
        assert_eq!(server.request(&token, "POST", &mount.path("data/till"), body).status, 403);
    }
}

#[test]
fn the_policy_for_a_path_allows_nothing_beside_it() {
    let Some(server) = server() else { return };
    let mount = filled(server);
    for kind in ["vault", "openbao"] {
        let token = auditor(&mount, kind, "shop");
        let sandbox = later(&mount, &token, 1);
        let below = ["shop/production ok D", "shop/staging ok D"];
        assert_eq!(paths(&sandbox, &format!("--mount {} shop", mount.name), 0), below, "{kind}");
        let run = sandbox.envward(&format!("audit vault --every 90d --mount {}", mount.name)).code(5);
        let help = "help: see what the login lacks with: envward audit policy vault\n";
        assert!(run.stderr.ends_with(help), "{}", run.stderr);
    }
}

#[test]
fn what_was_written_long_ago_is_overdue() {
    let Some(server) = server() else { return };
    let mount = filled(server);
    let all =
        |status: &str| ["shop/production", "shop/staging", "till"].map(|path| format!("{path} {status} D"));
    let mount_flag = format!("--mount {}", mount.name);
    assert_eq!(paths(&later(&mount, &mount.token, 80), &mount_flag, 0), all("due_soon"));
    let late = paths(&later(&mount, &mount.token, 91), &mount_flag, 1);
    assert!(late.iter().all(|row| row.contains(" overdue ") || row.contains(" breached ")), "{late:?}");
}

#[test]
fn an_engine_without_versions_and_an_empty_path_are_no_pass() {
    let Some(server) = server() else { return };
    let mount = server.kv(1);
    let run =
        later(&mount, &mount.token, 1).envward(&format!("audit vault --every 90d --mount {}", mount.name));
    assert_ne!(run.code, Some(0), "{}", run.stdout);
    let mount = filled(server);
    let sandbox = later(&mount, &mount.token, 1);
    let run = sandbox.envward(&format!("audit vault --every 90d --mount {} nothing", mount.name)).code(1);
    assert!(run.stderr.contains("nothing is stored in "), "{}", run.stderr);
}

#[test]
fn the_address_is_the_users_alone() {
    let run = tree().envward("audit vault --mount secret --every 90d").code(3);
    run.stderr("error: store vault: no server is named\nhelp: set VAULT_ADDR or BAO_ADDR to its address\n");
}
