//! The five systems with stores on real servers: pushed, read back by another tool, changed there by hand, pulled.

use serde_json::{Value, json};

use crate::builtin_schemas::SYSTEMS;
use crate::support::Sandbox;
use crate::support::openbao;
use crate::support::shop::ALICE;

/// A place in a store, and what another tool makes of it.
struct Place<'a> {
    /// The definition below `[stores.there]`.
    definition: String,
    /// What the other tool reads: an object of names and values.
    read: Box<dyn Fn() -> Value + 'a>,
    /// Changes one value as the other tool does.
    write: Box<dyn Fn(&str, &str) + 'a>,
}

/// A variable of a system that a person has from elsewhere and no other value is rendered from.
fn handed_out(system: &str) -> &'static str {
    match system {
        "bug-dedup" => "JIRA_API_TOKEN",
        "simplr" => "SMTP_PASSWORD",
        "aigov" => "QDRANT_API_KEY",
        _ => "SENTRY_DSN",
    }
}

/// A complete, sealed environment of a system that is served by the place.
fn sealed(sandbox: Sandbox, system: &str, place: &Place<'_>) -> Sandbox {
    let root = env!("CARGO_MANIFEST_DIR");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", ALICE);
    sandbox
        .envward_with_input(&["init", "--schema", &format!("{root}/schemas/{system}.toml")], b"")
        .success();
    let environment = "[environments.production]\n";
    let manifest = sandbox.read("envward.toml");
    assert!(manifest.contains(environment), "{manifest}");
    let manifest = manifest.replace(environment, &format!("{environment}stores = [\"there\"]\n"));
    sandbox.write("envward.toml", format!("{manifest}\n[stores.there]\n{}", place.definition));
    let answers = std::fs::read(format!("{root}/tests/fixtures/guides/{system}.answers")).unwrap();
    sandbox.write("answers", answers);
    sandbox.envward("bootstrap -e production --answers answers --no-input").success();
    if !sandbox.has("secrets/production.enc.env") {
        sandbox.envward("seal").success();
    }
    sandbox
}

/// The whole way of one system.
fn walk(sandbox: Sandbox, system: &str, place: &Place<'_>) {
    let sandbox = sealed(sandbox, system, place);
    let values = || sandbox.envward("unseal --stdout --format json").success().json();
    sandbox.envward("diff").code(1);
    sandbox.envward("push --yes").success();
    assert_eq!((place.read)(), values(), "{system}");
    sandbox.envward("diff").success().stderr("no difference from store there\n");
    sandbox.envward("push --yes").success().stderr("store there: nothing to push\n");

    let name = handed_out(system);
    let old = values()[name].as_str().unwrap().to_owned();
    (place.write)(name, &format!("{old}7"));
    let difference = sandbox.envward("diff --format json").code(1).json();
    let changes = difference["changes"].as_array().unwrap();
    let differing: Vec<&Value> = changes.iter().filter(|change| change["action"] != "unchanged").collect();
    assert_eq!(differing, [&json!({"variable": name, "action": "update", "by": "pull"})], "{system}");
    sandbox.envward("pull --yes").success();
    assert_eq!(values()[name], format!("{old}7"), "{system}");
    sandbox.envward("diff").success();

    (place.write)(name, &format!("{old}8"));
    let _ = sandbox.envward_with_input(&["set", name], format!("{old}9").as_bytes()).success();
    let conflict = format!("error: changed here and in store there: {name}; nothing was written\n");
    for command in ["push --yes", "pull --yes"] {
        let run = sandbox.envward(command).code(6).stderr_has(&conflict);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(&old), "{system}: {command} shows a value");
    }
    assert_eq!((place.read)()[name], format!("{old}8"), "{system}");
    sandbox.envward("push --yes --take local").success();
    assert_eq!((place.read)(), values(), "{system}");
}

#[test]
fn with_openbao_and_its_own_command_line() {
    let Some(server) = openbao::server() else { return };
    for system in SYSTEMS {
        let mount = server.kv(2);
        let place = Place {
            definition: format!(
                "type = \"vault\"\naddress = \"{}\"\nmount = \"{}\"\npath = \"{system}/{{env}}\"\n",
                server.address(),
                mount.name
            ),
            read: Box::new(|| mount.bao_kv_get(&format!("{system}/production"))["data"].clone()),
            write: Box::new(|name, value| {
                let path = format!("{}/{system}/production", mount.name);
                let pair = format!("{name}={value}");
                let output = server.bao(&mount.token, &["kv", "patch", &path, &pair]);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            }),
        };
        let sandbox =
            Sandbox::git().with("VAULT_ADDR", server.address()).with("VAULT_TOKEN", mount.token.as_str());
        walk(sandbox, system, &place);
    }
}
