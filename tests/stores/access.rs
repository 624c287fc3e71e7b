//! Opening a store: nothing is sent to where only the manifest says so, and what came out of a store is checked
//! before anything starts.

use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::json;

use crate::support::openbao::{Mount, server};
use crate::support::shop::{sealed_shop, shop};
use crate::support::{Sandbox, on_a_terminal};

const TOKEN: &str = "hvs.a-token-that-must-not-leave";

/// The shop with a store.
fn with_store(shop: Sandbox, name: &str, definition: &str) -> Sandbox {
    let manifest = shop.read("envward.toml").replace(
        "[environments.production]\n",
        &format!("[stores.{name}]\n{definition}\n\n[environments.production]\nstores = [\"{name}\"]\n"),
    );
    shop.write("envward.toml", manifest);
    shop
}

fn vault(address: &str, mount: &str) -> String {
    format!(
        "type = \"vault\"\naddress = \"{address}\"\nmount = \"{mount}\"\npath = \"shop/{{env}}\"\n\
         names = {{ API_KEY = \"api_key\" }}"
    )
}

/// A shop whose values are in OpenBao alone.
fn in_openbao(mount: &Mount<'_>) -> Sandbox {
    let values = json!({"api_key": "key-9", "DB_PASSWORD": "pass-9", "LOG_LEVEL": "WARN", "other": "theirs"});
    mount.request("POST", "data/shop/production", Some(json!({"data": values})));
    let shop = with_store(shop(), "vault", &vault(&mount.server.address(), &mount.name));
    std::fs::remove_file(shop.project().join(".env.production")).unwrap();
    shop.with("VAULT_TOKEN", mount.token.as_str())
}

/// A server that must see no connection, and a shop whose manifest names it.
fn at_a_strangers() -> (TcpListener, String, Sandbox) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let shop = with_store(sealed_shop(), "vault", &vault(&address, "secret")).with("VAULT_TOKEN", TOKEN);
    (listener, address, shop)
}

#[track_caller]
fn nobody_came(listener: &TcpListener) {
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_manifest_that_points_elsewhere_gets_no_connection() {
    let (listener, address, shop) = at_a_strangers();
    let expected = format!(
        "error: store vault is at {address}; nobody has confirmed to send credentials there\n\
         help: look at it, then run: envward allow; in CI set ENVWARD_ALLOW to what `envward allow --print` prints\n"
    );
    for command in [
        "check --store vault",
        "export json --from vault",
        "diff vault",
        "push vault --yes",
        "pull vault --yes",
    ] {
        let run = shop.envward(command).code(2).stdout("");
        assert!(run.stderr.ends_with(&expected), "{command}: {}", run.stderr);
        assert!(!run.stderr.contains(TOKEN), "{command}");
    }
    let run = shop.envward("run --from vault -- touch started").code(2);
    assert!(run.stderr.contains(&format!("envward: error: store vault is at {address};")), "{}", run.stderr);
    assert!(!shop.has("started"));
    nobody_came(&listener);
}

#[test]
fn no_at_the_terminal_sends_nothing_either() {
    let (listener, address, shop) = at_a_strangers();
    let question = format!("store vault is at {address}: send credentials there? [y/N]: ");
    let (code, shown) = on_a_terminal(&shop, &[(&question, "\n")], &["check", "--store", "vault"]);
    assert_eq!(code, Some(2), "{shown}");
    shop.envward("allow --format json").code(1);
    nobody_came(&listener);
}

#[test]
fn another_address_in_the_environment_is_refused_and_both_are_named() {
    let (listener, address, shop) = at_a_strangers();
    let shop = shop.with("VAULT_ADDR", "https://vault.example.com:8200");
    let run = shop.envward("check --store vault").code(2);
    let expected = format!(
        "error: store vault: the manifest names {address}, and VAULT_ADDR names https://vault.example.com:8200\n"
    );
    assert!(run.stderr.starts_with(&expected), "{}", run.stderr);
    nobody_came(&listener);
}

#[test]
fn what_was_confirmed_is_not_asked_again_until_it_changes() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let shop = in_openbao(&mount);
    let question = format!("store vault is at {}: send credentials there? [y/N]: ", server.address());
    let arguments = ["export", "dotenv", "--from", "vault"];
    let (code, shown) = on_a_terminal(&shop, &[(&question, "y\n")], &arguments);
    assert_eq!(code, Some(0), "{shown}");
    shop.envward("export dotenv --from vault").success().stdout_has("API_KEY=key-9\n");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let elsewhere = format!("https://{}", listener.local_addr().unwrap());
    shop.write("envward.toml", shop.read("envward.toml").replace(&server.address(), &elsewhere));
    shop.envward("export dotenv --from vault").code(2).stdout("");
    nobody_came(&listener);
}

#[test]
fn the_command_gets_the_values_by_their_names_and_no_credential() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let shop = in_openbao(&mount);
    let printed = shop.envward("allow --print").success().stdout;
    let shop = shop.with("ENVWARD_ALLOW", printed.trim()).with("AWS_SECRET_ACCESS_KEY", "aws-1");
    let run = shop.envward("run --from vault -- env").success();
    for line in ["API_KEY=key-9", "DB_PASSWORD=pass-9", "LOG_LEVEL=WARN"] {
        assert!(run.stdout.lines().any(|shown| shown == line), "{line}: {}", run.stdout);
    }
    for gone in [mount.token.as_str(), "VAULT_TOKEN", "aws-1", "ENVWARD_IDENTITY", "theirs"] {
        assert!(!run.stdout.contains(gone), "{gone}: {}", run.stdout);
    }
    let _ = run.stderr("envward: note: left out of store vault, not of the schema: other\n");
}

#[test]
fn values_that_do_not_fit_the_schema_start_nothing() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    let shop = in_openbao(&mount).with("VAULT_ADDR", server.address());
    mount.request(
        "POST",
        "data/shop/production",
        Some(json!({"data": {"api_key": "key-9", "LOG_LEVEL": ["WARN"]}})),
    );
    shop.envward("run --from vault -- touch started").code(1).stdout("").stderr(
        "envward: warning: store vault holds a list or an object, which no variable can be: LOG_LEVEL\n\
         envward: error: DB_PASSWORD is not set, and required\n\
         envward: error: LOG_LEVEL is not set, and required\n\
         envward: help: nothing was started; see more with: envward check --store vault\n",
    );
    assert!(!shop.has("started"));
    let report = shop.envward("check --store vault --format json").code(1).json();
    let location = format!("{}/shop/production at {}", mount.name, server.address());
    assert_eq!(report["diagnostics"][0]["file"], location.as_str());
}

#[test]
fn a_directory_store_needs_no_confirmation() {
    let shop = with_store(sealed_shop(), "local", "type = \"directory\"\npath = \"secrets/store\"");
    shop.envward("push --yes").success();
    shop.envward_with_input(&["set", "API_KEY"], b"key-2").success();
    let script = "echo $API_KEY";
    shop.envward_with_input(&["run", "--from", "local", "--", "sh", "-c", script], b"")
        .success()
        .stdout("key-1\n");
    shop.envward_with_input(&["run", "--", "sh", "-c", script], b"").success().stdout("key-2\n");
    shop.envward("check --store local").success();
    shop.envward("allow").success().stderr("the manifest names nothing that has to be confirmed\n");
}

#[test]
fn an_empty_store_is_said_to_be_empty() {
    let shop = with_store(sealed_shop(), "local", "type = \"directory\"\npath = \"secrets/store\"");
    shop.envward("check --store local").code(1).stderr(
        "warning: store local holds nothing at secrets/store/production\nhelp: fill it with: envward push local\n",
    );
}

#[test]
fn a_store_that_is_not_there_or_does_not_serve_the_environment_is_refused() {
    let shop = with_store(sealed_shop(), "local", "type = \"directory\"\npath = \"secrets/store\"");
    shop.envward("check --store loacl")
        .code(2)
        .stderr("error: the manifest has no store \"loacl\"\nhelp: did you mean \"local\"?\n");
    shop.envward("run --from local -e staging -- true").code(2).stderr(
        "envward: error: store local does not serve environment staging\n\
         envward: help: name it in `stores` under [environments.staging] in envward.toml\n",
    );
}
