//! The KV engine of Vault and OpenBao, version 1 and 2, on a real OpenBao: what every store promises, what is
//! special to this engine, and what `bao` makes of what was written.

mod faults;
mod race;
mod v1;
mod v2;

use std::collections::BTreeMap;

use envward::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::support::Sandbox;
use crate::support::openbao::{Mount, server};
use crate::support::sealed::{project, store};

/// The store's name in the manifest.
const STORE: &str = "vault";

/// Where the environment's secret lies below the mount.
const PATH: &str = "shop/production";

/// A project whose environment has its values on a mount of its own.
struct Secret {
    mount: Mount<'static>,
    sandbox: Sandbox,
}

impl Secret {
    /// On an engine of this version; `None`, and said, where there is no OpenBao.
    fn new(version: u8) -> Option<Self> {
        let mount = server()?.kv(version);
        let sandbox =
            project_at(&mount.server.address(), &mount.name, PATH).with("VAULT_TOKEN", &mount.token);
        Some(Self { mount, sandbox })
    }

    fn open(&self) -> Box<dyn Store> {
        store(&self.sandbox, "production", "vault")
    }

    /// The same secret with another token.
    fn open_as(&self, token: &str) -> Box<dyn Store> {
        let sandbox =
            project_at(&self.mount.server.address(), &self.mount.name, PATH).with("VAULT_TOKEN", token);
        store(&sandbox, "production", "vault")
    }

    /// Adds a name with this JSON, as it is: the server's own merge would round its numbers.
    fn plant(&self, below: &str, name: &str, json: &str) -> bool {
        #[derive(Deserialize, Serialize)]
        struct Object {
            data: Box<RawValue>,
        }
        let (mount, path) = (&self.mount, self.mount.path(below));
        let text = mount.server.request(&mount.token, "GET", &path, None).text;
        let mut data = serde_json::from_str::<Object>(&text).unwrap().data;
        let is_v2 = below != PATH;
        if is_v2 {
            data = serde_json::from_str::<Object>(data.get()).unwrap().data;
        }
        let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(data.get()).unwrap();
        fields.insert(name.to_owned(), RawValue::from_string(json.to_owned()).unwrap());
        data = serde_json::value::to_raw_value(&fields).unwrap();
        let body =
            if is_v2 { serde_json::to_string(&Object { data }).unwrap() } else { data.get().to_owned() };
        mount.server.request_text(&mount.token, "POST", &path, &body).success();
        true
    }

    /// A path of version 2's API for the secret.
    fn api(kind: &str) -> String {
        format!("{kind}/{PATH}")
    }
}

/// A project with a store at a place.
pub fn project_at(address: &str, mount: &str, path: &str) -> Sandbox {
    let sandbox = project();
    let store = store_at(address, mount, path);
    let manifest = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"vault\"]\n");
    sandbox.write("envward.toml", manifest + &store);
    sandbox
}

/// The store's definition in a manifest.
pub fn store_at(address: &str, mount: &str, path: &str) -> String {
    format!(
        "\n[stores.vault]\ntype = \"vault\"\naddress = \"{address}\"\nmount = \"{mount}\"\npath = \"{path}\"\n"
    )
}
