//! `audit --stores`: what the stores of projects say, as far as the user has confirmed them.

use std::io::ErrorKind;
use std::net::TcpListener;

use super::{add, tree};
use crate::support::Sandbox;
use crate::support::openbao::server;
use crate::support::shop::ALICE;

/// A project whose values are to be in a KV engine.
fn with_vault(sandbox: &mut Sandbox, name: &str, address: &str, mount: &str) {
    add(sandbox, name, name, "2026-02-20");
    let path = format!("{name}/envward.toml");
    let store = format!(
        "[stores.vault]\ntype = \"vault\"\naddress = \"{address}\"\nmount = \"{mount}\"\npath = \"{name}/{{env}}\"\n\n"
    );
    let manifest = sandbox.read(&path).replace(
        "[environments.production]\n",
        &format!("{store}[environments.production]\nstores = [\"vault\"]\n"),
    );
    sandbox.write(&path, manifest);
}

#[test]
fn a_store_that_nobody_confirmed_is_a_finding_and_gets_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut sandbox = tree();
    for name in ["shop", "till"] {
        with_vault(&mut sandbox, name, &format!("https://{}", listener.local_addr().unwrap()), "secret");
    }
    sandbox.set("VAULT_TOKEN", "hvs.a-token-that-must-not-leave");
    let run = sandbox.envward("audit --stores --fail-on none --format json").code(1);
    let report = run.json();
    let unreachable = run.stdout.matches("\"store-unreachable\"").count();
    assert_eq!(unreachable, 2, "{report}");
    assert!(run.stdout.contains("envward allow"), "{report}");
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    sandbox.envward("audit --fail-on none").success();
}

#[test]
fn what_a_store_serves_is_part_of_the_evidence() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let mut sandbox = tree();
    with_vault(&mut sandbox, "shop", &server.address(), &mount.name);
    let now = jiff::Timestamp::now();
    sandbox.set("VAULT_ADDR", server.address());
    sandbox.set("VAULT_TOKEN", mount.token.as_str());
    sandbox.set("ENVWARD_TEST_ONLY_NOW", now.to_string());
    sandbox.write("shop/.env.production", "API_KEY=second\n");
    sandbox.set("ENVWARD_IDENTITY", ALICE);
    sandbox.envward("-C shop seal").success();
    sandbox.envward("-C shop push --yes").success();
    sandbox.set("ENVWARD_IDENTITY", "");
    sandbox.shell("cd shop && git add -A && git commit -q -m pushed");
    let evidence = |arguments: &str| {
        let report = sandbox.envward(&format!("audit --format json {arguments}")).success().json();
        report["entries"][0]["evidence"].as_str().unwrap().to_owned()
    };
    assert_eq!(evidence("--stores"), "B");
    assert_eq!(evidence(""), "D");
}
