//! Many processes that push to one path.

use serde_json::json;

use super::{PATH, STORE};
use crate::stores::race;
use crate::support::Sandbox;
use crate::support::openbao::server;

#[test]
fn sixteen_processes_lose_no_update() {
    let Some(server) = server() else { return };
    let mount = server.kv(2);
    mount.request("POST", "config", Some(json!({"max_versions": 1000})));
    let project = Sandbox::new().with("VAULT_TOKEN", &mount.token).with("VAULT_ADDR", server.address());
    let environment = "[environments.production]\nstores = [\"vault\"]\n";
    let head = format!("[project]\nname = \"race\"\ndefault = \"production\"\n{environment}");
    let store = super::store_at(&server.address(), &mount.name, PATH);
    project.write("envward.toml", head + &store + &race::variables());
    race::no_update_is_lost(&project, STORE);
}
