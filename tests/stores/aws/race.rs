//! Many processes that push to one secret.

use std::collections::BTreeMap;

use crate::stores::race::{own, run, variables, versions};
use crate::support::Sandbox;
use crate::support::moto;

/// Versions that were stored and then lost the race for the label are kept beside those that were served, so what was
/// accepted is looked for among all of them.
#[test]
fn of_what_sixteen_processes_push_fifty_times_each_nothing_is_lost() {
    let Some(server) = moto::server() else { return };
    let sandbox = server.with(Sandbox::git());
    let manifest = format!(
        "[project]\nname = \"app\"\ndefault = \"production\"\n[environments.production]\nstores = [\"aws\"]\n\
         [stores.aws]\ntype = \"aws-secrets-manager\"\nname = \"{}\"\n{}",
        server.new_name(),
        variables(),
    );
    sandbox.write("envward.toml", manifest);
    let reported = run(&sandbox);
    let kept = versions(&sandbox, "aws");
    let now = sandbox.envward("export json --from aws").success().json();
    for (number, pushed) in reported.iter().enumerate() {
        let name = own(number);
        for (value, shared) in pushed {
            let is_theirs = |version: &BTreeMap<String, String>| {
                version[&name] == *value && shared.as_ref().is_none_or(|shared| version["SHARED"] == *shared)
            };
            assert!(kept.iter().any(is_theirs), "{name}={value} is not kept");
        }
        let (last, _) = pushed.last().unwrap();
        assert_eq!(now[&name], *last, "what a process pushed last is served");
    }
    let shared = reported.iter().flatten().filter_map(|(_, shared)| shared.as_deref());
    assert!(shared.into_iter().any(|shared| now["SHARED"] == shared), "{}", now["SHARED"]);
}
