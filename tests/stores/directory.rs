//! The directory store.

use envward::store::{Error, Snapshot, Store};

use super::conformance::{self, Subject, changes};
use crate::support::Sandbox;
use crate::support::sealed::{project, seal, store};

const STORE: &str = "\n[stores.local]\ntype = \"directory\"\npath = \"secrets/store\"\n";

/// A project with a sealed environment and a directory store for it.
struct Directory(Sandbox);

impl Subject for Directory {
    fn open(&self) -> Box<dyn Store> {
        store(&self.0, "production", "local")
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["__", "_1", "envward_version", "SOPS_AGE_KEY", "lowercase_with_9"]
    }
}

conformance::tests!(Some(Directory(sandbox())));

fn sandbox() -> Sandbox {
    let sandbox = unsealed();
    seal(&sandbox, "production", &[("DB_USER", "app"), ("DB_PASSWORD", "hunter2")]);
    sandbox
}

fn unsealed() -> Sandbox {
    let sandbox = project();
    let manifest = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"local\"]\n");
    sandbox.write("envward.toml", manifest + STORE);
    sandbox
}

#[test]
fn an_environment_that_was_never_sealed_is_told_what_to_do() {
    let error = store(&unsealed(), "production", "local").read().err().unwrap();
    assert!(error.to_string().ends_with("secrets/production.enc.env does not exist"), "{error}");
    assert_eq!(error.hint().as_deref(), Some("run: envward seal"));
}

#[test]
fn a_name_that_no_env_file_can_hold_is_refused_before_anything_is_written() {
    let sandbox = sandbox();
    let mut store = store(&sandbox, "production", "local");
    for name in ["", "a-b", "a=b", "#a", "a\nb", "sops_mac"] {
        let error = store.write(&Snapshot::empty(), &changes(&[(name, Some("x"))]), None).unwrap_err();
        assert!(matches!(error, Error::Definition { .. }), "{name:?}: {error}");
    }
    assert!(!sandbox.has("secrets/store"));
}
