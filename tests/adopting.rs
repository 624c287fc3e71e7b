//! Somebody who has used another tool moves over: at most three commands, and `run` gives a program what the old tool
//! gave it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::shop::ALICE;

/// A git repository with the file of another tool, beside which envward has never been used.
fn repository(file: &str, content: impl AsRef<[u8]>) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write(file, content);
    sandbox
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)).unwrap()
}

/// Moves over with a schema of the names in the file; `options` are for both imports.
fn move_over(sandbox: &Sandbox, file: &str, options: &str) {
    sandbox.envward(&format!("import {file} {options} --schema ../app.toml")).success();
    sandbox.envward("init --schema ../app.toml").success();
    sandbox.envward(&format!("import {file} {options} --yes")).success();
}

/// Whether a program that `run` starts has exactly these of the variables that the sandbox does not set.
fn assert_given(sandbox: &Sandbox, expected: &Value) {
    let started = sandbox.envward("run -- env -0").success().stdout;
    for (name, value) in expected.as_object().unwrap() {
        let line = format!("{name}={}", value.as_str().unwrap());
        assert!(started.split('\0').any(|given| given == line), "{name} is not what it was");
    }
    let exported: Value = serde_json::from_str(&sandbox.envward("export json").success().stdout).unwrap();
    assert_eq!(exported.as_object().unwrap().len(), expected.as_object().unwrap().len());
}

#[test]
fn from_dotenvx() {
    let sandbox = repository("old/.env.production", fixture("dotenvx.env.production"));
    sandbox.write("old/.env.keys", fixture("dotenvx.env.keys"));
    move_over(&sandbox, "old/.env.production", "");
    let mut expected: Value = serde_json::from_slice(&fixture("dotenvx.expected.json")).unwrap();
    expected.as_object_mut().unwrap().remove("DOTENV_PUBLIC_KEY_PRODUCTION");
    assert_given(&sandbox, &expected);
    assert!(sandbox.has("secrets/production.enc.env"), "a text of several lines was sealed at once");
    assert!(!sandbox.has(".env.production"));
}

#[test]
fn from_sops_in_yaml() {
    let sandbox = repository("secrets.yaml", fixture("flat.sops.yaml"));
    move_over(&sandbox, "secrets.yaml", "");
    let expected = json!({
        "DATABASE_URL": "postgresql://shop:p@ss@db:5432/shop", "PORT": "8080", "RATIO": "0.25", "DEBUG": "true",
        "GREETING": "Grüße, \"Welt\" # $HOME",
        "CERT": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "EMPTY": "",
        "LEVEL_unencrypted": "info", "WORKERS_unencrypted": "4", "VERBOSE_unencrypted": "false",
    });
    assert_given(&sandbox, &expected);
}

#[test]
fn from_kubernetes() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\ndata:\n  API_KEY: a2V5LTE=\n---\n\
                  apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  LOG_LEVEL: INFO\n";
    let sandbox = repository("k8s.yaml", secret);
    move_over(&sandbox, "k8s.yaml", "");
    assert_given(&sandbox, &json!({"API_KEY": "key-1", "LOG_LEVEL": "INFO"}));
    assert_eq!(sandbox.read(".env.production"), "API_KEY=key-1\nLOG_LEVEL=INFO\n");
}

#[test]
fn from_doppler() {
    let download = r#"{"API_KEY": "key-1", "DOPPLER_CONFIG": "prd", "DOPPLER_ENVIRONMENT": "prd",
                      "DOPPLER_PROJECT": "shop", "NOTE": "two words"}"#;
    let sandbox = repository("doppler.json", download);
    move_over(&sandbox, "doppler.json", "");
    assert_given(&sandbox, &json!({"API_KEY": "key-1", "NOTE": "two words"}));
}

#[test]
fn from_a_dotenv_file_as_its_program_read_it() {
    let sandbox = repository("docker.env", "API_KEY='key-1'\nNOTE=a # b\n");
    move_over(&sandbox, "docker.env", "--reader docker");
    assert_given(&sandbox, &json!({"API_KEY": "'key-1'", "NOTE": "a # b"}));
}

#[test]
fn from_varlock() {
    let schema = "# @defaultSensitive=false\n# ---\n\n# @type=port\nPORT=3000\n\n# @sensitive\nAPI_KEY=\n\nURL=http://h:${PORT}/\n";
    let sandbox = repository(".env.schema", schema);
    sandbox.write("old.env", "API_KEY=key-1\n");
    sandbox.envward("import .env.schema --schema ../app.toml").success();
    sandbox.envward("init --schema ../app.toml").success();
    sandbox.envward("import old.env --yes").success();
    // What varlock puts together, envward stores: it is rendered with the first write of a part.
    sandbox.envward("bootstrap --no-input").success();
    assert_given(&sandbox, &json!({"API_KEY": "key-1", "PORT": "3000", "URL": "http://h:3000/"}));
}

#[test]
fn from_secretspec() {
    let spec = "[project]\nname = \"shop\"\nrevision = \"1.0\"\n\n[profiles.default]\n\
                API_KEY = { description = \"The key\" }\nLEVEL = { required = false, default = \"info\" }\n\n\
                [profiles.production]\nLEVEL = { default = \"warn\" }\n";
    let sandbox = repository("secretspec.toml", spec);
    sandbox.write("old.env", "API_KEY=key-1\n");
    sandbox.envward("import secretspec.toml --schema ../app.toml").success();
    sandbox.envward("init --schema ../app.toml").success();
    sandbox.envward("import old.env --yes").success();
    assert_given(&sandbox, &json!({"API_KEY": "key-1", "LEVEL": "warn"}));
}
