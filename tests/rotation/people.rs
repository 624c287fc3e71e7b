//! Two people with one sealed project: each with a name, a key and a working copy of their own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Sandbox;

const MANIFEST: &str = r#"
[project]
name = "shop"
default = "production"

[environments.production]
recipients = ["alice", "bob"]

[environments.staging]
recipients = ["alice"]

[rotation]
offboard = "7d"
max_exemption = "60d"

[recipients]
alice = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma"
bob = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj"

[vars.API_KEY]
rotate = { every = "90d" }

[vars.DB_PASSWORD]
rotate = { every = "30d" }

[vars.LOG_LEVEL]
secret = false
default = "info"
"#;

/// The private key of a person of the fixtures.
pub fn identity(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops");
    let text = fs::read_to_string(path.join(format!("{name}.agekey"))).unwrap();
    text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned()
}

/// Alice's working copy, with production sealed and committed at noon of the first of March.
pub fn project() -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", identity("alice"));
    sandbox.write("envward.toml", MANIFEST);
    sandbox.write(".gitignore", ".env*\n.envward/\n");
    sandbox.write(".gitattributes", "envward.ledger.jsonl merge=union\n");
    sandbox.write(".env.production", "API_KEY=canary-key\nDB_PASSWORD=canary-password\nLOG_LEVEL=info\n");
    let _ = sandbox.envward("seal").success();
    commit(&sandbox, "sealed");
    sandbox
}

/// The same project as Bob has it: he works in the same directory under his own name.
pub fn as_bob(sandbox: &Sandbox) -> Sandbox {
    let mut bob = sandbox.copy();
    bob.set("ENVWARD_IDENTITY", identity("bob"));
    // What a machine has seen is kept by the project's directory, which is another one now.
    bob.shell("git config user.name Bob && git config user.email b@example.com");
    bob
}

/// Commits everything.
pub fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.shell(&format!("git add -A && git commit -qm '{message}'"));
}

/// What Bob committed, for Alice.
pub fn pull(sandbox: &Sandbox, from: &Sandbox) {
    sandbox.shell(&format!("git pull -q --no-rebase --no-edit '{}' main", shown(&from.project())));
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The entries of the ledger.
pub fn entries(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    let text = sandbox.read("envward.ledger.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The last entry of the ledger.
pub fn last(sandbox: &Sandbox) -> serde_json::Value {
    entries(sandbox).pop().unwrap()
}
