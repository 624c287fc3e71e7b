//! The five systems with stores on real servers: pushed, read back by another tool, changed there by hand, pulled.

use serde_json::{Value, json};

use crate::builtin_schemas::SYSTEMS;
use crate::support::Sandbox;
use crate::support::moto;
use crate::support::openbao::{self, Mount};
use crate::support::shop::ALICE;

/// A place in a store, and what another tool makes of it.
trait Place {
    /// The definition below `[stores.there]`.
    fn definition(&self) -> String;

    /// What the other tool reads: an object of names and values.
    fn read(&self) -> Value;

    /// Changes one value as the other tool does.
    fn write(&self, name: &str, value: &str);
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
fn sealed(sandbox: Sandbox, system: &str, place: &dyn Place) -> Sandbox {
    let root = env!("CARGO_MANIFEST_DIR");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", ALICE);
    sandbox
        .envward_with_input(&["init", "--schema", &format!("{root}/schemas/{system}.toml")], b"")
        .success();
    let environment = "[environments.production]\n";
    let manifest = sandbox.read("envward.toml");
    assert!(manifest.contains(environment), "{manifest}");
    let manifest = manifest.replace(environment, &format!("{environment}stores = [\"there\"]\n"));
    sandbox.write("envward.toml", format!("{manifest}\n[stores.there]\n{}", place.definition()));
    let answers = std::fs::read(format!("{root}/tests/fixtures/guides/{system}.answers")).unwrap();
    sandbox.write("answers", answers);
    sandbox.envward("bootstrap -e production --answers answers --no-input").success();
    if !sandbox.has("secrets/production.enc.env") {
        sandbox.envward("seal").success();
    }
    sandbox
}

/// The whole way of one system.
fn walk(sandbox: Sandbox, system: &str, place: &dyn Place) {
    let sandbox = sealed(sandbox, system, place);
    let values = || sandbox.envward("unseal --stdout --format json").success().json();
    sandbox.envward("diff").code(1);
    sandbox.envward("push --yes").success();
    assert_eq!(place.read(), values(), "{system}");
    sandbox.envward("diff").success().stderr("no difference from store there\n");
    sandbox.envward("push --yes").success().stderr("store there: nothing to push\n");

    let name = handed_out(system);
    let old = values()[name].as_str().unwrap().to_owned();
    place.write(name, &format!("{old}7"));
    let difference = sandbox.envward("diff --format json").code(1).json();
    let changes = difference["changes"].as_array().unwrap();
    let differing: Vec<&Value> = changes.iter().filter(|change| change["action"] != "unchanged").collect();
    assert_eq!(differing, [&json!({"variable": name, "action": "update", "by": "pull"})], "{system}");
    sandbox.envward("pull --yes").success();
    assert_eq!(values()[name], format!("{old}7"), "{system}");
    sandbox.envward("diff").success();

    place.write(name, &format!("{old}8"));
    let _ = sandbox.envward_with_input(&["set", name], format!("{old}9").as_bytes()).success();
    let conflict = format!("error: changed here and in store there: {name}; nothing was written\n");
    for command in ["push --yes", "pull --yes"] {
        let run = sandbox.envward(command).code(6).stderr_has(&conflict);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(&old), "{system}: {command} shows a value");
    }
    assert_eq!(place.read()[name], format!("{old}8"), "{system}");
    sandbox.envward("push --yes --take local").success();
    assert_eq!(place.read(), values(), "{system}");
}

/// A path of OpenBao, read and written by `bao kv`.
struct Path<'a> {
    mount: Mount<'a>,
    path: String,
}

impl Place for Path<'_> {
    fn definition(&self) -> String {
        let Self { mount, path } = self;
        let address = mount.server.address();
        format!("type = \"vault\"\naddress = \"{address}\"\nmount = \"{}\"\npath = \"{path}\"\n", mount.name)
    }

    fn read(&self) -> Value {
        self.mount.bao_kv_get(&self.path)["data"].clone()
    }

    fn write(&self, name: &str, value: &str) {
        let path = self.mount.path(&self.path);
        let pair = format!("{name}={value}");
        let output = self.mount.server.bao(&self.mount.token, &["kv", "patch", &path, &pair]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn with_openbao_and_its_own_command_line() {
    let Some(server) = openbao::server() else { return };
    for system in SYSTEMS {
        let place = Path { mount: server.kv(2), path: format!("{system}/production") };
        let sandbox = Sandbox::git()
            .with("VAULT_ADDR", server.address())
            .with("VAULT_TOKEN", place.mount.token.as_str());
        walk(sandbox, system, &place);
    }
}

/// One secret of AWS, a JSON object, read and written by boto3.
struct OneSecret {
    server: &'static moto::Server,
    name: String,
}

impl Place for OneSecret {
    fn definition(&self) -> String {
        format!("type = \"aws-secrets-manager\"\nname = \"{}\"\nregion = \"eu-central-1\"\n", self.name)
    }

    fn read(&self) -> Value {
        serde_json::from_str(&self.server.text(&self.name)).unwrap()
    }

    fn write(&self, name: &str, value: &str) {
        let mut object = self.read();
        object[name] = value.into();
        let put = json!({"SecretId": self.name, "SecretString": object.to_string()});
        self.server.boto3("put_secret_value", &put);
    }
}

/// A secret of AWS for each variable, read and written by boto3.
struct SecretEach {
    server: &'static moto::Server,
    name: String,
}

impl Place for SecretEach {
    fn definition(&self) -> String {
        let layout = "layout = \"per-variable\"\n";
        format!(
            "type = \"aws-secrets-manager\"\nname = \"{}\"\nregion = \"eu-central-1\"\n{layout}",
            self.name
        )
    }

    fn read(&self) -> Value {
        let prefix = format!("{}/", self.name);
        let filter = json!({"Filters": [{"Key": "name", "Values": [prefix]}], "MaxResults": 100});
        let listed = self.server.boto3("list_secrets", &filter);
        let names: Vec<&Value> =
            listed["SecretList"].as_array().unwrap().iter().map(|secret| &secret["Name"]).collect();
        let mut read = serde_json::Map::new();
        for some in names.chunks(20) {
            let answer = self.server.boto3("batch_get_secret_value", &json!({"SecretIdList": some}));
            for secret in answer["SecretValues"].as_array().unwrap() {
                let name = &secret["Name"].as_str().unwrap()[prefix.len()..];
                read.insert(name.to_owned(), secret["SecretString"].clone());
            }
        }
        read.into()
    }

    fn write(&self, name: &str, value: &str) {
        let put = json!({"SecretId": format!("{}/{name}", self.name), "SecretString": value});
        self.server.boto3("put_secret_value", &put);
    }
}

#[test]
fn with_secrets_manager_and_boto3() {
    let Some(server) = moto::server() else { return };
    for system in SYSTEMS {
        let place = OneSecret { server, name: format!("{}/{system}", server.new_name()) };
        walk(server.with(Sandbox::git()), system, &place);
    }
}

#[test]
fn with_a_secret_for_each_variable() {
    let Some(server) = moto::server() else { return };
    let place = SecretEach { server, name: server.new_name() };
    walk(server.with(Sandbox::git()), "aigov", &place);
}

#[test]
fn a_push_to_secrets_manager_says_what_it_will_cost() {
    let Some(server) = moto::server() else { return };
    let place = SecretEach { server, name: server.new_name() };
    let sandbox = sealed(server.with(Sandbox::git()), "aigov", &place);
    let count = sandbox.envward("list --format json").success().json()["variables"].as_array().unwrap().len();
    let price = format!("note: store there: creates {count} secrets: $0.40 per month each\n");
    sandbox.envward("push --yes --dry-run").success().stderr_has(&price);
}
