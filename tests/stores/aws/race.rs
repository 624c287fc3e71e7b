//! Many processes that push to one secret.

use std::collections::BTreeMap;

use envward::ledger::fingerprint;
use envward::secret::{Key, Secret};
use serde_json::Value;

use crate::stores::conformance::held;
use crate::stores::race::{Outcome, own, run, variables};
use crate::support::Sandbox;
use crate::support::moto;
use crate::support::sealed::{project_key, store};
use crate::support::shop::{ALICE, ALICE_PUBLIC};

/// The values of each version that is kept, by its id.
type Kept = BTreeMap<String, BTreeMap<String, String>>;

/// Every working copy is sealed, so that its ledger says which version it made of what. Versions that were stored and
/// then lost the race for the label are kept beside those that were served.
#[test]
fn of_what_sixteen_processes_push_fifty_times_each_nothing_is_lost() {
    let Some(server) = moto::server() else { return };
    let sandbox = server.with(Sandbox::git()).with("ENVWARD_IDENTITY", ALICE);
    let manifest = format!(
        "[project]\nname = \"app\"\ndefault = \"production\"\n[environments.production]\nstores = [\"aws\"]\n\
         recipients = [\"alice\"]\n[recipients]\nalice = \"{ALICE_PUBLIC}\"\n\
         [stores.aws]\ntype = \"aws-secrets-manager\"\nname = \"{}\"\n{}",
        server.new_name(),
        variables(),
    );
    sandbox.write("envward.toml", manifest);
    let Outcome { reported, ledgers } = run(&sandbox);
    let (kept, key) = (kept(&sandbox), project_key(&sandbox, "production"));
    let now = sandbox.envward("export json --from aws").success().json();
    for (number, (pushed, ledger)) in reported.iter().zip(&ledgers).enumerate() {
        let name = own(number);
        let made = versions_of(ledger, &kept, &key);
        // The first push of all is in every ledger.
        assert_eq!(made.len(), pushed.len() + 1, "each push has an entry, and no other");
        for ((value, shared), version) in pushed.iter().zip(&made[1..]) {
            assert_eq!(version[&name], *value, "the version holds what was pushed");
            assert!(shared.as_ref().is_none_or(|shared| version["SHARED"] == *shared));
        }
        let (last, _) = pushed.last().unwrap();
        assert_eq!(now[&name], *last, "what a process pushed last is served");
    }
    let shared = reported.iter().flatten().filter_map(|(_, shared)| shared.as_deref());
    assert!(shared.into_iter().any(|shared| now["SHARED"] == shared), "{}", now["SHARED"]);
}

fn kept(sandbox: &Sandbox) -> Kept {
    let mut store = store(sandbox, "production", "aws");
    let history = store.history(None).unwrap();
    let mut read = |version| held(&store.read_at(version).unwrap()).into_iter().collect();
    history.iter().map(|revision| (revision.version.as_str().to_owned(), read(&revision.version))).collect()
}

/// The values of the versions that a ledger's pushes made, which must be those that the entries have fingerprints of.
fn versions_of<'a>(ledger: &str, kept: &'a Kept, key: &Key) -> Vec<&'a BTreeMap<String, String>> {
    let entries = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let version = |entry: Value| {
        let id = entry["store_version"].as_str().unwrap();
        let values = kept.get(id).unwrap_or_else(|| panic!("version {id} is not kept"));
        for (name, print) in entry["fingerprints"].as_object().unwrap() {
            assert_eq!(
                *print,
                fingerprint(key, "production", name, &Secret::new(&*values[name])),
                "{name} in {id}"
            );
        }
        values
    };
    entries.filter(|entry| entry["event"] == "pushed").map(version).collect()
}
